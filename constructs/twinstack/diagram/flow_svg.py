"""A flow as SVG."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from twinstack.diagram.canvas import MARKS, Canvas, number
from twinstack.diagram.drawing import Flow, Mark, Node, Tone
from twinstack.diagram.layout import Order, Track, ordered
from twinstack.diagram.text import BOLD, widest, width


@dataclass(frozen=True, slots=True)
class Place:
    """Where a thing or a lane stands."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width


def flow_svg(flow: Flow) -> str:
    """The picture: things in columns, arrows between them, frames around columns, and what the colours mean."""
    nodes = {node.key: node for node in flow.nodes}
    order = ordered(flow)
    places = _places(order, nodes)
    canvas = Canvas()
    canvas.text(_MARGIN, 34, flow.title, "big")
    bottom = max((place.y + place.height for place in places.values()), default=_TOP)
    right = max((place.right for place in places.values()), default=0.0)
    columns = [[places[key] for key in column if key in nodes] for column in order.columns]
    for frame in flow.frames:
        inside = [place for column in columns[frame.first : frame.last + 1] for place in column]
        if inside:
            left = min(place.x for place in inside) - _PAD
            end = max(max(place.right for place in inside) + _PAD, left + width(frame.title, 11.5) + 2 * _PAD)
            canvas.box(left, _TOP - 34, end - left, bottom - _TOP + 34 + _PAD, "frame", 10)
            canvas.text(left + 10, _TOP - 17, frame.title, "small")
            right = max(right, end - _PAD)
    for path, track in _paths(order, places):
        arrow = track.arrow
        tip = f"{nodes[arrow.source].title} → {nodes[arrow.target].title}{f': {arrow.label}' if arrow.label else ''}"
        canvas.line(path, arrow.tone, tip, arrow.mark, ends_in_arrow=True)
    for key, node in nodes.items():
        _card(canvas, places[key], node)
    tones = [tone for tone in Tone if any(arrow.tone is tone for arrow in flow.arrows)]
    x, y = float(_MARGIN), bottom + _PAD + 34
    for tone in tones:
        canvas.line(f"M{number(x)} {number(y - 4)}h30", tone, ends_in_arrow=True)
        canvas.text(x + 38, y, tone, "small")
        x += 38 + width(tone, 11.5) + 24
    for mark, word in _MARKED.items():
        if any(arrow.mark is mark for arrow in flow.arrows):
            canvas.line(f"M{number(x)} {number(y - 4)}h30", Tone.READ, "", mark)
            canvas.text(x + 38, y, word, "small")
            x += 38 + width(word, 11.5) + 24
    style = MARKS if any(one.mark for one in (*flow.nodes, *flow.arrows)) else ""
    wide = max(right + _MARGIN + _PAD, width(flow.title, 16) + 2 * _MARGIN, x)
    return canvas.page(wide, y + 18, flow.title, tones, style)


def _places(order: Order, nodes: Mapping[str, Node]) -> dict[str, Place]:
    heights = [[_height(nodes.get(key)) for key in column] for column in order.columns]
    totals = [sum(column) + _GAP * (len(column) - 1) for column in heights]
    tallest = max(totals, default=0.0)
    places: dict[str, Place] = {}
    x = float(_MARGIN)
    for column, tall, total in zip(order.columns, heights, totals, strict=True):
        wide = max([_MIN_WIDTH, *(_width(nodes[key]) for key in column if key in nodes)])
        y = _TOP + (tallest - total) / 2
        for key, height in zip(column, tall, strict=True):
            places[key] = Place(x, y, wide, height)
            y += height + _GAP
        x += wide + _BETWEEN + _FOR_EACH * sum(track.stops[0] in column for track in order.tracks)
    return places


def _paths(order: Order, places: Mapping[str, Place]) -> list[tuple[str, Track]]:
    """The path of each arrow: where several leave or reach one thing they share its side, in the order of their ends."""
    leaving: dict[str, list[tuple[float, int]]] = defaultdict(list)
    reaching: dict[str, list[tuple[float, int]]] = defaultdict(list)
    for index, track in enumerate(order.tracks):
        first, last = track.stops[0], track.stops[-1]
        leaving[first].append((_middle(places[track.stops[1]]), index))
        reaching[last].append((_middle(places[track.stops[-2]]), index))
    starts, ends = _ports(leaving, places), _ports(reaching, places)
    found = []
    for index, track in enumerate(order.tracks):
        first, last = places[track.stops[0]], places[track.stops[-1]]
        x, y = first.right, starts[index]
        path = f"M{number(x)} {number(y)}"
        for lane in track.stops[1:-1]:
            place = places[lane]
            path += _curve(x, y, place.x, _middle(place)) + f"H{number(place.right)}"
            x, y = place.right, _middle(place)
        found.append((path + _curve(x, y, last.x - 1, ends[index]), track))
    return found


def _ports(ends: Mapping[str, Sequence[tuple[float, int]]], places: Mapping[str, Place]) -> dict[int, float]:
    found = {}
    for key, arrows in ends.items():
        place = places[key]
        step = place.height / (len(arrows) + 1)
        for position, (_, index) in enumerate(sorted(arrows), start=1):
            found[index] = place.y + step * position
    return found


def _curve(x: float, y: float, to_x: float, to_y: float) -> str:
    middle = (x + to_x) / 2
    return f"C{number(middle)} {number(y)} {number(middle)} {number(to_y)} {number(to_x)} {number(to_y)}"


def _card(canvas: Canvas, place: Place, node: Node) -> None:
    canvas.box(place.x, place.y, place.width, place.height, f"card {node.mark}".rstrip())
    canvas.icon(node.icon, place.x + 10, place.y + 9)
    canvas.text(place.x + 38, place.y + 24, node.title, "name")
    for index, line in enumerate(node.lines):
        look = f"small {node.mark}".rstrip() if index == 0 else "small"
        canvas.text(place.x + 12, place.y + 44 + _LINE * index, line, look)


def _height(node: Node | None) -> float:
    return _LANE if node is None else 38 + _LINE * len(node.lines) + (6 if node.lines else 0)


def _width(node: Node) -> float:
    return max(38 + width(node.title, BOLD) + 14, widest(node.lines, 11.5) + 24)


def _middle(place: Place) -> float:
    return place.y + place.height / 2


_MARKED: Final = {Mark.ADDED: "new", Mark.REMOVED: "goes"}
_MARGIN: Final = 28
_PAD: Final = 16
_TOP: Final = 92.0
_GAP: Final = 18
_BETWEEN: Final = 72
_FOR_EACH: Final = 4
"""Wider where many arrows start, so that they can be told apart."""
_LANE: Final = 8.0
_LINE: Final = 16
_MIN_WIDTH: Final = 110.0
