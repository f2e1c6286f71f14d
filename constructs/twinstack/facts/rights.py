"""Whether a policy of IAM, as text, lets somebody do less than the one before.

Source: AWS IAM User Guide, "Policy evaluation logic" and "IAM JSON policy elements": what is not allowed is denied, a denial
counts more, and an element that is left out restricts nothing but what the others say.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any, TypeAlias

Right: TypeAlias = tuple[str, str, str]
"""An action and a resource, and whom it is about under which condition, as text."""


def takes_away(before: Any, after: Any) -> bool:
    """Whether something was allowed and is not any more, or is denied now. What is not known yet takes nothing."""
    if not isinstance(before, str) or not isinstance(after, str):
        return False
    old, new = _statements(before), _statements(after)
    if old is None or new is None:
        return before != after
    allowed, denied = [*_rights(new, "Allow")], [*_rights(old, "Deny")]
    lost = any(not _covered(right, allowed) for right in _rights(old, "Allow"))
    return lost or any(not _covered(right, denied) for right in _rights(new, "Deny"))


def _covered(right: Right, by: list[Right]) -> bool:
    action, resource, rest = right
    return any(
        rest == others and fnmatchcase(action.lower(), wider.lower()) and fnmatchcase(resource, place)
        for wider, place, others in by
    )


def _rights(statements: list[Mapping[str, Any]], effect: str) -> Iterator[Right]:
    for one in statements:
        if one.get("Effect") != effect:
            continue
        rest = {key: value for key, value in one.items() if key not in _SPLIT}
        for who in _each(one.get("Principal", "")):
            about = json.dumps([rest, who], sort_keys=True)
            for action in _each(one.get("Action", "")):
                for resource in _each(one.get("Resource", "")):
                    yield str(action), str(resource), about


def _each(value: Any) -> list[Any]:
    if isinstance(value, Mapping):
        return [{key: one} for key, every in value.items() for one in _each(every)]
    return list(value) if isinstance(value, list) else [value]


def _statements(text: str) -> list[Mapping[str, Any]] | None:
    """The statements; None where it is no policy."""
    try:
        found: Any = json.loads(text, strict=False)  # a comparison marks references by a zero byte
    except ValueError:
        return None
    every = _each(found.get("Statement", [])) if isinstance(found, Mapping) else [None]
    every = (
        [found["Statement"]] if isinstance(found, Mapping) and isinstance(found.get("Statement"), Mapping) else every
    )
    return every if all(isinstance(one, Mapping) for one in every) else None


_SPLIT = frozenset({"Action", "Effect", "Principal", "Resource", "Sid"})
