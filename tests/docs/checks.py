"""How a block is checked, by what is said before it and by its language."""

from __future__ import annotations

import json
import re
import shlex
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml
from typer.main import get_command

from docs_generator.blocks import Block
from docs_generator.halves import make_infrastructure, make_workloads
from docs_generator.transcript import Reader, differences
from twinstack.cli.application import application
from twinstack.cli.project import load_product
from twinstack.environment.dumper import dump
from twinstack.layers.load import load_text
from twinstack.product import Product
from twinstack.testing import Template

REPOSITORY: Final = Path(__file__).parents[2]
DIAGRAMS: Final = ("flowchart ", "sequenceDiagram", "stateDiagram")
COMMANDS: Final = set(get_command(application).commands)  # ty: ignore[unresolved-attribute]
ONLY_LOOKS: Final = {"check", "cost", "diagram", "explain", "list"}
"""Commands that write nothing, so that they can be run in the project itself; `local` as well with `--check`."""
LEAST_REASON: Final = 3
"""Words of a reason."""


class Page:
    """What the Python blocks of one page have defined so far."""

    def __init__(self) -> None:
        self.names: dict[str, Any] = {"__name__": "page"}

    def check(self, block: Block) -> None:
        """Raises AssertionError, or whatever the block raises, where it is not right."""
        kind, _, rest = block.directive.partition(" ")
        match kind:
            case "skip,":
                assert len(rest.split()) >= LEAST_REASON, f"{block.place}: skipped without a reason"
            case "excerpt":
                is_excerpt(block, rest.removeprefix("of ").split(", "))
            case "layer":
                product, environment = rest.removeprefix("of ").split()
                loads(block, product, environment, layer=block.text)
            case "in":
                product, environment = rest.removeprefix("base.yaml of ").split()
                loads(block, product, environment, base=yaml.safe_load(block.text))
            case "environment":
                name, _, product = rest.partition(" of ")
                loads(block, product, name, layer=block.text, is_new=True)
            case "part":
                self._is_made(block, rest.removeprefix("of "))
            case "":
                self._by_language(block)
            case _:
                raise AssertionError(f"{block.place}: unknown: {block.directive}")

    def _by_language(self, block: Block) -> None:
        match block.language:
            case "python":
                self._run(block)
            case "yaml":
                assert [*yaml.safe_load_all(block.text)]
            case "json":
                json.loads(block.text)
            case "toml":
                tomllib.loads(block.text)
            case "mermaid":
                assert block.text.startswith(DIAGRAMS), block.place
            case "console":
                is_shown(block)
            case "bash" | "sh" | "":
                for line in block.text.splitlines():
                    is_a_command(block, line)
            case _:
                raise AssertionError(f"{block.place}: say how this block is checked, or why it is not")

    def _run(self, block: Block) -> None:
        before = set(self.names)
        exec(compile(block.text, str(block.file), "exec"), self.names)
        for name in set(self.names) - before:
            if name.startswith("test_"):
                self.names[name]()

    def _is_made(self, block: Block, what: str) -> None:
        prod = load_product("stacks:product", REPOSITORY).load("prod")
        expected = yaml.safe_load(block.text)
        if found := re.fullmatch(r"([A-Z]\w+) (\S+)(?: in (\S+))?", what):
            kind, name, folder = found.groups()
            texts = (
                [file.read_text(encoding="utf-8") for file in (REPOSITORY / folder).glob("*.k8s.yaml")]
                if folder
                else make_workloads(self.names["Workloads"], prod)[1].values()
            )
            manifests = [one for text in texts for one in yaml.safe_load_all(text)]
            wanted = {**expected, "metadata": {**expected.get("metadata", {}), "name": name}}
            Template.of_kubernetes(manifests).has_resource_with(kind, wanted)
            return
        _, document = make_infrastructure(self.names["Infrastructure"], prod)
        if what == "the document":
            for key, value in expected.items():
                assert all(one in document[key] for one in value) if isinstance(value, list) else document[key] == value
            return
        kind, _, name = what.partition(".")
        assert name in Template.of_terraform(document).find(kind, expected)


def is_excerpt(block: Block, files: list[str]) -> None:
    """Its lines stand in the files, in this order; comments at the end, `...` and indentation aside."""
    lines = (line for file in files for line in (REPOSITORY / file).read_text(encoding="utf-8").splitlines())
    rest = iter([plain(line) for line in lines])
    for line in filter(None, map(plain, block.text.splitlines())):
        assert line in rest, f"{block.place}: not in {', '.join(files)}, or not in this order: {line}"


def plain(line: str) -> str:
    """Without indentation and the comment at the end; nothing of `...`."""
    line = re.sub(r"(^|\s+)# .*$", "", line).strip()
    return "" if line in {"...", "…"} else line


def loads(
    block: Block,
    product: str,
    name: str,
    *,
    layer: str = "",
    base: Mapping[str, Any] | None = None,
    is_new: bool = False,
) -> None:
    """Loads an environment of the product with this block in it."""
    found: Product[Any] = load_product(f"{product}:product", REPOSITORY)
    folder = found.root / "environments"
    below = yaml.safe_load((folder / "base.yaml").read_text(encoding="utf-8"))
    layers = {"base": dump([merged(below, base or {})])}
    if not is_new:
        layers[name] = (folder / f"{name}.yaml").read_text(encoding="utf-8")
    if layer:
        layers[name if is_new else block.file.stem] = layer
    import datetime

    load_text(found.environment, name, layers, datetime.date(2026, 11, 24), root=found.root)


def merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Mappings key by key, everything else whole."""
    result = dict(below)
    for key, value in above.items():
        old = below.get(key)
        result[key] = merged(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
    return result


def is_shown(block: Block) -> None:
    """What the page shows is what the command says, in the project's own folder."""
    for command in re.findall(r"^\$ (.*)$", block.text, re.MULTILINE):
        program, what, *rest = shlex.split(command)
        only_looks = what in ONLY_LOOKS or (what == "local" and "--check" in rest)
        assert program.endswith("twinstack") and only_looks, f"{block.place}: cannot be run here: {command}"
    here = f"{Path(sys.executable).parent}:/usr/bin:/bin"
    real = Reader(REPOSITORY, {"PATH": here}).follow(block)
    found = "\n".join(differences(block.text, real))
    assert not found, f"{block.place}: {found}"


def is_a_command(block: Block, line: str) -> None:
    """A target of the Makefile or a command of twinstack that exists."""
    words = shlex.split(line, comments=True)
    if not words:
        return
    match words:
        case ["make", target, *_]:
            makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
            assert re.search(rf"^{re.escape(target)}:", makefile, re.MULTILINE), f"{block.place}: no target {target}"
        case ["twinstack", command, *_]:
            assert command in COMMANDS, f"{block.place}: no command {command}"
        case _:
            raise AssertionError(f"{block.place}: neither run nor known, say why it is not checked: {line}")
