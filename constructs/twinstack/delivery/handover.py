"""What has to be done beside an apply so that it does what is meant: the traps of server-side apply.

Seen on a control plane of 1.36.3, and each shown by a test of that name:

- Leaving `replicas` out hands the number to nobody: a Deployment whose autoscaler never wrote it falls to one pod at
  once. So another manager applies the live number first.
- Declaring `replicas` again takes the number from the autoscaler without any conflict, and if the autoscaler stays, it
  sets it back. So our own autoscaler goes first, and the larger of the two numbers is taken once.
- KEDA takes over an autoscaler that stands, and takes it with it where its own object goes: so that goes first, and an
  autoscaler of Kubernetes' own is made anew.
- `Recreate` over a strategy that was defaulted is refused: the defaulted `rollingUpdate` belongs to nobody.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from twinstack.api_server import Answer, ApiServer
from twinstack.api_server.client import FIELD_MANAGER
from twinstack.delivery.autoscalers import least_pods, target_of
from twinstack.delivery.changes import Change
from twinstack.delivery.comparison import is_applied, owned_fields
from twinstack.delivery.fields import value
from twinstack.delivery.manifest import Identity, JsonObject, Manifest, identity_of
from twinstack.labels import INSTANCE

REPLICAS_MANAGER: Final = f"{FIELD_MANAGER}-replicas"
STRATEGY_MANAGER: Final = f"{FIELD_MANAGER}-strategy"
OWN_MANAGERS: Final = frozenset({FIELD_MANAGER, REPLICAS_MANAGER, STRATEGY_MANAGER})
"""What is taken from these is taken from nobody."""
_AUTOSCALERS: Final = frozenset({"kube-controller-manager", "keda", REPLICAS_MANAGER})
"""Who holds the number of pods while an autoscaler does; nobody, where it found the right one."""


def hands_over_replicas(change: Change, autoscalers: Iterable[Mapping[str, Any]]) -> bool:
    """Whether we own the number of pods, declare it no more, and an autoscaler is to have it."""
    if change.live is None or change.manifest is None or value(change.manifest.data, "spec", "replicas") is not None:
        return False
    ours = value(owned_fields(change.live), "f:spec", "f:replicas") is not None
    return ours and any(scales(one, change) for one in autoscalers)


def scales(autoscaler: Mapping[str, Any], change: Change) -> bool:
    """Whether it is this object that an autoscaler scales."""
    return target_of(autoscaler) == change.identity


def hand_over_replicas(api: ApiServer, change: Change) -> Answer:
    """Lets another manager hold the number that stands, until the autoscaler writes its own."""
    assert change.live is not None
    return hold_replicas(api, change, value(change.live, "spec", "replicas"))


def least_of(change: Change, autoscalers: Iterable[Mapping[str, Any]]) -> int | None:
    """With how many pods something new begins that an autoscaler scales; None where it declares that itself.

    Left to itself it begins with one, and comes to the autoscaler's minimum with its next turn, up to 15 s later.
    """
    if change.manifest is None or value(change.manifest.data, "spec", "replicas") is not None:
        return None
    found = [least_pods(one) for one in autoscalers if scales(one, change)]
    return next((number for number in found if number and number > 1), None)


def hold_replicas(api: ApiServer, change: Change, number: int) -> Answer:
    """Lets another manager hold this number of pods, until the autoscaler writes its own."""
    assert change.manifest is not None
    identity = change.identity
    held = {
        "apiVersion": change.manifest.api_version,
        "kind": identity.kind,
        "metadata": {"name": identity.name, "namespace": identity.namespace},
        "spec": {"replicas": number},
    }
    return api.apply(held, manager=REPLICAS_MANAGER, force=True)


def former_autoscalers(change: Change, wanted: Collection[Identity], there: Iterable[JsonObject]) -> list[JsonObject]:
    """Our own autoscalers of what now declares its number of pods itself, which the release does not have any more."""
    if change.manifest is None or value(change.manifest.data, "spec", "replicas") is None:
        return []
    return [found for found in there if scales(found, change) and _is_former(found, change.manifest, wanted)]


def former_owners(change: Change, wanted: Collection[Identity], there: Iterable[JsonObject]) -> list[JsonObject]:
    """Our own ScaledObjects that own this autoscaler, and that the release does not have any more."""
    metadata = change.live["metadata"] if change.live else {}
    owners = {one["uid"] for one in metadata.get("ownerReferences") or ()}
    return [
        found
        for found in there
        if change.manifest and found["metadata"]["uid"] in owners and _is_former(found, change.manifest, wanted)
    ]


def is_kedas(change: Change) -> bool:
    """Whether it is an autoscaler that KEDA has taken over."""
    metadata = change.live["metadata"] if change.live else {}
    return change.identity.kind == "HorizontalPodAutoscaler" and any(
        one.get("kind") == "ScaledObject" for one in metadata.get("ownerReferences") or ()
    )


def _is_former(found: JsonObject, manifest: Manifest, wanted: Collection[Identity]) -> bool:
    return identity_of(found) not in wanted and is_applied(found) and _instance(found) == _instance(manifest.data)


def larger_number(change: Change) -> int | None:
    """The number of pods that runs, where an autoscaler made it larger than is declared now: kept for this once.

    A number that a person set by hand is none of these: it is put back.
    """
    if change.manifest is None or change.live is None:
        return None
    wanted, there = value(change.manifest.data, "spec", "replicas"), value(change.live, "spec", "replicas")
    holders = {
        entry.get("manager")
        for entry in change.live["metadata"].get("managedFields") or ()
        if value(entry.get("fieldsV1"), "f:spec", "f:replicas") is not None
    }
    scaled = holders <= _AUTOSCALERS
    return there if wanted is not None and there is not None and there > wanted and scaled else None


def with_replicas(manifest: Manifest, number: int) -> Manifest:
    """The manifest with another number of pods."""
    data = {**manifest.data, "spec": {**manifest.data["spec"], "replicas": number}}
    return Manifest(data, manifest.file)


def recreates_over_a_default(change: Change) -> bool:
    """Whether `Recreate` is declared where a defaulted `rollingUpdate` stands."""
    return (
        change.live is not None
        and change.manifest is not None
        and value(change.manifest.data, "spec", "strategy", "type") == "Recreate"
        and value(change.live, "spec", "strategy", "rollingUpdate") is not None
    )


def take_default_strategy_away(api: ApiServer, change: Change, *, dry_run: bool = False) -> Answer:
    """Sets `Recreate` and removes what the default left, which an apply cannot."""
    assert change.manifest is not None
    identity = change.identity
    changes = {"spec": {"strategy": {"type": "Recreate", "rollingUpdate": None}}}
    return api.patch(
        change.manifest.api_version,
        identity.kind,
        identity.name,
        identity.namespace,
        changes=changes,
        manager=STRATEGY_MANAGER,
        dry_run=dry_run,
    )


def without_strategy(manifest: Manifest) -> Manifest:
    """The manifest as a dry run can take it, which does not see what was patched before."""
    spec = {key: held for key, held in manifest.data["spec"].items() if key != "strategy"}
    return Manifest({**manifest.data, "spec": spec}, manifest.file)


def _instance(data: Mapping[str, Any]) -> str | None:
    found: str | None = (data["metadata"].get("labels") or {}).get(INSTANCE)
    return found
