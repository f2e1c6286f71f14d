"""Where things stand: nothing overlaps, no arrow goes through a thing, every text is inside of what it belongs to."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

import pytest

from stacks import product
from twinstack.diagram.drawing import Arrow, Cell, Flow, Icon, Matrix, Node, Tone
from twinstack.diagram.flow_svg import flow_svg
from twinstack.diagram.layout import ordered, ranks_of
from twinstack.diagram.links import links
from twinstack.diagram.made import Made
from twinstack.diagram.matrix_svg import matrix_svg
from twinstack.diagram.text import clipped, width

SVG: Final = "{http://www.w3.org/2000/svg}"
Rectangle = tuple[float, float, float, float]


def random_flow(seed: int) -> Flow:
    chance = random.Random(seed)
    columns = chance.randint(2, 6)
    nodes = [
        Node(f"{rank}-{index}", "x" * chance.randint(1, 30), Icon.THING, rank, ["line"] * chance.randint(0, 3))
        for rank in range(columns)
        for index in range(chance.randint(1, 7))
    ]
    pairs = [(one, other) for one in nodes for other in nodes if one.rank < other.rank]
    chosen = chance.sample(pairs, min(len(pairs), chance.randint(1, 25)))
    return Flow("random", nodes, [Arrow(one.key, other.key, chance.choice(list(Tone))) for one, other in chosen])


def analytics(name: str) -> Flow:
    folder = Path(__file__).parents[1] / "golden" / name
    return links(product.load(name), Made.read(folder, folder))


FLOWS = [*map(random_flow, range(40)), *map(analytics, ("dev", "staging", "prod"))]


@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.title)
def test_nothing_overlaps_and_no_arrow_goes_through_a_thing(flow: Flow) -> None:
    root = ElementTree.fromstring(flow_svg(flow))
    cards = list(rectangles(root, "card"))
    assert len(cards) == len(flow.nodes)
    for index, one in enumerate(cards):
        assert not any(meet(one, other) for other in cards[index + 1 :])
    paths = [path for path in root.iter(f"{SVG}path") if path.find(f"{SVG}title") is not None]
    assert len(paths) == len(flow.arrows)
    for path in paths:
        for x, y in points(path.get("d") or ""):
            # Both ends of an arrow touch a thing from outside.
            assert not any(left + 1 < x < left + wide - 2 and top < y < top + tall for left, top, wide, tall in cards)


@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.title)
def test_every_text_is_inside_of_its_thing_and_of_the_page(flow: Flow) -> None:
    root = ElementTree.fromstring(flow_svg(flow))
    page = float(root.get("width") or 0)
    cards = list(rectangles(root, "card"))
    for text in root.iter(f"{SVG}text"):
        x, y, look = float(text.get("x") or 0), float(text.get("y") or 0), text.get("class")
        end = x + width(text.text or "", 15 if look == "name" else 11.5)
        assert end < page
        for left, top, wide, tall in cards:
            if left < x < left + wide and top < y < top + tall:
                assert end < left + wide


def test_the_order_has_no_crossing_where_none_is_needed() -> None:
    nodes = [Node(f"a{one}", "", Icon.THING, 0) for one in range(4)] + [
        Node(f"b{one}", "", Icon.THING, 1) for one in range(4)
    ]
    arrows = [Arrow(f"a{one}", f"b{3 - one}", Tone.READ) for one in range(4)]
    columns = ordered(Flow("", nodes, arrows)).columns
    assert [one[1:] for one in columns[0]] == [str(3 - int(other[1:])) for other in columns[1]]


def test_what_uses_another_stands_to_its_left() -> None:
    assert ranks_of(["a", "b", "c"], [("c", "a"), ("a", "b")]) == {"a": 1, "b": 2, "c": 0}


def test_a_table_is_as_wide_as_its_words() -> None:
    words = "a:VeryLongActionOfAService"
    root = ElementTree.fromstring(
        matrix_svg(Matrix("t", ["r"], ["c", "d"], [Cell("r", "c", [words]), Cell("r", "d", ["x"])]))
    )
    (first,) = (text for text in root.iter(f"{SVG}text") if text.text == words)
    (second,) = (text for text in root.iter(f"{SVG}text") if text.text == "x")
    assert float(first.get("x") or 0) + width(words, 11.5) < float(second.get("x") or 0)


def test_both_ends_of_a_long_name_are_kept() -> None:
    assert clipped("abcdefghij", 5) == "ab…ij"
    assert clipped("abcde", 5) == "abcde"


def rectangles(root: ElementTree.Element, look: str) -> Iterator[Rectangle]:
    for one in root.iter(f"{SVG}rect"):
        if one.get("class") == look:
            x, y, wide, tall = (float(one.get(name) or 0) for name in ("x", "y", "width", "height"))
            yield x, y, wide, tall


def meet(one: Rectangle, other: Rectangle) -> bool:
    return (
        one[0] < other[0] + other[2]
        and other[0] < one[0] + one[2]
        and one[1] < other[1] + other[3]
        and other[1] < one[1] + one[3]
    )


def points(path: str) -> Iterator[tuple[float, float]]:
    """Points along a path of moves, curves and horizontal lines."""
    x = y = 0.0
    for command, text in re.findall(r"([MCH])([^MCH]*)", path):
        numbers = [float(one) for one in text.split()]
        if command == "M":
            x, y = numbers
        elif command == "H":
            yield from ((x + (numbers[0] - x) * step / 20, y) for step in range(21))
            x = numbers[0]
        else:
            ends = [(x, y), *zip(numbers[::2], numbers[1::2], strict=True)]
            yield from (bezier(ends, step / 40) for step in range(41))
            x, y = ends[-1]


def bezier(ends: list[tuple[float, float]], share: float) -> tuple[float, float]:
    while len(ends) > 1:
        ends = [(a + (c - a) * share, b + (d - b) * share) for (a, b), (c, d) in pairwise(ends)]
    return ends[0]
