"""What this product must hold of what is measured; the requirement's script is shown, and held to nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from success_metrics.scenarios import SCENARIOS


def missed(kept: Mapping[str, Any]) -> Iterator[str]:
    """What is not held by what this product's lanes kept, one line each. What was not played is not judged."""
    for part in ("deployments", "kills"):
        for one in kept.get(part) or []:
            if one["ending"] == "wrong":
                yield f"{part}, {one['number']} ({one['fault'] or 'no fault'}): {one['finding']}"
    for key, scenario in SCENARIOS.items():
        case = kept.get(f"scenario {key}")
        if case is None:
            continue
        if case["seconds without"]:
            yield f"{scenario.title}: no endpoint for {case['seconds without']:g} s"
        if case["seconds below budget"]:
            yield f"{scenario.title}: under the disruption budget for {case['seconds below budget']:g} s"
        returned = case["figures"].get(_RETURN, 0)
        if returned is None or returned > _RETURN_SECONDS:
            yield f"{scenario.title}: the last good version is whole after {returned or 'no'} s, not {_RETURN_SECONDS:g}"
    decided = (kept.get("scenario load-step") or {"figures": {}})["figures"].get("until the decision", 0)
    if decided > _DECISION_SECONDS:
        yield f"a step of load: decided after {decided:g} s, not {_DECISION_SECONDS:g}"


_RETURN: Final = "until the last good version is whole"
_RETURN_SECONDS: Final = 300.0
"""The requirement's five minutes."""
_DECISION_SECONDS: Final = 30.0
