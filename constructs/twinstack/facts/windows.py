"""Windows of time as AWS writes them: `03:00-04:00` of every day, `sun:04:00-sun:05:00` of the week, in UTC."""

from __future__ import annotations

import re
from typing import Final


def daily_minutes(window: str) -> tuple[int, int]:
    """Start and end in minutes of the day; the end of a window over midnight lies past 1440."""
    start, end = ((int(part[:2]) * 60 + int(part[3:])) for part in window.split("-"))
    return start, end if end > start else end + _DAY


def weekly_minutes(window: str) -> tuple[int, int]:
    """Start and end in minutes of the week (Monday first); an end past the week's goes on counting."""
    start, end = (DAYS.index(part[:3]) * _DAY + int(part[4:6]) * 60 + int(part[7:]) for part in window.split("-"))
    return start, end if end > start else end + 7 * _DAY


def windows_overlap(daily: str, weekly: str) -> bool:
    """Whether a daily window meets a weekly one. Both are half open, so 03:00-04:00 and 04:00-05:00 do not."""
    start, end = weekly_minutes(weekly)
    first, last = daily_minutes(daily)
    return any(day * _DAY + first < end and start < day * _DAY + last for day in range(-1, 15))


DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_TIME: Final = "(?:[01][0-9]|2[0-3]):[0-5][0-9]"
DAILY_WINDOW: Final = re.compile(f"{_TIME}-{_TIME}")
WEEKLY_WINDOW: Final = re.compile(f"(?:{'|'.join(DAYS)}):{_TIME}-(?:{'|'.join(DAYS)}):{_TIME}")
WEEKLY_WINDOW_OF_ANY_CASE: Final = re.sub(
    "[a-z]{3}", lambda day: "".join(f"[{letter.upper()}{letter}]" for letter in day[0]), WEEKLY_WINDOW.pattern
)
"""The same as JSON Schema takes it, which has no flag for that."""
_DAY: Final = 24 * 60
SHORTEST_MINUTES: Final = 30
LONGEST_WEEKLY_MINUTES: Final = _DAY
"""Sources: Amazon RDS API Reference, CreateDBInstance; Amazon ElastiCache API Reference, CreateReplicationGroup."""
