"""A page of SVG: shapes and texts whose colours a style sheet gives, for light and for dark."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

from twinstack.diagram.drawing import Icon
from twinstack.diagram.icons import PATHS
from twinstack.printable import printable


class Canvas:
    """What is drawn, in the order in which it is."""

    def __init__(self) -> None:
        self._elements: list[str] = []

    def box(self, x: float, y: float, width: float, height: float, look: str, radius: float = 8) -> None:
        """A rectangle with round corners."""
        self._add(
            f'<rect class="{look}" x="{number(x)}" y="{number(y)}" width="{number(width)}" height="{number(height)}" rx="{number(radius)}"/>'
        )

    def text(self, x: float, y: float, text: str, look: str) -> None:
        """One line, from its base line's left end."""
        self._add(f'<text class="{look}" x="{number(x)}" y="{number(y)}">{_said(text)}</text>')

    def line(self, path: str, look: str, tip: str = "", mark: str = "", *, ends_in_arrow: bool = False) -> None:
        """A line along a path; `tip` is what a mouse above it is told."""
        marker = f' marker-end="url(#{look})"' if ends_in_arrow else ""
        inner = f"<title>{_said(tip)}</title>" if tip else ""
        self._add(f'<path class="line {look}{f" {mark}" if mark else ""}" d="{path}"{marker}>{inner}</path>')

    def icon(self, icon: Icon, x: float, y: float) -> None:
        """A sign, from its left upper corner."""
        self._add(f'<path class="icon {icon}" transform="translate({number(x)} {number(y)})" d="{PATHS[icon]}"/>')

    def page(self, width: float, height: float, title: str, tones: Sequence[str] = (), style: str = "") -> str:
        """The whole file; `style` is what it has beside the usual."""
        markers = "".join(
            f'<marker id="{tone}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
            f'orient="auto"><path class="head {tone}" d="M0 0.5L7.5 4L0 7.5z"/></marker>'
            for tone in tones
        )
        return "\n".join([
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {number(width)} {number(height)}" width="{number(width)}" '
            f'height="{number(height)}" role="img" aria-labelledby="title">',
            f'<title id="title">{_said(title)}</title>',
            f"<style>{STYLE}{style}</style>",
            *([f"<defs>{markers}</defs>"] if markers else []),
            f'<rect class="page" width="{number(width)}" height="{number(height)}" rx="10"/>',
            *self._elements,
            "</svg>\n",
        ])  # fmt: skip

    def _add(self, element: str) -> None:
        self._elements.append(element)


def _said(text: str) -> str:
    """A text as XML takes it, whatever letters it has."""
    return escape(printable(text), quote=False)


def number(value: float) -> str:
    """A coordinate with one digit after the point at most."""
    return f"{round(value, 1):g}"


STYLE: Final = (
    "svg{font-family:system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;"
    "--page:#fff;--card:#f6f8fa;--edge:#c9d1d9;--ink:#1f2328;--soft:#59636e;--traffic:#0969da;--read:#6e7781;"
    "--write:#1a7f37;--admin:#bc4c00;--public:#fff5e0;--private:#eaf4ff;--closed:#f3eefc;--frame:#8c959f}"
    "@media(prefers-color-scheme:dark){svg{--page:#0d1117;--card:#161b22;--edge:#3d444d;--ink:#e6edf3;--soft:#9198a1;"
    "--traffic:#58a6ff;--read:#8b949e;--write:#3fb950;--admin:#f0883e;--public:#2b2111;--private:#0f2136;"
    "--closed:#1f1930;--frame:#6e7681}}"
    ".page{fill:var(--page)}.card{fill:var(--card);stroke:var(--edge)}.plain{fill:none;stroke:var(--edge)}"
    ".public{fill:var(--public);stroke:var(--edge)}.private{fill:var(--private);stroke:var(--edge)}"
    ".closed{fill:var(--closed);stroke:var(--edge)}.frame{fill:none;stroke:var(--frame);stroke-dasharray:5 4}"
    ".head-row{fill:var(--card)}.rule{stroke:var(--edge)}"
    "text{fill:var(--ink);font-size:13px}.name{font-weight:600}.big{font-size:16px;font-weight:600}"
    ".small{font-size:11.5px;fill:var(--soft)}.line{fill:none;stroke-width:1.5}.icon{fill:none;stroke:var(--ink);"
    "stroke-width:1.4;stroke-linecap:round;stroke-linejoin:round}"
    ".traffic{stroke:var(--traffic)}.read{stroke:var(--read)}.write{stroke:var(--write)}"
    ".admin{stroke:var(--admin);stroke-dasharray:6 3}"
    ".head{stroke:none}.head.traffic{fill:var(--traffic)}.head.read{fill:var(--read)}.head.write{fill:var(--write)}"
    ".head.admin{fill:var(--admin)}"
)
MARKS: Final = (
    "svg{--added:#1a7f37;--removed:#cf222e;--changed:#9a6700}"
    "@media(prefers-color-scheme:dark){svg{--added:#3fb950;--removed:#f85149;--changed:#d29922}}"
    ".added{stroke:var(--added);stroke-width:2.5}.removed{stroke:var(--removed);stroke-width:2;stroke-dasharray:6 4}"
    ".changed{stroke:var(--changed);stroke-width:2.5}.lost{stroke:var(--removed);stroke-width:3}"
    "text.added{fill:var(--added)}text.removed,text.lost{fill:var(--removed)}text.changed{fill:var(--changed)}"
    "text.small.added,text.small.removed,text.small.lost,text.small.changed{stroke:none;font-weight:600}"
)
"""What a picture of a change has beside that."""
