"""Quantities of Kubernetes and windows of AWS."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from twinstack.environment.quantities import (
    Cpu,
    DailyWindow,
    EngineValue,
    Memory,
    WeeklyWindow,
    cpu_millis,
    memory_bytes,
)
from twinstack.facts.windows import daily_minutes, weekly_minutes, windows_overlap

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@pytest.mark.parametrize(("quantity", "millis"), [("250m", 250), ("1", 1000), ("0.5", 500), ("1.125", 1125)])
def test_cpu(quantity: str, millis: int) -> None:
    assert TypeAdapter(Cpu).validate_python(quantity) == quantity
    assert cpu_millis(quantity) == millis


@pytest.mark.parametrize("quantity", ["0", "0m", "", "1.2345", "-1", "250 m", "1e3", "m", "half", "1000M"])
def test_no_cpu(quantity: str) -> None:
    with pytest.raises(ValidationError, match="a CPU quantity such as"):
        TypeAdapter(Cpu).validate_python(quantity)


@pytest.mark.parametrize(
    ("quantity", "size"),
    [("256Mi", 268435456), ("1Gi", 1073741824), ("0.5Gi", 536870912), ("1M", 1000000), ("1k", 1000)],
)
def test_memory(quantity: str, size: int) -> None:
    assert TypeAdapter(Memory).validate_python(quantity) == quantity
    assert memory_bytes(quantity) == size


@pytest.mark.parametrize("quantity", ["256", "0Mi", "", "256MB", "256mi", "1 Gi", "-1Gi", "128974848", "100m"])
def test_no_memory(quantity: str) -> None:
    with pytest.raises(ValidationError, match="a memory quantity with its unit"):
        TypeAdapter(Memory).validate_python(quantity)


@pytest.mark.parametrize("window", ["03:00", "3:00-4:00", "24:00-25:00", "03:00-03:20", "03:00 - 04:00", "03:60-04:00"])
def test_no_daily_window(window: str) -> None:
    with pytest.raises(ValidationError, match="window"):
        TypeAdapter(DailyWindow).validate_python(window)


@pytest.mark.parametrize("window", ["sun:04:00", "sun:04:00-sun:04:10", "sun:04:00-tue:04:00", "so:04:00-so:05:00"])
def test_no_weekly_window(window: str) -> None:
    with pytest.raises(ValidationError, match="window"):
        TypeAdapter(WeeklyWindow).validate_python(window)


@pytest.mark.parametrize("window", ["Sun:04:00-Sun:05:00", "SUN:04:00-sun:05:00"])
def test_a_weekly_window_is_written_as_aws_writes_it(window: str) -> None:
    adapter = TypeAdapter(WeeklyWindow)
    assert adapter.validate_python(window) == "sun:04:00-sun:05:00"
    assert re.search(adapter.json_schema()["pattern"], window)


@pytest.mark.parametrize(("written", "value"), [("64", "64"), (64, "64"), (0.5, "0.5"), ("on", "on")])
def test_a_number_of_an_engine_needs_no_quotes(written: object, value: str) -> None:
    assert TypeAdapter(EngineValue).validate_python(written) == value


def test_true_is_no_value_of_an_engine() -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(EngineValue).validate_python(True)


MINUTES = st.integers(0, 24 * 60 - 1)


def clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


@given(MINUTES, st.integers(30, 600), st.integers(0, 7 * 24 * 60 - 1), st.integers(30, 1440))
def test_windows_overlap_exactly_when_they_share_a_minute(
    start: int, length: int, week_start: int, week_length: int
) -> None:
    end = (start + length) % 1440
    daily = f"{clock(start)}-{clock(end)}"
    week_end = (week_start + week_length) % (7 * 1440)
    weekly = "-".join(f"{DAYS[at // 1440]}:{clock(at % 1440)}" for at in (week_start, week_end))
    assert daily_minutes(daily) == (start, start + length)
    assert weekly_minutes(weekly) == (week_start, week_start + week_length)
    of_week = {minute % (7 * 1440) for minute in range(week_start, week_start + week_length)}
    of_days = {(day * 1440 + minute) % (7 * 1440) for day in range(7) for minute in range(start, start + length)}
    assert windows_overlap(daily, weekly) == bool(of_week & of_days)


@pytest.mark.parametrize(
    ("daily", "overlap"),
    [
        ("03:00-04:00", False),
        ("05:00-06:00", False),
        ("03:30-04:01", True),
        ("04:59-05:59", True),
        ("23:30-00:30", False),
        ("23:30-04:30", True),
    ],
)
def test_windows_that_only_touch_do_not_overlap(daily: str, overlap: bool) -> None:
    assert windows_overlap(daily, "sun:04:00-sun:05:00") is overlap
