"""What Terraform says is wrong, brought back to the resource and the argument in the synthesized stack."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from twinstack.errors import Location, Problem


def problems_of(
    diagnostics: Iterable[Mapping[str, Any]], configuration_file: Path, code: str, types: Collection[str] = ()
) -> Iterator[Problem]:
    """Each of Terraform's diagnostics as a Problem of this code; `types` are the names that a misspelt one may mean."""
    places = _Places(configuration_file)
    for one in diagnostics:
        reach = one.get("range") or {}
        start = reach.get("start") or {}
        in_stack = reach.get("filename") == configuration_file.name
        path = places.at(start.get("line", 0), start.get("column", 0)) if in_stack else ()
        summary, detail = (" ".join(str(one.get(part) or "").split()) for part in ("summary", "detail"))
        address = str(one.get("address") or "")
        told = ".".join([address, *path[3:]]) if address and path[:1] == ("resource",) else address or _address(path)
        yield Problem(
            code,
            f"{summary}: {detail}" if detail else summary,
            told,
            Location(str(reach["filename"]), int(start.get("line", 0))) if reach.get("filename") else None,
            fix=_suggestion(f"{summary} {detail}", types),
            warning=one.get("severity") == "warning",
        )


def of_text(output: str, code: str) -> Iterator[Problem]:
    """The errors in what a command printed for people, where it prints nothing else."""
    blocks = re.split(r"^(?=\W*Error: )", _DRAWING.sub("", output), flags=re.MULTILINE)
    errors = [
        " ".join(block.split()).removeprefix("Error: ") for block in blocks if block.strip().startswith("Error: ")
    ]
    for text in errors or [" ".join(output.split())[-_LONGEST:] or "it ended without a word"]:
        yield Problem(code, text[:_LONGEST])


class _Places:
    """Where in a JSON file what is written. JSON is YAML, and a YAML reader keeps the positions."""

    def __init__(self, file: Path) -> None:
        self._root = yaml.compose(file.read_text(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))

    def at(self, line: int, column: int) -> tuple[str, ...]:
        """The keys that lead to the innermost value that stands there; lines and columns count from one."""
        path: list[str] = []
        node = self._root
        while isinstance(node, yaml.MappingNode):
            met = next((pair for pair in node.value if _holds(pair, line - 1, column - 1)), None)
            if met is None:
                break
            path.append(str(met[0].value))
            node = met[1]
            while isinstance(node, yaml.SequenceNode):
                items = list(enumerate(node.value))
                met_item = next((item for item in items if _holds((item[1], item[1]), line - 1, column - 1)), None)
                if met_item is None:
                    return tuple(path)
                path.append(str(met_item[0]))
                node = met_item[1]
        return tuple(path)


def _holds(pair: tuple[yaml.Node, yaml.Node], line: int, column: int) -> bool:
    start, end = pair[0].start_mark, pair[1].end_mark
    return (start.line, start.column) <= (line, column) < (end.line, end.column)


def _address(path: tuple[str, ...]) -> str:
    """The path as Terraform writes it: `resource` is left out of an address, `data` and `ephemeral` are not."""
    return ".".join(path[1:] if path[:1] == ("resource",) else path)


def _suggestion(text: str, types: Collection[str]) -> str:
    given = re.search(r'does not support (?:resource type|data source|ephemeral resource type) "(\w+)"', text)
    near = difflib.get_close_matches(given[1], types, n=1) if given else []
    return f'did you mean "{near[0]}"?' if near else ""


_DRAWING: Final = re.compile(r"\x1b\[[0-9;]*m|[│╷╵]")
_LONGEST: Final = 600
