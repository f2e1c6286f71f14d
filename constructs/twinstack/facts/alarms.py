"""How often an alarm looks, and over how long. Source: Amazon CloudWatch API Reference, "PutMetricAlarm"; November 2026."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from twinstack.facts.conditions import number_of
from twinstack.facts.offers import Offer


def refused_spans(arguments: Mapping[str, Any]) -> Iterator[Offer]:
    """A period that CloudWatch has not, and more of them than it looks back over."""
    period, times = number_of(arguments.get("period")), number_of(arguments.get("evaluation_periods"))
    if period is None:
        return
    if period not in SHORT and (period <= 0 or period % MINUTE):
        near = f"{max(round(period / MINUTE), 1) * MINUTE}"
        yield Offer("period", f"{period:g}", "10, 20, 30 or whole minutes, in seconds", near, SOURCE)
        return
    longest = DAY if period < HOUR else 7 * DAY
    if times is not None and period * times > longest:
        near = f"{longest // period:g}"
        allowed = f"at most {longest // period:g}, {longest:,} seconds in all"
        yield Offer("evaluation_periods", f"{times:g} of {period:g} seconds", allowed, near, SOURCE)


MINUTE: Final = 60
HOUR: Final = 3600
DAY: Final = 86400
SHORT: Final = (10, 20, 30)
SOURCE: Final = "Amazon CloudWatch API Reference, PutMetricAlarm, Period and EvaluationPeriods"
