"""A value without quotes is what Compose and Helm make of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.checkers import needs_compose
from tests.starting.compose import given_by_compose
from twinstack.starting.reading.scalars import by_chart, by_compose

WRITTEN = (
    "0123", "0899", "-017", "0", "-0", "00", "+5", "5", "0x1F", "0XfF", "-0x10", "0o17", "0b101", "1_000", "_1", "1e3", "1E-5", "1e-4",
    "1.10", "1.", ".5", "-.5", "+.5", "1e21", "1e20", "1.5e+300", "123456789012345678901234", "18446744073709551615",
    "9223372036854775808", "-9223372036854775809", "0.1", "100000000", "1.0", "12:30", "1.2.3", "1-2", "0x", "0b2", "0o8", "5m", "1e",
    "true", "True", "TRUE", "tRUE", "false", "False", "yes", "No", "on", "off", "y", "plain", "1,000", "+", "-x", ".", "..5", "1__0",
    "-00", "-0.0", "0.", "-0e3", "1234567.5", "123456.7", "+0o7", "-089", "1_0.5", "._5", ".5_0", "0x_1", "08_9", "0_", "1e400", "1e-400",
)  # fmt: skip


def handed_on(folder: Path, written: Sequence[str]) -> dict[str, str | None]:
    """What Compose makes of each."""
    lines = "".join(f"      V{index}: {one}\n" for index, one in enumerate(written))
    found = given_by_compose(folder, f"services:\n  a:\n    image: x\n    environment:\n{lines}")
    assert found is not None
    return {one: found["a"][f"V{index}"] for index, one in enumerate(written)}


@needs_compose
def test_each_is_the_text_that_compose_hands_on(tmp_path: Path) -> None:
    assert {one: by_compose(one) for one in WRITTEN} == handed_on(tmp_path, WRITTEN)


@needs_compose
def test_so_is_any_number(tmp_path: Path) -> None:
    @settings(max_examples=6, deadline=None, phases=[Phase.generate])
    @given(
        st.lists(
            st.one_of(
                st.floats(allow_nan=False, allow_infinity=False).map(repr),
                st.from_regex(r"\A[-+]?[0-9_]{1,25}\Z"),
                st.from_regex(r"\A[-+]?[0-9]{0,5}\.[0-9]{0,5}([eE][-+]?[0-9]{1,2})?\Z"),
            ),
            min_size=100,
            max_size=200,
        )
    )
    def holds(numbers: list[str]) -> None:
        assert {one: by_compose(one) for one in numbers} == handed_on(tmp_path, numbers)

    holds()


@pytest.mark.parametrize("written", ["2024-01-02", "2024-1-2", "2024-01-02T10:00:00Z", "2024-01-02 10:00:00"])
def test_a_date_is_not_taken_over(written: str) -> None:
    assert by_compose(written) is None


def test_a_chart_s_templates_know_floats_and_older_switches() -> None:
    assert {one: by_chart(one) for one in ("yes", "Off", "n", "true", "FALSE", "5", "999999", "1.5", "plain", "12:30", "2024-01-02")} == {
        "yes": "true", "Off": "false", "n": "false", "true": "true", "FALSE": "false", "5": "5", "999999": "999999", "1.5": "1.5",
        "plain": "plain", "12:30": "12:30", "2024-01-02": "2024-01-02",
    }  # fmt: skip
    assert [by_chart(one) for one in ("1000000", "0123", "1.10", "-0", "1e3")] == [None] * 5
