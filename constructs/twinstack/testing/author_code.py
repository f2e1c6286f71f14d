"""What is read of an author's own code: where a failure in it stands, and what a spec loads."""

from __future__ import annotations

import ast
import importlib.util
import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from twinstack.bindings.wheels import PACKAGES
from twinstack.errors import TwinstackError, file_and_folder


def told(error: Exception, file: str) -> str:
    """A failure by the author's line that led to it; by `file` where no line of theirs did."""
    from twinstack.cli.blame import lines_of, words_of

    lines, _ = lines_of(error)
    if isinstance(error, TwinstackError):
        said = str(error)
    else:
        said = words_of(error, lines) if lines else f"{type(error).__name__}: {next(iter(str(error).splitlines()), '')}"
    if isinstance(error, ModuleNotFoundError) and error.name and re.fullmatch(PROVIDER, error.name):
        said = f"{error.name} is not installed: pip install {error.name.replace('_', '-')}"
    if lines:
        return f"{lines[-1].place}: {said}"
    return said if file in said else f"{said}: mend {file}"


def file_of(of: object) -> str:
    """The file and its folder."""
    try:
        return file_and_folder(inspect.getfile(of))  # ty: ignore[invalid-argument-type]
    except (TypeError, OSError):
        return "its file"


def engine_imports(spec: type) -> Iterator[str]:
    """Each import by which a spec, or a module of its package that it imports, would start the engine.

    Read from the sources, so that it is quick: what an `if TYPE_CHECKING` holds is never imported.
    """
    package = spec.__module__.rpartition(".")[0]
    waiting, seen = [spec.__module__], set()
    while waiting:
        module = waiting.pop(0)
        if module in seen:
            continue
        seen.add(module)
        source = source_of(module)
        if source is None or source.name.startswith("test_"):  # what a test writes for itself is nobody's spec
            continue
        for line, names in _imports(ast.parse(source.read_text(encoding="utf-8")), module):
            engine = next((name for name in names if _starts_the_engine(name)), None)
            if engine:
                yield f"{file_and_folder(source)}:{line} imports {engine}"
            waiting += [name for name in names if package and name.startswith(f"{package}.")]


def _starts_the_engine(module: str) -> bool:
    return re.match(PROVIDER, module) is not None or any(f"{module}.".startswith(f"{engine}.") for engine in ENGINES)


def source_of(module: str) -> Path | None:
    """The source file of a module, which is not imported for that; None for what is no module, or has no source."""
    loaded = sys.modules.get(module)
    try:
        spec = loaded.__spec__ if loaded else importlib.util.find_spec(module)
    except (ImportError, ValueError):
        return None
    return Path(spec.origin) if spec and spec.origin and spec.origin.endswith(".py") else None


def _imports(tree: ast.AST, module: str) -> Iterator[tuple[int, list[str]]]:
    """Every import with its line: the module, and what may be a module in it."""
    for node in ast.iter_child_nodes(tree):
        match node:
            case ast.If(test=ast.Name(id="TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING"), orelse=otherwise):
                yield from _imports(ast.Module(otherwise, []), module)
            case ast.Import(names=names):
                yield node.lineno, [alias.name for alias in names]
            case ast.ImportFrom(module=name, level=level, names=names):
                start = ".".join(module.split(".")[:-level]) if level else ""
                full = ".".join(filter(None, (start, name)))
                yield node.lineno, [full, *(f"{full}.{alias.name}" for alias in names)]
            case _:
                yield from _imports(node, module)


PROVIDER: Final = r"cdktf_cdktf_provider_\w+"
ENGINES: Final = (*PACKAGES, "jsii", "twinstack.aws", "twinstack.kubernetes")
"""The packages that start the engine, or load what has to wait for it, when they are imported."""
