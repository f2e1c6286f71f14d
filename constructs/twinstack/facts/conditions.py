"""The conditions of a change, by the words that `changes.json` calls them; each looks at both values and what is beside."""

from __future__ import annotations

import ipaddress
import math
import re
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from twinstack.facts.rights import takes_away

Condition: TypeAlias = Callable[[Any, Any, Mapping[str, Any]], bool]


def version_of(value: Any) -> tuple[float, ...]:
    """The numbers of a version, `6.x` the newest of the sixes; empty for what is none, or not known yet."""
    text = value if isinstance(value, str) else f"{value}" if isinstance(value, int | float) else ""
    if not re.fullmatch(r"\d+(\.(\d+|x))*([-.].*)?", text):
        return ()
    return tuple(math.inf if part == "x" else int(part) for part in re.findall(r"\d+|x", text.split("-")[0]))


def is_before(one: Any, other: Any) -> bool:
    """Whether a version is older than another, as far as both are said: 15 is not before 15.4."""
    first, second = version_of(one), version_of(other)
    said = min(len(first), len(second))
    return first[:said] < second[:said]


def number_of(value: Any) -> float | None:
    """A number, also as a text; None for what is none."""
    if isinstance(value, bool):
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def is_empty(value: Any) -> bool:
    """Whether nothing is said."""
    return value is None or value in ("", [], {})


def holds(wide: str, narrow: str) -> bool:
    """Whether one block of addresses holds another; of anything else, whether they are the same."""
    try:
        outer, inner = (ipaddress.ip_network(one, strict=False) for one in (wide, narrow))
    except ValueError:
        return wide == narrow
    first, last = (int(one) for one in (outer.network_address, outer.broadcast_address))
    return (
        outer.version == inner.version and first <= int(inner.network_address) and last >= int(inner.broadcast_address)
    )


def _smaller(before: Any, after: Any, _: Mapping[str, Any]) -> bool:
    first, second = number_of(before), number_of(after)
    return first is not None and second is not None and second < first


def _sooner(before: Any, after: Any, _: Mapping[str, Any]) -> bool:
    """0, or nothing, is never."""
    return (number_of(after) or math.inf) < (number_of(before) or math.inf)


def _leaves_out(before: Any, after: Any, _: Mapping[str, Any]) -> bool:
    """Whether a block of addresses holds no longer all of the former one."""
    return not is_empty(before) and not is_empty(after) and not holds(str(after), str(before))


def _engine_before_7_0_5(_before: Any, _after: Any, beside: Mapping[str, Any]) -> bool:
    return is_before(beside.get("engine_version"), "7.0.5")


def _beside_an_end(_before: Any, _after: Any, beside: Mapping[str, Any]) -> bool:
    """Whether a rule that is not for every object ends some."""
    rules = beside.get("rule")
    return any(
        any(any(one.values()) for one in rule.get("filter") or ())
        and any((one.get("days") or one.get("noncurrent_days")) for end in ENDS for one in rule.get(end) or ())
        for rule in (rules if isinstance(rules, list) else ())
    )


ENDS: Final = ("expiration", "noncurrent_version_expiration")


def _all_others(before: Any, after: Any, _: Mapping[str, Any]) -> bool:
    """Whether no member stays, or nobody knows yet which there will be."""
    return not isinstance(after, list) or not isinstance(before, list) or not any(one in before for one in after)


CONDITIONS: Final[Mapping[str, Condition]] = {
    "added": lambda before, after, _: is_empty(before) and not is_empty(after),
    "added or removed": lambda before, after, _: is_empty(before) != is_empty(after),
    "beside an end": _beside_an_end,
    "all others": _all_others,
    "disabled": lambda before, after, _: before is not False and after is False,
    "downgrade": lambda before, after, _: is_before(after, before),
    "engine before 7.0.5": _engine_before_7_0_5,
    "fewer": lambda before, after, _: isinstance(after, list) and any(one not in after for one in before or ()),
    "from zero": lambda before, after, _: not number_of(before) and bool(number_of(after)),
    "larger": lambda before, after, _: _smaller(after, before, _),
    "leaves out": _leaves_out,
    "magnetic": lambda before, after, _: "standard" in (before, after),
    "major": lambda before, after, _: version_of(before)[:1] != version_of(after)[:1],
    "not added": lambda before, _after, _: not is_empty(before),
    "not interface": lambda _before, _after, beside: beside.get("vpc_endpoint_type") != "Interface",
    "not redis to valkey": lambda before, after, _: (before, after) != ("redis", "valkey"),
    "removed": lambda before, after, _: not is_empty(before) and is_empty(after),
    "smaller": _smaller,
    "sooner": _sooner,
    "sooner or added": _sooner,
    "takes away": lambda before, after, _: takes_away(before, after),
    "to one token": lambda _before, after, _: after in ("SET", "DELETE"),
    "to zero": lambda before, after, _: bool(number_of(before)) and number_of(after) in (None, 0),
}
