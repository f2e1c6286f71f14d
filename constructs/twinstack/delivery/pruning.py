"""What earlier releases have left in the cluster that the new one does not want any more, and how it is taken away.

Only what a record lists is looked at, and of that only what is this stack's own; what is kept is said with the reason.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, Protocol

from twinstack.delivery.changes import Change, ChangeKind
from twinstack.delivery.live import NOT_SERVED, standing
from twinstack.delivery.manifest import Identity, JsonObject, Manifest, identity_of
from twinstack.delivery.ownership import why_not_ours
from twinstack.delivery.progress import Progress, State
from twinstack.delivery.record import Status
from twinstack.errors import ClusterError

if TYPE_CHECKING:
    from twinstack.api_server import ApiServer
    from twinstack.delivery.records import Records


class Live(Protocol):
    """What the cluster holds of the objects that were asked for; `LiveState` is one."""

    @property
    def not_looked_at(self) -> Mapping[tuple[str, str], str]:
        """What could not be seen, by kind and namespace, and why."""

    def get(self, identity: Identity) -> JsonObject | None:
        """The object as it stands there; None where there is none, or it could not be seen."""


@dataclass(frozen=True)
class Kept:
    """An object that the new release does not want, and that stays."""

    identity: Identity
    reason: str

    def as_dict(self) -> dict[str, str]:
        """Plain data, for JSON."""
        return {"object": str(self.identity), "reason": self.reason}


@dataclass(frozen=True)
class Pruning:
    """What is deleted, in this order, and what is kept. The preview of a plan."""

    deleted: tuple[JsonObject, ...]
    """The objects as they were seen: deleted only as long as they are those."""
    kept: tuple[Kept, ...]

    @classmethod
    def of(
        cls, records: Records, manifests: Iterable[Manifest], live: Live, *, asked: Collection[str] = frozenset()
    ) -> Pruning:
        """What `records` list and `manifests` do not. `live` has to have looked at `records.listed`.

        `asked` are the things that a person typed out (`PersistentVolumeClaim analytics/data`): what holds data is
        deleted only then, and what a former namespace holds only with that namespace's own line. A rollback gives all
        manifests of its release, its Jobs included.
        """
        wanted = {one.identity for one in manifests}
        uids = {found["metadata"]["uid"] for one in wanted if (found := live.get(one)) is not None}
        former = _former_namespaces(records, wanted)
        needed = {
            one.identity for record in records.all if record.status is Status.SUCCEEDED for one in record.inventory
        }
        deleted: list[JsonObject] = []
        kept: list[Kept] = []
        for identity in sorted(records.listed.keys() - wanted, key=_order):
            found = live.get(identity)
            if found is None:
                why = live.not_looked_at.get((identity.kind, identity.namespace), "")
                if why and why != NOT_SERVED:
                    kept.append(Kept(identity, f"it could not be looked at: {why}"))
                continue
            if found["metadata"].get("deletionTimestamp") or found["metadata"]["uid"] in uids:
                continue
            reason = why_not_ours(found, records.stack) or _why_kept(identity, found, records, former, needed, asked)
            if reason:
                kept.append(Kept(identity, reason))
            else:
                deleted.append({"apiVersion": records.listed[identity], "kind": identity.kind, **found})
        return cls(tuple(deleted), tuple(kept))

    @property
    def changes(self) -> tuple[Change, ...]:
        """As a plan shows them beside what the release makes and changes."""
        return tuple(Change(identity_of(one), ChangeKind.DELETED, live=one) for one in self.deleted)


def prune(api: ApiServer, pruning: Pruning, stack: str, progress: Progress) -> tuple[Kept, ...]:
    """Deletes what was previewed, one after the other. `api` is `Patient`, who has the Lease in view.

    Returns what stays after all: what this deployer may not delete, and what is no longer what was seen. The next
    release tries again. Raises ClusterError where the server gives no answer.
    """
    return tuple(one for data in pruning.deleted for one in _delete(api, data, stack, progress))


def gone(records: Records, live: Live) -> tuple[Identity, ...]:
    """What records list and the cluster holds no more: a new record need not remember it (`Records.begin`)."""
    return tuple(
        identity
        for identity in records.listed
        if live.get(identity) is None and (identity.kind, identity.namespace) not in live.not_looked_at
    )


def _why_kept(
    identity: Identity,
    found: JsonObject,
    records: Records,
    former: Collection[str],
    needed: Collection[Identity],
    asked: Collection[str],
) -> str:
    """Why one of our own stays; empty where it goes."""
    namespace = identity.namespace
    if identity.kind in HOLD_DATA and str(identity) not in asked:
        return f"{identity.kind}s hold data, or what holds data: delete it by hand when nothing needs it"
    if _loses_its_data(found) and str(identity) not in asked:
        return "its volumes would go with it (persistentVolumeClaimRetentionPolicy)"
    if namespace and namespace in former and f"Namespace {namespace}" not in asked:
        return (
            f"the product has moved from {namespace} to {records.namespace}: delete the namespace when nothing uses it"
        )
    if identity.kind in CONFIGURATION and identity in needed:
        return "a release that can be returned to reads it"
    if identity.kind == "Job" and not _is_over(found):
        return "it is still at work"
    return ""


def _former_namespaces(records: Records, wanted: Collection[Identity]) -> frozenset[str]:
    """Where earlier releases had their own namespace, and this one has not."""
    of_releases = {str(one.release.get("namespace", "")) for one in (*records.all, *records.elsewhere)}
    of_records = {one.namespace for one in records.elsewhere}
    # Of a release that is forgotten its Namespace is still listed, since it is never deleted.
    of_lists = {one.name for one in records.listed if _is_namespace(one)}
    here = {one.name for one in wanted if _is_namespace(one)} | {records.namespace, ""}
    return frozenset((of_releases | of_records | of_lists) - here)


def _is_namespace(identity: Identity) -> bool:
    return (identity.group, identity.kind) == ("", "Namespace")


def _loses_its_data(found: JsonObject) -> bool:
    policy = (found.get("spec") or {}).get("persistentVolumeClaimRetentionPolicy") or {}
    return policy.get("whenDeleted") == "Delete"


def _is_over(job: JsonObject) -> bool:
    conditions = (job.get("status") or {}).get("conditions") or ()
    return any(one.get("type") in {"Complete", "Failed"} and one.get("status") == "True" for one in conditions)


def _delete_as_seen(api: ApiServer, data: JsonObject) -> bool:
    metadata = data["metadata"]
    return api.delete(
        data["apiVersion"],
        data["kind"],
        metadata["name"],
        metadata.get("namespace", ""),
        uid=metadata["uid"],
        resource_version=metadata["resourceVersion"],
    )


def _delete(api: ApiServer, data: JsonObject, stack: str, progress: Progress) -> Iterator[Kept]:
    """Deletes the very object that was seen: not one that was made anew, and not one that has become another's."""
    identity = identity_of(data)
    for _ in range(TRIES):
        metadata = data["metadata"]
        try:
            _delete_as_seen(api, data)
        except ClusterError as error:
            if error.status == HTTPStatus.FORBIDDEN:
                reason = "this deployer may not delete it: an administrator may"
                progress.state(str(identity), State.KEPT, reason)
                yield Kept(identity, reason)
                return
            if error.status != CONFLICT:
                raise
        else:
            progress.state(str(identity), State.DELETED)
            return
        found = standing(api, data)
        if found is None or found["metadata"]["uid"] != metadata["uid"]:
            return
        data = {"apiVersion": data["apiVersion"], "kind": data["kind"], **found}
        if reason := why_not_ours(data, stack):
            break
    else:
        reason = "it changes all the time: the next release tries again"
    progress.state(str(identity), State.KEPT, reason)
    yield Kept(identity, reason)


