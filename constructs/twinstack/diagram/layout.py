"""Where the things of a flow stand: in columns, in the order with the fewest crossings that some sweeps find."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from twinstack.diagram.drawing import Arrow, Flow


@dataclass(frozen=True, slots=True)
class Track:
    """An arrow as the places it goes through: its source, a lane in each column between, its target."""

    arrow: Arrow
    stops: Sequence[str]


@dataclass(frozen=True, slots=True)
class Order:
    """What stands in each column from top to bottom: keys of things, and lanes of arrows that pass."""

    columns: Sequence[Sequence[str]]
    tracks: Sequence[Track]


def ordered(flow: Flow) -> Order:
    """The columns of a flow. Every arrow has to lead to a column further right."""
    rank = {node.key: node.rank for node in flow.nodes}
    columns: list[list[str]] = [[] for _ in range(max(rank.values(), default=-1) + 1)]
    for node in flow.nodes:
        columns[node.rank].append(node.key)
    tracks = []
    for arrow in flow.arrows:
        between = range(rank[arrow.source] + 1, rank[arrow.target])
        lanes = [f"{arrow.source}>{arrow.target}>{arrow.label}@{column}" for column in between]
        for column, lane in zip(between, lanes, strict=True):
            columns[column].append(lane)
        tracks.append(Track(arrow, (arrow.source, *lanes, arrow.target)))
    return Order(_untangled(columns, tracks), tracks)


def ranks_of(names: Sequence[str], pairs: Sequence[tuple[str, str]]) -> dict[str, int]:
    """A column for each name so that every pair leads to the right. The pairs have no circle."""
    found = dict.fromkeys(names, 0)
    for _ in names:
        for source, target in pairs:
            found[target] = max(found[target], found[source] + 1)
    return found


def _untangled(columns: Sequence[Sequence[str]], tracks: Sequence[Track]) -> list[list[str]]:
    steps = [(one, other) for track in tracks for one, other in zip(track.stops, track.stops[1:], strict=False)]
    before: dict[str, list[str]] = defaultdict(list)
    after: dict[str, list[str]] = defaultdict(list)
    for one, other in steps:
        after[one].append(other)
        before[other].append(one)
    order = [list(column) for column in columns]
    best, fewest = [list(column) for column in order], _crossings(order, steps)
    for sweep in range(_SWEEPS):
        neighbours = before if sweep % 2 == 0 else after
        places = range(1, len(order)) if sweep % 2 == 0 else range(len(order) - 2, -1, -1)
        for place in places:
            beside = order[place - 1 if sweep % 2 == 0 else place + 1]
            heights = {key: index / max(len(beside), 1) for index, key in enumerate(beside)}
            _sort(order[place], neighbours, heights)
        crossings = _crossings(order, steps)
        if crossings < fewest:
            best, fewest = [list(column) for column in order], crossings
    return best


def _sort(column: list[str], neighbours: dict[str, list[str]], heights: dict[str, float]) -> None:
    """By the middle of its neighbours in the next column; what has none stays where it is."""
    own = {key: index / max(len(column), 1) for index, key in enumerate(column)}

    def middle(key: str) -> float:
        found = [heights[one] for one in neighbours[key] if one in heights]
        return sum(found) / len(found) if found else own[key]

    column.sort(key=middle)


def _crossings(order: Sequence[Sequence[str]], steps: Sequence[tuple[str, str]]) -> int:
    place = {key: (rank, index) for rank, column in enumerate(order) for index, key in enumerate(column)}
    ends: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for one, other in steps:
        ends[place[one][0]].append((place[one][1], place[other][1]))
    return sum(
        (first[0] - second[0]) * (first[1] - second[1]) < 0
        for pairs in ends.values()
        for index, first in enumerate(pairs)
        for second in pairs[index + 1 :]
    )


_SWEEPS: Final = 12
