"""What a plan of Terraform would do, read out of its JSON: each resource by its address, and how many of each action.

Source: Terraform, "JSON Output Format", format version 1.2; OpenTofu writes the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any, Final

from twinstack.delivery.terraform import masked


class Action(StrEnum):
    """What happens to a resource."""

    CREATED = "created"
    CHANGED = "changed"
    REPLACED = "replaced"
    DESTROYED = "destroyed"
    FORGOTTEN = "forgotten"
    """Terraform looks after it no more, and leaves it where it is."""
    IMPORTED = "imported"
    MOVED = "moved"
    """Only its address is another one."""
    LEFT = "left behind"
    """Another is made in its place, and what stands there stays: Terraform looks after it no more."""
    UNKNOWN = "unknown"
    """Something that this library does not know yet: a person decides."""

    @property
    def is_loss(self) -> bool:
        """Whether what is there now is gone afterwards, or may be."""
        return self in {Action.REPLACED, Action.DESTROYED, Action.LEFT, Action.UNKNOWN}


@dataclass(frozen=True)
class ResourceChange:
    """One resource that a plan would do something to."""

    address: str
    type_name: str
    action: Action
    fields: tuple[str, ...] = ()
    """The arguments that change, of a changed or replaced one."""
    forced_by: tuple[str, ...] = ()
    """The arguments for which it is replaced."""
    moved_from: str = ""
    imported: str = ""
    """The id by which it is taken over, where it is; `later` where that is not known yet."""
    deposed: str = ""
    """The key of what a replacement left behind, where that is what is destroyed."""
    reason: str = ""
    """Terraform's word for why, `replace_because_tainted`."""
    before: Any = field(default=None, repr=False)
    after: Any = field(default=None, repr=False)
    after_unknown: Any = field(default=None, repr=False)

    def as_dict(self) -> dict[str, Any]:
        """Plain data, for JSON: no values."""
        optional = {
            "fields": list(self.fields), "forced_by": list(self.forced_by), "moved_from": self.moved_from,
            "deposed": self.deposed,
        }  # fmt: skip
        return {
            "address": self.address,
            "action": str(self.action),
            **{name: value for name, value in optional.items() if value},
        }

    def __str__(self) -> str:
        about = f" (deposed {self.deposed})" if self.deposed else ""
        return f"{self.address}{about}"


