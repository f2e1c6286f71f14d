"""What moved between a saved plan and now, and whether it was that plan itself, begun by an earlier run that did not end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from twinstack.delivery.infrastructure_plan import Action, InfrastructurePlan, ResourceChange, changed_fields


def moves(saved: InfrastructurePlan, fresh: InfrastructurePlan) -> tuple[str, ...]:
    """What is another than it was when the plan was made, a phrase each: `aws_db_instance.database: instance_class`."""
    before, now = saved.prior, fresh.prior
    return tuple(_words(before, now))


def continues(saved: InfrastructurePlan, fresh: InfrastructurePlan) -> bool:
    """Whether all that is left to do was in the saved plan too, from the same state to the same end.

    It is when a run of that plan was killed half-way, or somebody else has applied the same release: whoever agreed to
    the saved plan agreed to this one.
    """
    foreseen = {one.address: one for one in saved.changes if not one.deposed}
    return all(_is_foreseen(foreseen.get(one.address), one) for one in fresh.changes)


def _words(before: Any, now: Any) -> Iterator[str]:
    for address in sorted({*before, *now}):
        if address.startswith("data.") or ".data." in address:
            continue
        if address not in before:
            yield f"{address} is new"
        elif address not in now:
            yield f"{address} is gone"
        elif fields := [*changed_fields(before[address], now[address])]:
            yield f"{address}: {', '.join(fields)}"


def _is_foreseen(saved: ResourceChange | None, fresh: ResourceChange) -> bool:
    if saved is None or fresh.action not in _LEFT_OF.get(saved.action, frozenset()):
        return False
    if fresh.action is Action.REPLACED and saved.action is Action.CREATED and fresh.reason != TAINTED:
        return False
    if fresh.deposed:
        return True
    if isinstance(saved.before, dict) and isinstance(fresh.before, dict):
        was = {name: saved.before.get(name) for name in fresh.fields}
        if was != {name: fresh.before.get(name) for name in fresh.fields}:
            return False
    return _is_same_end(saved.after, saved.after_unknown, fresh.after)


def _is_same_end(saved: Any, unknown: Any, fresh: Any) -> bool:
    """Whether it ends as it was said; what was not known then may be anything."""
    if unknown is True:
        return True
    if isinstance(saved, dict) and isinstance(fresh, dict):
        later = unknown if isinstance(unknown, dict) else {}
        return all(_is_same_end(saved.get(name), later.get(name), fresh.get(name)) for name in {*saved, *fresh, *later})
    if isinstance(saved, list) and isinstance(fresh, list):
        later = unknown if isinstance(unknown, list) else []
        return len(saved) == len(fresh) and all(
            _is_same_end(one, later[index] if index < len(later) else None, fresh[index])
            for index, one in enumerate(saved)
        )
    return bool(saved == fresh)


TAINTED: Final = "replace_because_tainted"
"""It was begun and did not end, so it is made anew. Source: Terraform, "JSON Output Format", `action_reason`."""
_LEFT_OF: Final = {
    Action.CREATED: frozenset({Action.CREATED, Action.REPLACED}),
    Action.CHANGED: frozenset({Action.CHANGED}),
    Action.REPLACED: frozenset({Action.REPLACED, Action.CREATED, Action.DESTROYED}),
    Action.DESTROYED: frozenset({Action.DESTROYED}),
    Action.FORGOTTEN: frozenset({Action.FORGOTTEN}),
    Action.LEFT: frozenset({Action.LEFT, Action.CREATED}),
    Action.IMPORTED: frozenset({Action.IMPORTED}),
    Action.MOVED: frozenset({Action.MOVED}),
}
"""What may be left to do of each action when a run of the plan ended half-way."""