def _order(identity: Identity) -> tuple[int, bool, Identity]:
    """The way in first, then what runs, then what that reads: the reverse of how it was applied."""
    place = DELETION_ORDER.index(identity.kind if identity.kind in DELETION_ORDER else ANYTHING_ELSE)
    return place, not identity.namespace, identity


ANYTHING_ELSE: Final = "*"
DELETION_ORDER: Final[Sequence[str]] = (
    "Ingress",
    "HTTPRoute",
    "Gateway",
    "ScaledObject",
    "HorizontalPodAutoscaler",
    "PodDisruptionBudget",
    ANYTHING_ELSE,
    "CronJob",
    "Deployment",
    "StatefulSet",
    "DaemonSet",
    "Job",
    "Service",
    "NetworkPolicy",
    "SecretProviderClass",
    "ConfigMap",
    "Secret",
    "RoleBinding",
    "Role",
    "ServiceAccount",
    "ClusterRoleBinding",
    "ClusterRole",
    "IngressClass",
    "IngressClassParams",
)
HOLD_DATA: Final = frozenset({"Namespace", "PersistentVolume", "PersistentVolumeClaim", "CustomResourceDefinition"})
"""With a Namespace goes all that is in it, with a definition every object of its kind, whoever made them."""
CONFIGURATION: Final = frozenset({"ConfigMap", "Secret", "SecretProviderClass"})
"""What pods of a release read under a name of its own: gone, and a return to that release would have none."""
TRIES: Final = 4
CONFLICT: Final = 409