@dataclass(frozen=True)
class InfrastructurePlan:
    """A saved plan, as its JSON says it. `document` holds no sensitive value."""

    document: Mapping[str, Any] = field(repr=False)

    @classmethod
    def of(cls, shown: Mapping[str, Any], program: str) -> InfrastructurePlan:
        """From what `show -json` says, without its sensitive values; `program` is `Terraform` or `OpenTofu`."""
        return cls({**without_secrets(shown), "twinstack": {"program": program}})

    @property
    def program(self) -> str:
        """What made it, `OpenTofu`; nothing else can apply it."""
        return str(self.document["twinstack"]["program"])

    @property
    def version(self) -> str:
        """The version of what made it."""
        return str(self.document["terraform_version"])

    @cached_property
    def changes(self) -> tuple[ResourceChange, ...]:
        """What would be done, by address."""
        found = filter(None, map(_change, self.document.get("resource_changes") or ()))
        return tuple(sorted(found, key=lambda one: (one.address, one.deposed)))

    @cached_property
    def outputs(self) -> Mapping[str, Action]:
        """The outputs that would be others."""
        changes = (self.document.get("output_changes") or {}).items()
        actions = ((name, _action(one)) for name, one in changes)
        return {name: action for name, action in actions if action is not None}

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to apply."""
        return not self.changes and not self.outputs

    @property
    def counts(self) -> Mapping[Action, int]:
        """How many of each action, in the order of Action, those that there are."""
        counted = Counter(change.action for change in self.changes)
        return {action: counted[action] for action in Action if counted[action]}

    @cached_property
    def drift(self) -> tuple[str, ...]:
        """The addresses that somebody else has changed or taken away since the last apply."""
        return tuple(
            sorted(one["address"] for one in self.document.get("resource_drift") or () if _action(one["change"]))
        )

    @cached_property
    def prior(self) -> Mapping[str, Mapping[str, Any]]:
        """What was there when it was planned: the values by address, data sources included."""
        return values_of((self.document.get("prior_state") or {}).get("values"))

    @cached_property
    def planned(self) -> Mapping[str, Mapping[str, Any]]:
        """What would be there: the values by address, those that are not known yet left out."""
        return values_of(self.document.get("planned_values"))

    def as_dict(self) -> dict[str, Any]:
        """Plain data, for JSON: what changes, and no value."""
        return {
            "program": f"{self.program} {self.version}",
            "counts": {str(action): count for action, count in self.counts.items()},
            "changes": [change.as_dict() for change in self.changes],
            "outputs": {name: str(action) for name, action in self.outputs.items()},
            "drift": list(self.drift),
        }


def values_of(values: Mapping[str, Any] | None) -> dict[str, Mapping[str, Any]]:
    """The values of each resource, by address, of a state as JSON has it: modules inside modules."""
    return {one["address"]: one.get("values") or {} for one in _resources((values or {}).get("root_module") or {})}


def _resources(module: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from module.get("resources") or ()
    for inner in module.get("child_modules") or ():
        yield from _resources(inner)


def without_secrets(shown: Mapping[str, Any]) -> dict[str, Any]:
    """A plan's JSON with every sensitive value masked.

    The variables are left out, and the configuration, whose constants say nothing of what is sensitive: it lies beside it.
    """
    kept = {name: value for name, value in shown.items() if name not in {"variables", "configuration"}}
    for name in ("resource_changes", "resource_drift"):
        if name in kept:
            kept[name] = [{**one, "change": _masked_change(one["change"])} for one in kept[name]]
    if "output_changes" in kept:
        kept["output_changes"] = {name: _masked_change(one) for name, one in kept["output_changes"].items()}
    if "planned_values" in kept:
        kept["planned_values"] = _masked_values(kept["planned_values"])
    if "prior_state" in kept:
        prior = kept["prior_state"]
        kept["prior_state"] = {**prior, "values": _masked_values(prior.get("values") or {})}
    return kept


def _masked_change(change: Mapping[str, Any]) -> dict[str, Any]:
    sides = {side: masked(change.get(side), change.get(f"{side}_sensitive")) for side in ("before", "after")}
    return {**change, **sides}


def _masked_values(values: Mapping[str, Any]) -> dict[str, Any]:
    outputs = {
        name: {**one, "value": masked(one.get("value"), one.get("sensitive"))}
        for name, one in (values.get("outputs") or {}).items()
    }
    return {**values, "outputs": outputs, "root_module": _masked_module(values.get("root_module") or {})}


def _masked_module(module: Mapping[str, Any]) -> dict[str, Any]:
    resources = [
        {**one, "values": masked(one.get("values"), one.get("sensitive_values"))}
        for one in module.get("resources") or ()
    ]
    inner = [_masked_module(one) for one in module.get("child_modules") or ()]
    return {**module, "resources": resources, **({"child_modules": inner} if inner else {})}


def _change(entry: Mapping[str, Any]) -> ResourceChange | None:
    change = entry["change"]
    action = _action(change)
    moved_from = entry.get("previous_address", "")
    if action is None and change.get("importing"):
        action = Action.IMPORTED
    if action is None and moved_from:
        action = Action.MOVED
    if action is None or entry.get("mode") == "data":
        return None
    return ResourceChange(
        entry["address"],
        entry["type"],
        action,
        tuple(changed_fields(change.get("before"), change.get("after"), change.get("after_unknown"))),
        tuple(dict.fromkeys(str(path[0]) for path in change.get("replace_paths") or () if path)),
        moved_from,
        _imported(change.get("importing")),
        entry.get("deposed", ""),
        entry.get("action_reason", ""),
        change.get("before"),
        change.get("after"),
        change.get("after_unknown"),
    )


def _imported(importing: Mapping[str, Any] | None) -> str:
    return str(importing.get("id") or "later") if importing else ""


def _action(change: Mapping[str, Any]) -> Action | None:
    """None where nothing is done: no-op, and the reading of a data source."""
    actions: Sequence[str] = change.get("actions") or ()
    if tuple(actions) in {("no-op",), ("read",), ()}:
        return None
    return _ACTIONS.get(tuple(actions), Action.UNKNOWN)


def changed_fields(before: Any, after: Any, unknown: Any = None) -> Iterator[str]:
    """The arguments that differ between two states of one resource; nothing where there is only one."""
    if not isinstance(before, dict) or not isinstance(after, dict):
        return
    later = unknown if isinstance(unknown, dict) else {}
    for name in sorted({*before, *after, *later}):
        if later.get(name) is True or before.get(name) != after.get(name):
            yield name


def changed_paths(before: Any, after: Any, unknown: Any = None, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """What differs inside, each with both values: `scaling_config.min_size`, the index in a list left out.

    A value that is not known yet is UNKNOWN_YET. Lists of another length, and lists of plain values, are told as a whole.
    """
    if unknown is True:
        yield path, before, UNKNOWN_YET
    elif isinstance(before, dict) and isinstance(after, dict):
        later = unknown if isinstance(unknown, dict) else {}
        for name in sorted({*before, *after, *(name for name, one in later.items() if one)}):
            inner = f"{path}.{name}" if path else name
            yield from changed_paths(before.get(name), after.get(name), later.get(name), inner)
    elif isinstance(unknown, list) and True in unknown:
        yield path, before, UNKNOWN_YET
    elif isinstance(before, list) and isinstance(after, list) and _are_blocks(before, after):
        later = unknown if isinstance(unknown, list) else []
        for index, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from changed_paths(old, new, later[index] if index < len(later) else None, path)
    elif before != after:
        yield path, before, after


def with_unknown(after: Any, unknown: Any) -> Any:
    """What there will be, with UNKNOWN_YET wherever only the apply tells."""
    if unknown is True:
        return UNKNOWN_YET
    if isinstance(after, dict):
        later = unknown if isinstance(unknown, dict) else {}
        return {name: with_unknown(after.get(name), later.get(name)) for name in {**after, **later}}
    if isinstance(after, list):
        later = unknown if isinstance(unknown, list) else []
        return [with_unknown(one, later[index] if index < len(later) else None) for index, one in enumerate(after)]
    return after


def _are_blocks(before: list[Any], after: list[Any]) -> bool:
    return len(before) == len(after) and all(isinstance(one, dict | list) for one in (*before, *after))


UNKNOWN_YET: Final = object()
"""Stands for a value that only the apply will tell."""
_ACTIONS: Final = {
    ("create",): Action.CREATED,
    ("update",): Action.CHANGED,
    ("delete",): Action.DESTROYED,
    ("delete", "create"): Action.REPLACED,
    ("create", "delete"): Action.REPLACED,
    ("create", "forget"): Action.LEFT,
    ("forget", "create"): Action.LEFT,
    ("forget",): Action.FORGOTTEN,
}
