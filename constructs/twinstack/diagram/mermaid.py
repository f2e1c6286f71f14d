"""The same pictures as Mermaid's text, which GitHub and many wikis draw by themselves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from twinstack.diagram.drawing import Box, Drawing, Flow, Icon, Mark, Matrix, Nest, Node


def mermaid(drawing: Drawing) -> str:
    """A flowchart: of a table, an arrow for each cell."""
    match drawing:
        case Flow():
            lines = _flow(drawing)
        case Nest():
            lines = _nest(drawing)
        case Matrix():
            lines = _matrix(drawing)
    return "\n".join(lines) + "\n"


def _flow(flow: Flow) -> Iterator[str]:
    yield "flowchart LR"
    names = {node.key: f"n{index}" for index, node in enumerate(flow.nodes)}
    framed: set[str] = set()
    for index, frame in enumerate(flow.frames):
        yield f"    subgraph frame{index}[{_quoted(frame.title)}]"
        for node in flow.nodes:
            if frame.first <= node.rank <= frame.last:
                framed.add(node.key)
                yield f"        {names[node.key]}{_shape(node)}"
        yield "    end"
    yield from (f"    {names[node.key]}{_shape(node)}" for node in flow.nodes if node.key not in framed)
    for arrow in flow.arrows:
        label = f"|{_quoted(arrow.label)}|" if arrow.label else ""
        line = "-.->" if arrow.mark is Mark.REMOVED else "==>" if arrow.mark is Mark.ADDED else "-->"
        yield f"    {names[arrow.source]} {line}{label} {names[arrow.target]}"
    for mark, look in LOOKS.items():
        if marked := [names[node.key] for node in flow.nodes if node.mark is mark]:
            yield f"    classDef {mark} {look}"
            yield f"    class {','.join(marked)} {mark}"
    for index, arrow in enumerate(flow.arrows):
        if arrow.mark is not Mark.NONE:
            yield f"    linkStyle {index} stroke:{COLOURS[arrow.mark]}"


def _nest(nest: Nest) -> Iterator[str]:
    yield "flowchart TB"
    yield from _box(nest.box, "b", "    ")
    if nest.notes:
        yield f"    rules[{_quoted(*nest.notes)}]"


def _box(box: Box, name: str, indent: str) -> Iterator[str]:
    if not box.inside:
        yield f"{indent}{name}[{_quoted(box.title, *box.lines)}]"
        return
    yield f"{indent}subgraph {name}[{_quoted(box.title, *box.lines)}]"
    for index, one in enumerate(box.inside):
        yield from _box(one, f"{name}_{index}", f"{indent}    ")
    yield f"{indent}end"


def _matrix(matrix: Matrix) -> Iterator[str]:
    yield "flowchart LR"
    # One that is a row and a column is one thing here.
    names = {name: f"n{index}" for index, name in enumerate(dict.fromkeys((*matrix.rows, *matrix.columns)))}
    yield from (f"    {short}[{_quoted(name)}]" for name, short in names.items())
    yield from (f"    {names[one.row]} -->|{_quoted(*one.words)}| {names[one.column]}" for one in matrix.cells)


def _shape(node: Node) -> str:
    text = _quoted(node.title, *node.lines)
    if node.icon in (Icon.OUTSIDE, Icon.HOST):
        return f"([{text}])"
    if node.icon in (Icon.DATABASE, Icon.MEMORY, Icon.BUCKET):
        return f"[({text})]"
    return f"[{text}]"


def _quoted(*lines: str) -> str:
    text = "<br/>".join(line.replace("#", "#35;").replace('"', "#quot;").replace("<", "#lt;") for line in lines)
    return f'"{text}"'


COLOURS: Final = {Mark.ADDED: "#1a7f37", Mark.REMOVED: "#cf222e", Mark.CHANGED: "#bf8700", Mark.LOST: "#cf222e"}
"""Seen on light and on dark."""
LOOKS: Final = {
    mark: f"stroke:{colour},stroke-width:3px" + (",stroke-dasharray:6 4" if mark is Mark.REMOVED else "")
    for mark, colour in COLOURS.items()
}
