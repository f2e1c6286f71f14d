"""What a release would change of what really stands: Terraform's own plan for one half, the cluster's objects for the other.

What is found is judged as a difference between two outputs is. Where a look is not possible the list says so, as a change
that nobody knows.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from twinstack.changes.difference import LATER, Change, FieldChange, rank_of
from twinstack.changes.effect import Effect
from twinstack.changes.judgement import is_judged, of_argument, of_loss
from twinstack.changes.masking import masked_argument
from twinstack.changes.places import Places
from twinstack.changes.weakening import with_weakenings
from twinstack.changes.workloads import changes_of_workloads
from twinstack.delivery.changes import ChangeKind
from twinstack.delivery.comparison import differences
from twinstack.delivery.fields import Path
from twinstack.delivery.infrastructure_plan import (
    UNKNOWN_YET,
    Action,
    InfrastructurePlan,
    ResourceChange,
    changed_paths,
)
from twinstack.delivery.manifest import identity_of
from twinstack.environment.spec import Half

if TYPE_CHECKING:
    from collections.abc import Collection

    from twinstack.changes.gate import Verdict
    from twinstack.delivery.engine import Look
    from twinstack.delivery.planning import Planned


def changes_of_what_stands(
    planned: Planned,
    verdicts: Sequence[Verdict],
    stack: Mapping[str, Any],
    manifests: Sequence[Mapping[str, Any]],
    fields: Collection[str],
) -> list[Change]:
    """Each address and each object that the release would not leave as it stands, in no order.

    `planned` is what was planned of it and looked at, `verdicts` the gate's of it, `stack` and `manifests` are what it is
    made of.
    """
    found: list[Change] = []
    if planned.infrastructure is not None:
        found += changes_of_plan(planned.infrastructure, verdicts, stack, fields)
    if planned.is_first:
        found += changes_of_workloads([], manifests, fields)
    elif planned.look is not None:
        found += changes_of_look(planned.look, manifests, fields)
    elif planned.unseen:
        found.append(
            Change(
                Half.WORKLOADS, "the cluster", "", Action.CREATED, Effect.INTERRUPTS, known=False, why=planned.unseen
            )
        )
    return found


def changes_of_plan(
    plan: InfrastructurePlan, verdicts: Sequence[Verdict], stack: Mapping[str, Any], fields: Collection[str]
) -> Iterator[Change]:
    """What a plan of Terraform or OpenTofu does, each address with what its arguments do; `verdicts` are the gate's."""
    places = Places.of_stacks(stack, stack, fields)
    by_address = {one.address: one for one in verdicts}
    for change in plan.changes:
        verdict = by_address[str(change)]
        found = with_weakenings([*_arguments(change)], verdict.weaker)
        arguments = sorted(found, key=lambda one: (-rank_of(one), not one.forces, one.path))
        known = verdict.code != UNJUDGED and all(one.known for one in arguments)
        yield Change(
            Half.INFRASTRUCTURE, str(change), places.of(change.address), change.action, verdict.effect, known,
            verdict.why, tuple(arguments),
        )  # fmt: skip


def _arguments(change: ResourceChange) -> Iterator[FieldChange]:
    """Each argument that is another one, once: the items of a list have one path."""
    if change.action not in {Action.CHANGED, Action.REPLACED, Action.LEFT}:
        return
    beside = change.after if isinstance(change.after, Mapping) else {}
    seen: set[str] = set()
    for path, before, after in changed_paths(change.before, change.after, change.after_unknown):
        if path in seen or not path or not is_judged(change.type_name, path):
            continue
        seen.add(path)
        judged = of_argument(change.type_name, path, before, after, beside)
        forces = path.partition(".")[0] in change.forced_by
        effect, _ = of_loss(change.type_name, Action.REPLACED) if forces else (judged.effect, "")
        later = after is UNKNOWN_YET
        shown = LATER if later else masked_argument(change.type_name, path, after)
        was = masked_argument(change.type_name, path, before)
        yield FieldChange(path, was, shown, effect, judged.known or forces, judged.why, judged.usual, forces)


def changes_of_look(look: Look, manifests: Sequence[Mapping[str, Any]], fields: Collection[str]) -> Iterator[Change]:
    """What a release does to the objects of the cluster, as if what stands were a release of its own."""
    apart = {str(one.identity): one for one in look.changes if one.kind in APART}
    standing = [
        as_it_stands(one.manifest.data, one.live if one.writes else None)
        for one in look.changes
        if one.manifest is not None
        and one.kind not in APART
        and (one.live is not None or one.kind is ChangeKind.UNCHANGED)
    ]
    wanted = [one for one in manifests if str(identity_of(one)) not in apart]
    yield from changes_of_workloads([*look.pruning.deleted, *standing], wanted, fields)
    places = Places(fields)
    for subject, one in apart.items():
        thing = places.of_object(one.manifest.data) if one.manifest else ""
        is_left = one.kind is ChangeKind.LEFT
        action, effect = (Action.UNKNOWN, Effect.INTERRUPTS) if is_left else (Action.REPLACED, Effect.REPLACES)
        yield Change(Half.WORKLOADS, subject, thing, action, effect, not is_left, one.note)


def as_it_stands(manifest: Mapping[str, Any], live: Mapping[str, Any] | None) -> dict[str, Any]:
    """The manifest with what the cluster holds in each place that applying it would change; as it is where nothing would."""
    found = copy.deepcopy(dict(manifest))
    for path in differences(manifest, dict(live)) if live else ():
        _put(found, live, path)
    return found


def _put(into: Any, live: Any, path: Path) -> None:
    """Takes one place over from the cluster: also that there is nothing."""
    for part in path[:-1]:
        into, live = _inside(into, part, make=live is not None), _inside(live, part)
        if into is None:
            return
    last = path[-1]
    held = _inside(live, last)
    if isinstance(last, str) and isinstance(into, dict):
        into.pop(last, None)
        if held is not None:
            into[last] = copy.deepcopy(held)
    elif isinstance(last, tuple) and isinstance(into, list):
        into[:] = [one for one in into if not _is_item(one, last)]
        if held is not None:
            into.append(copy.deepcopy(held))


def _inside(data: Any, part: str | tuple[str, ...], *, make: bool = False) -> Any:
    if isinstance(part, tuple):
        return next((one for one in data if _is_item(one, part)), None) if isinstance(data, list) else None
    if make and isinstance(data, dict) and part not in data:
        data[part] = {}
    return data.get(part) if isinstance(data, Mapping) else None


def _is_item(item: Any, key: tuple[str, ...]) -> bool:
    """Whether an item of a list is the one with these values of its key, or is the value itself."""
    if isinstance(item, Mapping):
        held = [str(one) for one in item.values() if not isinstance(one, Mapping | list)]
        return all(part in held or part in USUAL for part in key)
    return (str(item),) == key


UNJUDGED: Final = "TW982"
"""What the gate says of a change that it cannot judge."""
APART: Final = frozenset({ChangeKind.LEFT, ChangeKind.RECREATED})
"""What is not compared field by field: left to an administrator, or made anew in any case."""
USUAL: Final = frozenset({"TCP"})
"""What a manifest leaves out of a key: the protocol of a port."""
