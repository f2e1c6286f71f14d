"""The picture of docs/success-metrics.md: pods that serve over time, each change both ways, drawn from what was kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

Case = Mapping[str, Any]


def picture(rows: Sequence[tuple[str, Case | None, Case | None]], service: str, heads: tuple[str, str]) -> str:
    """One row for each change, one column for each way; both of a row on one scale of time."""
    height = _TOP + len(rows) * _ROW + _BOTTOM
    title = "Pods of the backend that serve, through each change"
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}" viewBox="0 0 {_WIDTH} {height}" '
        f'role="img" aria-label="{title}" font-family="system-ui, sans-serif" font-size="11">',
        f'  <rect width="{_WIDTH}" height="{height}" fill="#fff"/>',
        f'  <text x="{_LEFT}" y="18" font-size="14" fill="#111">{title}</text>',
        *(
            f'  <text x="{_x(column)}" y="40" font-weight="bold" fill="#111">{head}</text>'
            for column, head in enumerate(heads)
        ),
    ]
    for number, (name, *cases) in enumerate(rows):
        top = _TOP + number * _ROW
        shown = [case for case in cases if case]
        seconds = max((case["seconds"] for case in shown), default=1)
        most = max((count for case in shown for _, count in case["serving"][service]), default=1)
        lines.append(f'  <text x="{_LEFT}" y="{top - 6}" fill="#111">{name}</text>')
        for column, case in enumerate(cases):
            lines += _strip(case, service, _x(column), top, seconds, most)
    return "\n".join([*lines, "</svg>", ""])


def _strip(case: Case | None, service: str, left: float, top: float, seconds: float, most: int) -> Iterator[str]:
    bottom, pod = top + _STRIP, _STRIP / most
    scale = _COLUMN / seconds
    for count in sorted({0, most}):
        y = bottom - count * pod
        yield f'  <path d="M{left} {y:.1f}h{_COLUMN}" stroke="#e2e2e2"/>'
        yield f'  <text x="{left - 6}" y="{y + 4:.1f}" text-anchor="end" fill="#555">{count}</text>'
    if case is None:
        yield f'  <text x="{left + 8}" y="{top + _STRIP / 2:.1f}" fill="#777">not played</text>'
        return
    changes = [(moment, count) for moment, count in case["serving"][service] if moment < case["seconds"]]
    ends = [*(moment for moment, _ in changes[1:]), case["seconds"]]
    for (moment, count), end in zip(changes, ends, strict=True):
        if count == 0 and end - moment > _SHORTEST_SECONDS:
            x, width = left + moment * scale, max((end - moment) * scale, 1.5)
            yield f'  <rect x="{x:.1f}" y="{top}" width="{width:.1f}" height="{_STRIP}" fill="#c62828" opacity=".22"/>'
    path = f"M{left} {bottom - changes[0][1] * pod:.1f}" if changes else ""
    path += "".join(f"H{left + moment * scale:.1f}V{bottom - count * pod:.1f}" for moment, count in changes[1:])
    yield f'  <path d="{path}H{left + case["seconds"] * scale:.1f}" fill="none" stroke="#155e63" stroke-width="1.6"/>'
    for moment, _ in case["marks"]:
        x = left + moment * scale
        yield f'  <path d="M{x:.1f} {top}V{bottom + 4}" stroke="#888" stroke-dasharray="2 3"/>'
    without, figures = case["seconds without"], case["figures"]
    told = f"no pod for {without:g} s" if without else f"least {case['least']}"
    stays = _RETURN in figures and figures[_RETURN] is None
    told = "never returns" if stays and not without else told
    colour = "#c62828" if without or stays else "#555"
    yield f'  <text x="{left + _COLUMN}" y="{top - 6}" text-anchor="end" fill="{colour}">{told}</text>'
    yield f'  <text x="{left + _COLUMN}" y="{bottom + 13}" text-anchor="end" fill="#777">{seconds:.0f} s</text>'


def _x(column: int) -> float:
    return _LEFT + column * (_COLUMN + _GAP)


_RETURN: Final = "until the last good version is whole"
_LEFT: Final = 34
_COLUMN: Final = 320
_GAP: Final = 44
_WIDTH: Final = _LEFT + 2 * _COLUMN + _GAP + 16
_TOP: Final = 72
_ROW: Final = 96
_STRIP: Final = 52
_BOTTOM: Final = 0
_SHORTEST_SECONDS: Final = 0.05
