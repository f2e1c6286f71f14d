"""What a release would do to each object of the cluster."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from twinstack.delivery.comparison import differences, is_applied
from twinstack.delivery.fields import humans, value
from twinstack.delivery.live import NO_RIGHT, LiveState
from twinstack.delivery.manifest import Identity, JsonObject, Manifest


class ChangeKind(StrEnum):
    """What happens to an object."""

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    RECREATED = "recreated"
    """Deleted and made anew: a Job that has failed, which applying again would not run; what is being deleted already."""
    DELETED = "deleted"
    LEFT = "left"
    """Left to an administrator: `note` says why."""


@dataclass(frozen=True)
class Change:
    """One object of a release: what stands, what is wanted, and what lies between."""

    identity: Identity
    kind: ChangeKind
    manifest: Manifest | None = None
    live: JsonObject | None = None
    fields: tuple[str, ...] = ()
    """What changes, as people name it: `image`, `env[LOG_LEVEL]`, `data[host]`; of what is created nothing."""
    conflicts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The other managers who hold fields that we declare with another value, and these fields: taken from them."""
    warnings: tuple[str, ...] = ()
    """What the server accepts and advises against."""
    note: str = ""
    """What a person should know: why it is recreated, why it is left, what is taken instead of what is declared."""
    examined: bool = False
    """Whether the server was asked by a dry run: before, fields and kind are what a comparison says, which may be more."""

    @property
    def writes(self) -> bool:
        """Whether applying it writes anything."""
        return self.kind not in {ChangeKind.UNCHANGED, ChangeKind.LEFT}

    def as_dict(self) -> dict[str, Any]:
        """Plain data, for JSON: no value."""
        optional = {
            "fields": list(self.fields),
            "conflicts": {manager: list(taken) for manager, taken in self.conflicts.items()},
            "warnings": list(self.warnings),
            "note": self.note,
        }
        return {
            "object": str(self.identity),
            "kind": str(self.kind),
            **{name: held for name, held in optional.items() if held},
        }


def changes(
    manifests: Iterable[Manifest], live: LiveState, *, done: Collection[Identity] = frozenset()
) -> tuple[Change, ...]:
    """What each manifest would change, by comparison alone; `examine` asks the server for the last word on those.

    `done` are Jobs of which a record says that they have ended well: where one is gone since (its time to live is over),
    it is not run again.
    """
    return tuple(_change(one, live, done) for one in manifests)


def _change(manifest: Manifest, live: LiveState, done: Collection[Identity]) -> Change:
    identity = manifest.identity
    found = live.get(identity)
    if found is None:
        why = live.why_not(identity)
        if why == NO_RIGHT:
            return Change(identity, ChangeKind.LEFT, manifest, note=f"{why}, so an administrator has to see to it")
        if identity.kind == "Job" and identity in done:
            return Change(identity, ChangeKind.UNCHANGED, manifest, note="it has ended well, and was removed since")
        return Change(identity, ChangeKind.CREATED, manifest)
    if identity.kind == "Job" and has_failed(found):
        return Change(identity, ChangeKind.RECREATED, manifest, found, note="it has failed, and is run once more")
    if found["metadata"].get("deletionTimestamp") and identity.kind != "Namespace":
        note = "it is being deleted, and is made anew once it is gone"
        return Change(identity, ChangeKind.RECREATED, manifest, found, note=note)
    fields = humans(differences(manifest.data, found), manifest.data)
    if not fields and (is_applied(found) or not _declares(manifest)):
        return Change(identity, ChangeKind.UNCHANGED, manifest, found)
    return Change(identity, ChangeKind.CHANGED, manifest, found, fields or (OWNERSHIP,))


def _declares(manifest: Manifest) -> bool:
    """Whether it says anything but what the object is called: what declares no field leaves no trace of who applied it."""
    metadata = manifest.data["metadata"]
    return bool(manifest.data.keys() - {"apiVersion", "kind", "metadata"} or metadata.keys() - {"name", "namespace"})


def has_failed(job: Mapping[str, object]) -> bool:
    """Whether a Job has ended without success."""
    conditions = value(job, "status", "conditions") or ()
    return any(one["type"] == "Failed" and one["status"] == "True" for one in conditions)


OWNERSHIP: Final = "ownership"
"""Stands for a change of who owns fields, whose values stay."""
