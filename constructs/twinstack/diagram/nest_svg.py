"""Boxes in boxes as SVG."""

from __future__ import annotations

from typing import Final

from twinstack.diagram.canvas import Canvas
from twinstack.diagram.drawing import Box, Nest
from twinstack.diagram.text import BOLD, widest, width


def nest_svg(nest: Nest) -> str:
    """The picture: each box as large as what is in it needs, and the sentences below."""
    canvas = Canvas()
    canvas.text(_MARGIN, 34, nest.title, "big")
    wide, tall = _size(nest.box)
    _draw(canvas, nest.box, _MARGIN, 54, wide, tall)
    y = 54 + tall + 30
    for note in nest.notes:
        canvas.text(_MARGIN, y, note, "small")
        y += 19
    full = max(wide, widest(nest.notes, 11.5), width(nest.title, 17.6)) + 2 * _MARGIN
    return canvas.page(full, y + 4, nest.title)


def _size(box: Box) -> tuple[float, float]:
    """The least width and height."""
    wide = max(width(box.title, BOLD), widest(box.lines, 11.5)) + 2 * _PAD
    head = _head(box)
    if not box.inside:
        return wide, head + _PAD
    sizes = [_size(one) for one in box.inside]
    if box.is_row:
        # Side by side all are as wide as the widest, so that the zones of one tier stand below those of the next.
        inner = max(each for each, _ in sizes) * len(sizes) + _GAP * (len(sizes) - 1)
        return max(wide, inner + 2 * _PAD), head + max(tall for _, tall in sizes) + _PAD
    inner = max(each for each, _ in sizes)
    return max(wide, inner + 2 * _PAD), head + sum(tall for _, tall in sizes) + _GAP * (len(sizes) - 1) + _PAD


def _draw(canvas: Canvas, box: Box, x: float, y: float, wide: float, tall: float) -> None:
    canvas.box(x, y, wide, tall, box.tone)
    canvas.text(x + _PAD, y + 22, box.title, "name")
    for index, line in enumerate(box.lines):
        canvas.text(x + _PAD, y + 40 + _LINE * index, line, "small")
    inner_x, inner_y = x + _PAD, y + _head(box)
    if box.is_row and box.inside:
        each = (wide - 2 * _PAD - _GAP * (len(box.inside) - 1)) / len(box.inside)
        for one in box.inside:
            _draw(canvas, one, inner_x, inner_y, each, tall - _head(box) - _PAD)
            inner_x += each + _GAP
        return
    for one in box.inside:
        height = _size(one)[1]
        _draw(canvas, one, inner_x, inner_y, wide - 2 * _PAD, height)
        inner_y += height + _GAP


def _head(box: Box) -> float:
    return 32 + _LINE * len(box.lines) + (2 if box.lines else 0)


_MARGIN: Final = 28
_PAD: Final = 14
_GAP: Final = 12
_LINE: Final = 17
