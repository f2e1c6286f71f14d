"""The summary: how many events, of which name, on which day, and how it may go on."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from statistics import linear_regression
from typing import Any

from pydantic import BaseModel
from sqlalchemy import Row, Select, select

from schema import daily_counts

REALTIME_DAYS = 7
FORECAST_DAYS = 7
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


def realtime_message(summary: Summary) -> str:
    """The text that a websocket gets."""
    return json.dumps({"type": "summary", "summary": summary.model_dump(mode="json", exclude_none=True)})
