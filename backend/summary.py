"""The summary: how many events, of which name, on which day, and how it may go on."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from statistics import linear_regression
from typing import Any

from pydantic import BaseModel
from sqlalchemy import Row, Select, select

from database import Database
from schema import daily_counts

REALTIME_DAYS = 7
FORECAST_DAYS = 7
FRESH_SECONDS = 0.25
"""How long a reading serves all who ask: events are counted by a worker anyway, so it is no older than that is late."""
CHANNEL = "analytics:summary"
"""The Redis channel that carries each new summary to all web processes."""


class DayCount(BaseModel):
    """The events of one day."""

    day: date
    count: int


class Summary(BaseModel):
    """The events of the last days, today included; `forecast` only where the feature is on."""

    days: int
    total: int
    by_name: dict[str, int]
    by_day: list[DayCount]
    forecast: list[DayCount] | None = None


def today() -> date:
    """The day in UTC, as the database counts it."""
    return datetime.now(UTC).date()


def counts_since(first: date) -> Select[Any, Any, Any]:
    """The statement whose rows `summarize` takes."""
    return select(daily_counts.c.day, daily_counts.c.name, daily_counts.c.count).where(daily_counts.c.day >= first)


def first_day(days: int, last: date) -> date:
    """The first of so many days that end with `last`."""
    return last - timedelta(days=days - 1)


def summarize(rows: Iterable[Row[*tuple[Any, ...]]], days: int, last: date, *, forecast: bool) -> Summary:
    """Add up the rows; a day without an event is there with 0."""
    by_name: Counter[str] = Counter()
    by_day: Counter[date] = Counter()
    for day, name, count in rows:
        by_name[name] += count
        by_day[day] += count
    start = first_day(days, last)
    series = [DayCount(day=day, count=by_day[day]) for day in (start + timedelta(days=n) for n in range(days))]
    return Summary(
        days=days,
        total=sum(each.count for each in series),
        by_name=dict(by_name.most_common()),
        by_day=series,
        forecast=project(series) if forecast else None,
    )


def project(series: list[DayCount]) -> list[DayCount]:
    """The straight line through the days, carried on; never below 0. One day makes no line: it repeats."""
    if not series:
        return []
    slope, start = 0.0, float(series[-1].count)
    if len(series) > 1:
        slope, start = linear_regression(range(len(series)), [each.count for each in series])
    return [
        DayCount(
            day=series[-1].day + timedelta(days=ahead),
            count=max(0, round(start + slope * (len(series) - 1 + ahead))),
        )
        for ahead in range(1, FORECAST_DAYS + 1)
    ]


def json_of(summary: Summary) -> bytes:
    """The answer to who asks for it."""
    return summary.model_dump_json(exclude_none=True).encode()


def realtime_message(summary: bytes) -> str:
    """The text that a websocket gets."""
    return f'{{"type":"summary","summary":{summary.decode()}}}'


class Summaries:
    """The web process's: one reading for all who ask within a moment, and none older than the last change it knows of."""

    def __init__(self, database: Database, *, forecast: bool, clock: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._clock = clock
        self._forecast = forecast
        self._readings: dict[int, tuple[float, asyncio.Task[bytes]]] = {}

    async def json(self, days: int) -> bytes:
        """The summary of so many days, as JSON.

        Raises:
            UnavailableError: when the database does not answer in time.

        """
        begun, reading = self._readings.get(days, (0.0, None))
        now = self._clock()
        if reading is None or now - begun > FRESH_SECONDS or (reading.done() and reading.exception()):
            reading = asyncio.create_task(self._read(days))
            reading.add_done_callback(_seen)
            self._readings[days] = now, reading
        return await asyncio.shield(reading)  # who leaves takes it from nobody else

    def forget(self) -> None:
        """Something was counted: who asks from now on gets a reading that begins now."""
        self._readings.clear()

    async def _read(self, days: int) -> bytes:
        last = today()
        rows = await self._database.rows(counts_since(first_day(days, last)))
        return json_of(summarize(rows, days, last, forecast=self._forecast))


def _seen(reading: asyncio.Task[bytes]) -> None:
    """Who waited for it has the error; where nobody is left, it is no news either."""
    if not reading.cancelled():
        reading.exception()
