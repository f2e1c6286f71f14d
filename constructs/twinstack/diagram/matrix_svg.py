"""A table of who may reach what as SVG."""

from __future__ import annotations

from typing import Final

from twinstack.diagram.canvas import Canvas, number
from twinstack.diagram.drawing import Matrix
from twinstack.diagram.text import BOLD, widest, width


def matrix_svg(matrix: Matrix) -> str:
    """The picture: every cell as wide and tall as its words need."""
    cells = {(cell.row, cell.column): cell.words for cell in matrix.cells}
    first = widest(matrix.rows, BOLD) + 2 * _PAD
    widths = [
        max(width(column, BOLD), *(widest(cells.get((row, column), ()), 11.5) for row in matrix.rows), 40.0) + 2 * _PAD
        for column in matrix.columns
    ]
    heights = [
        max([1, *(len(cells.get((row, column), ())) for column in matrix.columns)]) * _LINE + 2 * 9
        for row in matrix.rows
    ]
    canvas = Canvas()
    canvas.text(_MARGIN, 34, matrix.title, "big")
    right, bottom = _MARGIN + first + sum(widths), _TOP + _HEAD + sum(heights)
    canvas.box(_MARGIN, _TOP, right - _MARGIN, bottom - _TOP, "plain")
    canvas.text(_MARGIN + _PAD, _TOP + 22, "who ╲ what", "small")
    x = _MARGIN + first
    for column, wide in zip(matrix.columns, widths, strict=True):
        canvas.line(f"M{number(x)} {number(_TOP)}V{number(bottom)}", "rule")
        canvas.text(x + _PAD, _TOP + 22, column, "name")
        y = _TOP + _HEAD
        for row, tall in zip(matrix.rows, heights, strict=True):
            for index, words in enumerate(cells.get((row, column), ())):
                canvas.text(x + _PAD, y + 21 + _LINE * index, words, "small")
            y += tall
        x += wide
    y = _TOP + _HEAD
    for row, tall in zip(matrix.rows, heights, strict=True):
        canvas.line(f"M{number(_MARGIN)} {number(y)}H{number(right)}", "rule")
        canvas.text(_MARGIN + _PAD, y + 22, row, "name")
        y += tall
    return canvas.page(max(right, _MARGIN + width(matrix.title, 17.6)) + _MARGIN, bottom + _MARGIN, matrix.title)


_MARGIN: Final = 28.0
_TOP: Final = 54.0
_HEAD: Final = 36.0
_PAD: Final = 12.0
_LINE: Final = 16.0
