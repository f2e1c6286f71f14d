"""Cron jobs: schedules that never come, come twice, or that the API server refuses.

Source: Kubernetes documentation, "CronJob"; the cron parser of its controller (robfig/cron v3, five fields).
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from functools import cache
from typing import Final
from zoneinfo import available_timezones

from twinstack.environment.spec import Half
from twinstack.policy.kubernetes.objects import Objects, number, reach, text
from twinstack.policy.rule import Fault, Rules

RULES: Final = Rules(Half.WORKLOADS)


@RULES("schedule-is-none", "the schedule never comes", "correct the schedule or the time zone")
def schedule_is_none(objects: Objects) -> Iterator[Fault]:
    """A schedule that cannot be read or never comes, or a time zone that does not exist."""
    for one in objects.of("CronJob"):
        schedule = text(one.spec, "schedule")
        if "TZ" in schedule:
            yield one.fault("spec.schedule", schedule, "spec.timeZone for the zone")
        elif reason := why_no_schedule(schedule):
            yield one.fault("spec.schedule", f"{schedule or 'none'}: {reason}", "five fields, such as 30 3 * * *")
        zone = one.spec.get("timeZone")
        if zone is not None and (not isinstance(zone, str) or zone == "Local" or not _is_zone(zone)):
            yield one.fault("spec.timeZone", zone or "empty", "a name such as Europe/Berlin or Etc/UTC")


@RULES("jobs-contradict-themselves", "a Job contradicts itself", "correct its numbers")
def jobs_contradict_themselves(objects: Objects) -> Iterator[Fault]:
    """A Job or cron job whose numbers Kubernetes refuses, or with which it skips its times."""
    for one in objects.of("CronJob"):
        late = one.spec.get("startingDeadlineSeconds")
        if late is not None and number(late, 0) < _CHECK_SECONDS:
            yield one.fault("spec.startingDeadlineSeconds", late, "10 or more: the controller looks every 10 s")
        if one.spec.get("concurrencyPolicy") not in {None, "Allow", "Forbid", "Replace"}:
            yield one.fault("spec.concurrencyPolicy", one.spec["concurrencyPolicy"], "Allow, Forbid or Replace")
    for one in objects.of("Job", "CronJob"):
        spec = one.spec if one.kind == "Job" else reach(one.spec, "jobTemplate", "spec")
        for field in ("backoffLimit", "completions", "parallelism", "ttlSecondsAfterFinished"):
            value = reach(spec, field)
            if value is not None and number(value, -1) < 0:
                yield one.fault(f"spec.{field}", value, "0 or more")
        if number(reach(spec, "activeDeadlineSeconds"), 1) < 1:
            yield one.fault("spec.activeDeadlineSeconds", reach(spec, "activeDeadlineSeconds"), "1 or more")
        if text(spec, "completionMode") == "Indexed" and reach(spec, "completions") is None:
            yield one.fault("spec.completions", "none, of an Indexed Job", "a number")


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


def _is_zone(name: str) -> bool:
    # A machine without the zones' data knows none, and refuses none.
    return not _zones() or name in _zones()


@cache
def _zones() -> set[str]:
    return available_timezones()


_LEAP_YEAR: Final = 2028
_CHECK_SECONDS: Final = 10
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
