"""When something runs by the clock: what Kubernetes takes for a schedule, and for a time zone.

Source: Kubernetes documentation, "CronJob"; the cron parser of its controller (robfig/cron v3, five fields).
"""

from __future__ import annotations

import calendar
import re
from functools import cache
from typing import Annotated, Final
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field


def why_no_schedule(schedule: str) -> str:
    """Why a schedule is none; empty where it is one."""
    if schedule.startswith("@"):
        every = re.fullmatch(r"@every (?:[0-9]+h)?(?:[0-9]+m)?(?:[0-9]+s)?", schedule)
        return "" if schedule in _WORDS or (every and schedule != "@every ") else "an unknown word"
    fields = schedule.split()
    if len(fields) != len(_FIELDS):
        return f"{len(fields)} fields"
    sets: list[set[int]] = []
    for given, (name, low, high, names) in zip(fields, _FIELDS, strict=True):
        found = _numbers(given.lower(), low, high, names)
        if found is None:
            return f"{given} is no {name} ({low} to {high})"
        sets.append(found)
    _, _, days, months, _ = sets
    # A day of the month counts only where no day of the week is named.
    if fields[4] in {"*", "?"} and not any(day <= _longest(month) for month in months for day in days):
        return "that day never comes"
    return ""


def _numbers(given: str, low: int, high: int, names: tuple[str, ...]) -> set[int] | None:
    found: set[int] = set()
    for part in given.split(","):
        span, slash, step = part.partition("/")
        if slash and not (step.isdigit() and int(step)):
            return None
        if span in {"*", "?"}:
            first, last = low, high
        else:
            start, dash, end = span.partition("-")
            first = _number(start, low, names)
            last = _number(end, low, names) if dash else (high if slash else first)
        if not low <= first <= high or not first <= last <= high:
            return None
        found |= set(range(first, last + 1, int(step) if slash else 1))
    return found


def _number(given: str, low: int, names: tuple[str, ...]) -> int:
    if given in names:
        return names.index(given) + low
    return int(given) if given.isdigit() else -1


def _longest(month: int) -> int:
    return calendar.monthrange(_LEAP_YEAR, month)[1]


def is_zone(name: str) -> bool:
    """Whether there is a time zone of this name."""
    # A machine without the zones' data knows none, and refuses none.
    return not _zones() or name in _zones()


@cache
def _zones() -> set[str]:
    return available_timezones()


def _is_schedule(schedule: str) -> str:
    if "TZ" in schedule:
        raise ValueError("five fields such as `30 3 * * *`; the zone has a field of its own, `time_zone`")
    if reason := why_no_schedule(schedule):
        raise ValueError(
            f"five fields (minute, hour, day, month, weekday) such as `30 3 * * *`, or @daily; here: {reason}"
        )
    return schedule


def _is_known_zone(zone: str) -> str:
    if zone == "Local" or not is_zone(zone):
        raise ValueError("the name of a time zone, such as Europe/Berlin or Etc/UTC")
    return zone


Schedule = Annotated[
    str, AfterValidator(_is_schedule), Field(json_schema_extra={"examples": ["30 3 * * *", "@hourly"]})
]
TimeZone = Annotated[
    str, AfterValidator(_is_known_zone), Field(json_schema_extra={"examples": ["Europe/Berlin", "Etc/UTC"]})
]
_LEAP_YEAR: Final = 2028
_WORDS: Final = {"@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"}
_MONTHS: Final = tuple(name.lower() for name in calendar.month_abbr[1:])
_DAYS: Final = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_FIELDS: Final = (
    ("minute", 0, 59, ()),
    ("hour", 0, 23, ()),
    ("day of the month", 1, 31, ()),
    ("month", 1, 12, _MONTHS),
    ("day of the week", 0, 6, _DAYS),
)
