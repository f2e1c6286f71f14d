"""What can stand for a value in a pattern, and where a pattern and a value part."""

from __future__ import annotations

import json
from typing import Any

import pytest

from twinstack.errors import UsageError
from twinstack.testing import Capture, absent, any_value, array_with, exactly, json_text, object_like, regex
from twinstack.testing.comparison import compare


def places(pattern: Any, value: Any) -> list[tuple[str, str, str]]:
    return [(one.place, one.expected, one.found) for one in compare(pattern, value).mismatches]


@pytest.mark.parametrize(
    ("pattern", "value"),
    [
        ({"a": 1}, {"a": 1, "b": 2}),
        ({"a": {"b": 1}}, {"a": {"b": 1, "c": 2}}),
        ([{"a": 1}], [{"a": 1, "b": 2}]),
        ((1, 2), [1, 2]),
        ([], []),
        ({}, {"a": 1}),
        ({"a": None}, {"a": None}),
        ({"a": 1}, {"a": 1.0}),
        ({"a": any_value()}, {"a": False}),
        ({"a": absent}, {"b": 1}),
        ({"a": regex("^x")}, {"a": "xyz"}),
        ({"a": regex("y")}, {"a": "xyz"}),
        (exactly({"a": {"b": any_value()}}), {"a": {"b": 1}}),
        (exactly({"a": absent, "b": 1}), {"b": 1}),
        (exactly({"a": object_like({"b": 1})}), {"a": {"b": 1, "c": 2}}),
        (array_with([{"a": 1}]), [{"a": 0}, {"a": 1, "b": 2}]),
        (array_with([2, 1]), [1, 2, 3]),
        (array_with([any_value(), 1]), [1, 2]),
        (array_with([]), []),
        (json_text({"Statement": array_with([{"Sid": "A"}])}), json.dumps({"Statement": [{"Sid": "A"}]})),
    ],
)
def test_these_fit(pattern: Any, value: Any) -> None:
    assert places(pattern, value) == []


@pytest.mark.parametrize(
    ("pattern", "value", "expected"),
    [
        ({"a": 1}, {"a": 2}, [("a", "1", "2")]),
        ({"a": 1}, {}, [("a", "1", "nothing")]),
        ({"a": None}, {}, [("a", "None", "nothing")]),
        ({"a": 1}, {"a": True}, [("a", "1", "True")]),
        ({"a": False}, {"a": 0}, [("a", "False", "0")]),
        ({"a": "1"}, {"a": 1}, [("a", "'1'", "1")]),
        ({"a": {"b": 1}}, {"a": "text"}, [("a", "{'b': 1}", "'text'")]),
        ({"a": {"b/c": {"d": 1}}}, {"a": {"b/c": {"d": 2}}}, [('a["b/c"].d', "1", "2")]),
        ({"a": [1, 2]}, {"a": [1]}, [("a[1]", "2", "nothing")]),
        ({"a": [1]}, {"a": [1, 2]}, [("a[1]", "no further item", "2")]),
        ({"a": any_value()}, {"a": None}, [("a", "any value", "None")]),
        ({"a": any_value()}, {}, [("a", "any value", "nothing")]),
        ({"a": absent}, {"a": None}, [("a", "absent", "None")]),
        ({"a": regex("^y")}, {"a": "xyz"}, [("a", "text that fits '^y'", "'xyz'")]),
        ({"a": regex("1")}, {"a": 1}, [("a", "text that fits '1'", "1")]),
        (exactly({"a": {"b": 1}}), {"a": {"b": 1, "c": 2}}, [("a.c", "absent", "2")]),
        (exactly([{"a": 1}]), [{"a": 1, "b": 2}], [("[0].b", "absent", "2")]),
        ({"a": array_with([{"x": 1, "y": 2}])}, {"a": [{"z": 0}, {"x": 1, "y": 3}]}, [("a[1].y", "2", "3")]),
        (
            {"a": array_with([object_like({"b": regex("x")})])},
            {"a": [{"b": "y", "c": "x" * 200}]},
            [("a[0].b", "text that fits 'x'", "'y'")],
        ),
        (
            {"a": array_with([{"b": "x"}])},
            {"a": [{"c": "x"}, {"b": "y"}, {"b": "z"}]},
            [("a[1].b", "'x'", "'y'; in the other items nothing, 'z'")],
        ),
        ({"a": array_with([{"b": 1}])}, {"a": [{"c": 1}]}, [("a", "an item {'b': 1}", "[{'c': 1}]")]),
        ({"a": array_with([4])}, {"a": [1, 2]}, [("a", "an item 4", "[1, 2]")]),
        ({"a": array_with([1, 1])}, {"a": [1, 2]}, [("a", "an item 1", "[1, 2]")]),
        ({"a": array_with([1])}, {"a": 1}, [("a", "array_with([1])", "1")]),
        ({"a": json_text({"b": 1})}, {"a": '{"b": 2}'}, [("a.b", "1", "2")]),
        ({"a": json_text({"b": 1})}, {"a": "{"}, [("a", "JSON text", "'{'")]),
        (1, 2, [("(itself)", "1", "2")]),
    ],
)
def test_these_do_not_and_say_where(pattern: Any, value: Any, expected: list[tuple[str, str, str]]) -> None:
    assert places(pattern, value) == expected


def test_a_long_value_is_cut_to_one_line() -> None:
    ((_, _, found),) = places({"a": 1}, {"a": "long\n" * 100})
    assert len(found) == 100
    assert found.endswith("…")


def test_a_pattern_shows_its_matchers_as_they_were_written() -> None:
    pattern = {"a": array_with([regex("x"), Capture(exactly({"b": absent}))]), "c": json_text(object_like({}))}
    assert repr(pattern) == (
        "{'a': array_with([regex('x'), Capture(exactly({'b': absent}))]), 'c': json_text(object_like({}))}"
    )


def test_a_capture_without_a_value_and_with_several_says_what_to_do() -> None:
    capture = Capture()
    with pytest.raises(UsageError, match="nothing is captured yet"):
        _ = capture.value
    capture.keep("a")
    capture.keep("a")
    assert (capture.value, capture.values) == ("a", ("a", "a"))
    capture.keep("b")
    with pytest.raises(UsageError, match="3 values are captured: read `values`"):
        _ = capture.value


def test_a_capture_with_a_pattern_fits_what_the_pattern_fits() -> None:
    assert places({"a": Capture(regex("x"))}, {"a": "y"}) == [("a", "text that fits 'x'", "'y'")]
    assert places({"a": Capture()}, {}) == [("a", "any value", "nothing")]


def test_what_is_no_list_and_no_expression_is_refused_when_it_is_written() -> None:
    with pytest.raises(UsageError, match="array_with takes a list"):
        array_with({"a": 1})  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="is no regular expression"):
        regex("(")
