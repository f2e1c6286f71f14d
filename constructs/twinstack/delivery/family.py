"""The pods that count for a workload: those of its present generation, and the events that speak of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from twinstack.delivery.manifest import JsonObject
from twinstack.delivery.observed import Observed


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known about one object: it, what it has made for its present generation, and what was told of them."""

    live: JsonObject
    pods: tuple[JsonObject, ...] = ()
    replica_set: JsonObject | None = None
    """Of a Deployment: the one that holds this generation's pods."""
    events: tuple[JsonObject, ...] = ()
    """About the object itself, its ReplicaSet and its pods, the latest last."""

    def events_of(self, one: Mapping[str, Any], *reasons: str) -> list[JsonObject]:
        """The events about this object, the latest last; of these reasons where some are given."""
        uid = one["metadata"]["uid"]
        return [
            event
            for event in self.events
            if event["involvedObject"].get("uid") == uid and (not reasons or event.get("reason") in reasons)
        ]


def evidence(
    live: JsonObject,
    *,
    replica_sets: Iterable[JsonObject] = (),
    pods: Iterable[JsonObject] = (),
    events: Iterable[JsonObject] = (),
) -> Evidence:
    """Picks from all that a namespace holds what concerns this object's present generation.

    While a controller has not seen the generation, no pod is of it.
    """
    if Observed(live).is_unseen:
        return Evidence(live)
    replica_set = _present(live, replica_sets) if live["kind"] == "Deployment" else None
    owner = replica_set if live["kind"] == "Deployment" else live
    own: tuple[JsonObject, ...] = ()
    if live["kind"] == "Pod":
        own = (live,)
    elif owner is not None:
        own = tuple(one for one in pods if _is_owned(one, owner) and _is_present(one, live))
    uids = {one["metadata"]["uid"] for one in (live, *([replica_set] if replica_set else []), *own)}
    begun = _written_at(live)
    told = [
        one
        for one in events
        if (uid := one["involvedObject"].get("uid")) in uids
        # The object itself is older than its generation, and so may be what was told of it.
        and (uid != live["metadata"]["uid"] or told_at(one) >= begun)
    ]
    return Evidence(live, own, replica_set, tuple(sorted(told, key=told_at)))


def told_at(event: Mapping[str, Any]) -> str:
    """When an event was last told, by the server's clock, in seconds: `2026-11-28T23:12:05Z`."""
    series = event.get("series") or {}
    said = event.get("lastTimestamp") or series.get("lastObservedTime") or event.get("eventTime")
    said = said or event["metadata"].get("creationTimestamp") or ""
    return f"{said[:_SECONDS]}Z" if said else ""


def _present(live: JsonObject, replica_sets: Iterable[JsonObject]) -> JsonObject | None:
    """The ReplicaSet whose revision is the Deployment's: its controller keeps both numbers alike."""
    revision = (live["metadata"].get("annotations") or {}).get(_REVISION)
    return next(
        (
            one
            for one in replica_sets
            if _is_owned(one, live) and (one["metadata"].get("annotations") or {}).get(_REVISION) == revision
        ),
        None,
    )


def _is_owned(one: Mapping[str, Any], owner: Mapping[str, Any]) -> bool:
    owners: Sequence[Mapping[str, Any]] = one["metadata"].get("ownerReferences") or ()
    return any(each["uid"] == owner["metadata"]["uid"] for each in owners)


def _is_present(pod: Mapping[str, Any], live: JsonObject) -> bool:
    labels = pod["metadata"].get("labels") or {}
    if live["kind"] == "StatefulSet":
        return bool(labels.get(_HASH) == (live.get("status") or {}).get("updateRevision"))
    if live["kind"] == "DaemonSet":
        wanted = (live["metadata"].get("annotations") or {}).get(_TEMPLATE)
        return bool(not wanted or labels.get("pod-template-generation") == wanted)
    return True


def _written_at(live: JsonObject) -> str:
    """When somebody last wrote what is wanted, by the server's clock: a status is no such thing."""
    fields = live["metadata"].get("managedFields") or []
    times = [one.get("time") or "" for one in fields if not one.get("subresource")]
    return max(times, default="")


_REVISION: Final = "deployment.kubernetes.io/revision"
_HASH: Final = "controller-revision-hash"
_TEMPLATE: Final = "deprecated.daemonset.template.generation"
_SECONDS: Final = len("2026-11-28T23:12:05")
