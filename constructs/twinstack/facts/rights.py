"""Whether a policy of IAM, as text, lets somebody do less than the one before, or more.

Source: AWS IAM User Guide, "Policy evaluation logic" and "IAM JSON policy elements": what is not allowed is denied, a denial
counts more, and an element that is left out restricts nothing but what the others say.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any, TypeAlias

Right: TypeAlias = tuple[str, str, str, str, str]
"""An action and a resource, who, under which condition, and what else is said of it, as text."""


def takes_away(before: Any, after: Any) -> bool:
    """Whether something was allowed and is not any more, or is denied now. What is not known yet takes nothing."""
    if not isinstance(before, str) or not isinstance(after, str):
        return False
    return bool(_more(after, before))


def given(before: Any, after: Any, is_new: Callable[[str], bool] = lambda _: False) -> list[str]:
    """In words, what is allowed that was not before, and what is denied no more. No policy allows nothing. A right over a
    resource that `is_new` itself opens nothing that stands.
    """
    return _more(before if isinstance(before, str) else "", after if isinstance(after, str) else "", is_new)


def denies(policy: Any) -> bool:
    """Whether a policy denies anything, as far as it can be read."""
    statements = _statements(policy) if isinstance(policy, str) else None
    return any(one.get("Effect") == "Deny" for one in statements or ())


def _more(before: str, after: str, is_new: Callable[[str], bool] = lambda _: False) -> list[str]:
    """What the second allows and the first does not."""
    old, new = _statements(before), _statements(after)
    if old is None or new is None:
        return ["what cannot be read here"] if before != after else []
    allowed, denied = [*_rights(old, "Allow")], [*_rights(new, "Deny")]
    every = [right for right in _rights(new, "Allow") if not is_new(right[1])]
    more = [_words(right) for right in every if not _covered(right, allowed)]
    more += [f"{_words(right)}, which was denied" for right in _rights(old, "Deny") if not _covered(right, denied)]
    return [*dict.fromkeys(more)]


def _words(right: Right) -> str:
    """`s3:GetObject on arn:aws:s3:::shop/* to *`."""
    action, resource, who, _, rest = right
    whom = json.loads(who)
    named = ", ".join(map(str, whom.values())) if isinstance(whom, Mapping) else str(whom)
    what = action or f"all but {json.loads(rest).get('NotAction')}"
    return " ".join(filter(None, [what, resource and f"on {resource}", named and f"to {named}"]))


def _covered(right: Right, by: list[Right]) -> bool:
    """Whether one of the others says as much: without a condition it holds under any, and `*` is everybody."""
    action, resource, who, condition, rest = right
    return any(
        rest == others
        and fnmatchcase(action.lower(), wider.lower())
        and fnmatchcase(resource, place)
        and (anybody in (who, *EVERYBODY))
        and (unless in (condition, ""))
        for wider, place, anybody, unless, others in by
    )


def _rights(statements: list[Mapping[str, Any]], effect: str) -> Iterator[Right]:
    for one in statements:
        if one.get("Effect") != effect:
            continue
        rest = json.dumps({key: value for key, value in one.items() if key not in _SPLIT}, sort_keys=True)
        condition = json.dumps(one["Condition"], sort_keys=True) if one.get("Condition") else ""
        for who in _each(one.get("Principal", "")):
            for action in _each(one.get("Action", "")):
                for resource in _each(one.get("Resource", "")):
                    yield str(action), str(resource), json.dumps(who), condition, rest


def _each(value: Any) -> list[Any]:
    if isinstance(value, Mapping):
        return [{key: one} for key, every in value.items() for one in _each(every)]
    return list(value) if isinstance(value, list) else [value]


def _statements(text: str) -> list[Mapping[str, Any]] | None:
    """The statements; None where it is no policy."""
    if not text.strip():
        return []
    try:
        found: Any = json.loads(text, strict=False)  # a comparison marks references by a zero byte
    except ValueError:
        return None
    if not isinstance(found, Mapping):
        return None
    every = found.get("Statement", [])
    every = [every] if isinstance(every, Mapping) else _each(every)
    return every if all(isinstance(one, Mapping) for one in every) else None


EVERYBODY = ('"*"', '{"AWS": "*"}')
_SPLIT = frozenset({"Action", "Condition", "Effect", "Principal", "Resource", "Sid"})
