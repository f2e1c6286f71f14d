"""When objects of a bucket move and end. Source: Amazon S3 User Guide, "Transitioning objects using Amazon S3 Lifecycle" and
"Examples of S3 Lifecycle configurations"; November 2026.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

from twinstack.facts.conditions import number_of
from twinstack.facts.offers import Offer


def refused_days(arguments: Mapping[str, Any]) -> Iterator[Offer]:
    """Days after which S3 moves nothing, and an end that comes before a move."""
    for rule in _blocks(arguments.get("rule")):
        for move, end, unit in KINDS:
            for one in _blocks(rule.get(move)):
                days, storage = number_of(one.get(unit)), str(one.get("storage_class"))
                path = f"rule.{move}.{unit}"
                if days is not None and days < LEAST and storage in INFREQUENT:
                    yield Offer(path, f"{storage} after {days:g}", f"{LEAST} or more", f"{LEAST}", MOVES)
                for last in _blocks(rule.get(end)):
                    ends = number_of(last.get(unit))
                    if days is not None and ends and ends <= days:
                        given = f"{storage} after {days:g}, and an end after {ends:g}"
                        yield Offer(path, given, f"fewer than {ends:g}", "", ENDS)


def _blocks(value: Any) -> list[Mapping[str, Any]]:
    every = cast("list[Any]", value) if isinstance(value, list | tuple) else [value]
    return [one for one in every if isinstance(one, Mapping)]


KINDS: Final = (
    ("transition", "expiration", "days"),
    ("noncurrent_version_transition", "noncurrent_version_expiration", "noncurrent_days"),
)
INFREQUENT: Final = ("STANDARD_IA", "ONEZONE_IA")
LEAST: Final = 30
MOVES: Final = "Amazon S3 User Guide, Transitioning objects using Amazon S3 Lifecycle, Constraints"
ENDS: Final = "Amazon S3 API Reference, PutBucketLifecycleConfiguration: an expiration comes after the transitions"
