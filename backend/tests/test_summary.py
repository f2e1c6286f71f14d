"""How counts become a summary."""

from __future__ import annotations

import asyncio
import json
from datetime import date

import pytest

from summary import FRESH_SECONDS, DayCount, Summaries, json_of, project, realtime_message, summarize

LAST = date(2026, 11, 24)
ROWS = [(date(2026, 11, 22), "view", 2), (LAST, "view", 3), (LAST, "click", 1)]


def test_days_without_events_are_there_with_0() -> None:
    summary = summarize(ROWS, 3, LAST, forecast=False)
    assert [(each.day.day, each.count) for each in summary.by_day] == [(22, 2), (23, 0), (24, 4)]
    assert summary.total == 6
    assert summary.by_name == {"view": 5, "click": 1}


def test_a_forecast_is_there_only_when_asked_for() -> None:
    with_it, without = (summarize(ROWS, 3, LAST, forecast=wanted) for wanted in (True, False))
    assert "forecast" in json.loads(realtime_message(json_of(with_it)))["summary"]
    assert "forecast" not in json.loads(realtime_message(json_of(without)))["summary"]


def test_a_rising_line_goes_on() -> None:
    series = [DayCount(day=date(2026, 11, day), count=2 * day) for day in (20, 21, 22)]
    assert [(each.day.day, each.count) for each in project(series)][:2] == [(23, 46), (24, 48)]


def test_a_falling_line_ends_at_0() -> None:
    series = [DayCount(day=date(2026, 11, day), count=count) for day, count in ((20, 20), (21, 10), (22, 0))]
    assert {each.count for each in project(series)} == {0}


def test_one_day_repeats() -> None:
    assert {each.count for each in project([DayCount(day=LAST, count=4)])} == {4}


class Counted:
    """A database whose answer is how often it was asked, or an error."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.asked, self.seconds, self.error = 0, seconds, None

    async def rows(self, _: object) -> list[tuple[date, str, int]]:
        self.asked += 1
        asked = self.asked
        await asyncio.sleep(self.seconds)
        if self.error:
            raise self.error
        return [(date(2000, 1, 1), "n", asked)]


def named(content: bytes) -> int:
    return json.loads(content)["by_name"]["n"]


async def test_one_reading_serves_all_who_ask_within_a_moment() -> None:
    now = 1000.0
    summaries = Summaries(Counted(0.05), forecast=False, clock=lambda: now)
    assert {named(each) for each in await asyncio.gather(*(summaries.json(7) for _ in range(50)))} == {1}
    assert named(await summaries.json(7)) == 1
    assert named(await summaries.json(8)) == 2, "of other days it is another one"
    now += FRESH_SECONDS
    assert named(await summaries.json(7)) == 1
    now += 0.01
    assert named(await summaries.json(7)) == 3


async def test_after_a_change_nobody_gets_a_reading_that_began_before_it() -> None:
    summaries = Summaries(Counted(0.05), forecast=False)
    before = asyncio.create_task(summaries.json(7))
    await asyncio.sleep(0)
    summaries.forget()
    assert named(await summaries.json(7)) == 2
    assert named(await before) == 1


async def test_who_leaves_takes_the_reading_from_nobody_and_an_error_is_not_kept() -> None:
    database = Counted(0.05)
    summaries = Summaries(database, forecast=False)
    first, second = (asyncio.create_task(summaries.json(7)) for _ in range(2))
    await asyncio.sleep(0.01)
    first.cancel()
    assert named(await second) == 1
    database.error = LookupError("broken")
    summaries.forget()
    with pytest.raises(LookupError):
        await summaries.json(7)
    database.error = None
    assert named(await summaries.json(7)) == 3
