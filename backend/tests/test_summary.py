"""How counts become a summary."""

from __future__ import annotations

import json
from datetime import date

from summary import DayCount, project, realtime_message, summarize

LAST = date(2026, 11, 24)
ROWS = [(date(2026, 11, 22), "view", 2), (LAST, "view", 3), (LAST, "click", 1)]


def test_days_without_events_are_there_with_0() -> None:
    summary = summarize(ROWS, 3, LAST, forecast=False)
    assert [(each.day.day, each.count) for each in summary.by_day] == [(22, 2), (23, 0), (24, 4)]
    assert summary.total == 6
    assert summary.by_name == {"view": 5, "click": 1}


def test_a_forecast_is_there_only_when_asked_for() -> None:
    with_it, without = (summarize(ROWS, 3, LAST, forecast=wanted) for wanted in (True, False))
    assert "forecast" in json.loads(realtime_message(with_it))["summary"]
    assert "forecast" not in json.loads(realtime_message(without))["summary"]


def test_a_rising_line_goes_on() -> None:
    series = [DayCount(day=date(2026, 11, day), count=2 * day) for day in (20, 21, 22)]
    assert [(each.day.day, each.count) for each in project(series)][:2] == [(23, 46), (24, 48)]


def test_a_falling_line_ends_at_0() -> None:
    series = [DayCount(day=date(2026, 11, day), count=count) for day, count in ((20, 20), (21, 10), (22, 0))]
    assert {each.count for each in project(series)} == {0}


def test_one_day_repeats() -> None:
    assert {each.count for each in project([DayCount(day=LAST, count=4)])} == {4}
