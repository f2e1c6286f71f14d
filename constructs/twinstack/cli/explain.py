"""`twinstack explain`: a value and where it comes from, or the whole environment."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from twinstack.cli.render import Piece, emit, emit_json
from twinstack.layers.explain import Entry, Explanation, Kind, entries, explain, plain
from twinstack.layers.load import Loaded
from twinstack.layers.merge import Origin
from twinstack.layers.scalars import is_text


def explain_path(loaded: Loaded[Any], path: str, *, as_json: bool) -> None:
    """Prints everything known of one value."""
    explanation = explain(loaded, path)
    if as_json:
        emit_json(_data(explanation))
        return
    section = entries(loaded, path) if explanation.kind is not Kind.COMPUTED else ()
    emit([(explanation.path, "bold cyan"), *([] if section else [(" = ", ""), (_text(explanation.value), "bold")])])
    for label, text in _rows(explanation):
        emit([(f"  {label:<{_LABEL_WIDTH}}", "dim"), (text, "")])
    if explanation.origins:
        emit([("  layers", "dim")])
        width = max(len(origin.layer) for origin in explanation.origins)
        for origin in explanation.origins:
            is_last = origin is explanation.origins[-1]
            text = "" if section else f"  {_text(origin.value, origin.text)}"
            note = "" if is_last or isinstance(origin.value, Mapping) else "  overridden"
            emit([(f"    {origin.layer:<{width}}  {origin.location}{text}", "" if is_last else "dim"), (note, "dim")])
    _emit_tree([], section)


def explain_environment(loaded: Loaded[Any], *, as_json: bool) -> None:
    """Prints the whole effective environment as a tree, each value with its place."""
    whole = entries(loaded)
    if as_json:
        emit_json({"environment": loaded.environment.name, "entries": [asdict(entry) for entry in whole]})
        return
    _emit_tree([("environment ", ""), (loaded.environment.name, "bold cyan")], whole)


def _emit_tree(title: Sequence[Piece], several: Sequence[Entry]) -> None:
    """The values, and at the right where each stands."""
    if title:
        emit(title)
    lines = _tree(several, "")
    column = min(_PROVENANCE_COLUMN, max((_length(pieces) for pieces, _ in lines), default=0))
    for pieces, source in lines:
        gap = " " * max(2, column - _length(pieces) + 2)
        emit([*pieces, (gap + source, "dim")] if source else pieces)


def _length(pieces: Sequence[Piece]) -> int:
    return sum(len(text) for text, _ in pieces)


def _tree(several: Sequence[Entry], indent: str) -> list[tuple[list[Piece], str]]:
    lines: list[tuple[list[Piece], str]] = []
    branch, trunk, last_branch = _GUIDES if _can_draw() else _PLAIN_GUIDES
    for entry in several:
        is_last = entry is several[-1]
        guide = indent + (last_branch if is_last else branch)
        if entry.entries:
            lines.append(([(guide, "dim"), (entry.name, "bold")], ""))
            lines += _tree(entry.entries, indent + ("    " if is_last else trunk))
        else:
            style = "dim" if entry.source.startswith("the default") else "green"
            lines.append(([(guide, "dim"), (f"{entry.name}: ", ""), (_text(entry.value), style)], entry.source))
    return lines


def _rows(explanation: Explanation) -> list[tuple[str, str]]:
    rows = [("from", explanation.source), *(("", line) for line in explanation.description.splitlines())]
    if explanation.allowed:
        rows.append(("allowed", explanation.allowed))
    if explanation.is_required:
        rows.append(("default", "none: some layer has to say it"))
    elif explanation.kind is Kind.WRITTEN and explanation.default is not None:
        rows.append(("default", _text(explanation.default)))
    if explanation.not_in_force:
        rows.append(("in force", f"no: {explanation.not_in_force}"))
    if explanation.base_only:
        rows.append(("only", "in base.yaml: the same in every environment"))
    return rows


def _data(explanation: Explanation) -> dict[str, Any]:
    return {
        "path": explanation.path,
        "value": explanation.value,
        "kind": str(explanation.kind),
        "source": explanation.source,
        "owner": explanation.owner,
        "layers": [_layer(origin) for origin in explanation.origins],
        "description": explanation.description,
        "allowed": explanation.allowed,
        "default": explanation.default,
        "required": explanation.is_required,
        "base_only": explanation.base_only,
        "not_in_force": explanation.not_in_force,
    }


def _layer(origin: Origin) -> dict[str, Any]:
    return {
        "layer": origin.layer,
        "file": origin.location.file,
        "line": origin.location.line,
        "value": plain(origin.value),
    }


def _text(value: Any, written: str = "") -> str:
    """A value on one line, as YAML would have it."""
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case str():
            return value if is_text(value) and value == value.strip() else f'"{value}"'
        case dict():
            return "{" + ", ".join(f"{key}: {_text(inner)}" for key, inner in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(_text(inner) for inner in value) + "]"
    return written or str(value)


def _can_draw() -> bool:
    return (sys.stdout.encoding or "").lower().replace("-", "").startswith("utf")


_LABEL_WIDTH: Final = 9
_PROVENANCE_COLUMN: Final = 72
_GUIDES: Final = ("├── ", "│   ", "└── ")
_PLAIN_GUIDES: Final = ("|-- ", "|   ", "`-- ")
