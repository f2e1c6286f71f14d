"""The picture of docs/rotation-figures.md: ready pods over time, before and after, drawn from what was kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

Runs = Mapping[str, Mapping[str, Any]]


def picture(runs: Runs, workload: str, title: str) -> str:
    """One strip for each run, by its name, all on one scale of time."""
    seconds = max(run["seconds"] for run in runs.values())
    height = _TOP + len(runs) * _STRIP
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}" viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{title}"'
        ' font-family="system-ui, sans-serif" font-size="12">',
        f'  <rect width="{_WIDTH}" height="{height}" fill="#fff"/>',
        f'  <text x="{_LEFT}" y="18" font-size="14" fill="#111">{title}</text>',
    ]
    for index, (name, run) in enumerate(runs.items()):
        lines += _strip(name, run, workload, _TOP + index * _STRIP, (_WIDTH - _LEFT - _RIGHT) / seconds)
    return "\n".join([*lines, "</svg>", ""])


def _strip(name: str, run: Mapping[str, Any], workload: str, top: float, scale: float) -> Iterator[str]:
    bottom = top + _MOST * _POD
    changes: Sequence[tuple[float, int]] = [(at, ready) for at, ready in run["ready"][workload]]
    yield f'  <text x="{_LEFT - 46}" y="{top - 8}" font-weight="bold" fill="#111">{name}</text>'
    for ready in range(_MOST + 1):
        y = bottom - ready * _POD
        yield f'  <path d="M{_LEFT} {y}H{_WIDTH - _RIGHT}" stroke="#e2e2e2"/>'
        yield f'  <text x="{_LEFT - 8}" y="{y + 4}" text-anchor="end" fill="#555">{ready}</text>'
    following = [*changes[1:], (run["seconds"], changes[-1][1])]
    for (at, ready), (until, _) in zip(changes, following, strict=True):
        if ready == 0:
            x, width = _LEFT + at * scale, (until - at) * scale
            yield f'  <rect x="{x:.1f}" y="{top}" width="{width:.1f}" height="{_MOST * _POD}" fill="#c62828" opacity=".15"/>'
            yield (
                f'  <text x="{x + width / 2:.1f}" y="{top + 16}" text-anchor="middle" fill="#c62828">'
                f"no pod for {round(until - at)} s</text>"
            )
    path = f"M{_LEFT} {bottom - changes[0][1] * _POD}"
    path += "".join(f"H{_LEFT + at * scale:.1f}V{bottom - ready * _POD}" for at, ready in changes[1:])
    yield f'  <path d="{path}H{_LEFT + run["seconds"] * scale:.1f}" fill="none" stroke="#155e63" stroke-width="2"/>'
    ends = [0.0, 0.0]  # of the last text on each of two lines: a step that follows soon is written below
    for at, step in run["marks"]:
        x = _LEFT + at * scale
        line = 0 if ends[0] <= x else 1
        ends[line] = x + len(step) * _LETTER
        yield f'  <path d="M{x:.1f} {top}V{bottom + 6 + line * _LINE}" stroke="#888" stroke-dasharray="2 3"/>'
        yield f'  <text x="{x + 3:.1f}" y="{bottom + 16 + line * _LINE}" fill="#555">{step}</text>'


_WIDTH: Final = 560
_LEFT: Final = 60
_RIGHT: Final = 14
_TOP: Final = 56
_STRIP: Final = 150
_POD: Final = 26
_MOST: Final = 3
_LETTER: Final = 8
_LINE: Final = 15
