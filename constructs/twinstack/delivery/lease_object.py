"""A Lease of Kubernetes as this library reads and writes it: who holds it, until when, who asks for it.

Source: Kubernetes API reference, "Lease" (coordination.k8s.io/v1), and client-go's leader election, which judges by the
reader's own clock; here the server's counts, since two laptops seldom agree.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from twinstack.delivery.manifest import JsonObject

API_VERSION: Final = "coordination.k8s.io/v1"
KIND: Final = "Lease"
ASKED_BY: Final = "delivery.twinstack/asked-by"
"""The annotation by which a newer deployment asks the holder to give way: the one that asks."""
CLOCK_SECONDS: Final = 2
"""How far two readings of the server's clock may lie apart: it tells whole seconds."""


@dataclass(frozen=True)
class LeaseObject:
    """What the cluster holds of a Lease."""

    data: JsonObject

    @property
    def holder(self) -> str:
        """Who holds it; empty where it was given back."""
        return self._spec.get("holderIdentity") or ""

    @property
    def asked_by(self) -> str:
        """Who asked the holder to give way; empty where nobody did."""
        return (self.data["metadata"].get("annotations") or {}).get(ASKED_BY, "")

    @property
    def renewed(self) -> str:
        """When it was last renewed, as it is written."""
        return self._spec.get("renewTime") or ""

    @property
    def expires(self) -> datetime:
        """From when on it is nobody's."""
        try:
            renewed = datetime.fromisoformat(self.renewed)
        except ValueError:
            return datetime.fromtimestamp(0, UTC)
        return renewed + timedelta(seconds=float(self._spec.get("leaseDurationSeconds") or 0))

    def is_free(self, now: datetime) -> bool:
        """Whether whoever wants it may have it: given back, or not renewed in time."""
        return not self.holder or now > self.expires + timedelta(seconds=CLOCK_SECONDS)

    def taken(self, holder: str, now: datetime, seconds: int) -> JsonObject:
        """As a new holder writes it; whoever asked for it has what he wanted."""
        data = self._with({**self._spec, "holderIdentity": holder, "acquireTime": _text(now)})
        transitions = int(self._spec.get("leaseTransitions") or 0)
        data["spec"] |= {
            "renewTime": _text(now),
            "leaseDurationSeconds": seconds,
            "leaseTransitions": transitions + 1,
        }
        data["metadata"]["annotations"].pop(ASKED_BY, None)
        return data

    def renewed_at(self, now: datetime) -> JsonObject:
        """As its holder writes it again."""
        return self._with({**self._spec, "renewTime": _text(now)})

    def given_back(self) -> JsonObject:
        """As its holder leaves it."""
        return self._with({key: held for key, held in self._spec.items() if key not in _THE_HOLDERS})

    def asked(self, holder: str) -> JsonObject:
        """As a newer deployment writes it, to ask for it."""
        data = self._with(self._spec)
        data["metadata"]["annotations"][ASKED_BY] = holder
        return data

    @property
    def _spec(self) -> JsonObject:
        return self.data.get("spec") or {}

    def _with(self, spec: JsonObject) -> JsonObject:
        metadata: dict[str, Any] = {key: held for key, held in self.data["metadata"].items() if key != "managedFields"}
        annotations = dict(metadata.get("annotations") or {})
        return {**self.data, "metadata": {**metadata, "annotations": annotations}, "spec": dict(spec)}


def lease_name(stack: str) -> str:
    """The name of the Lease of a stack, `analytics-prod-deployment`."""
    return f"{stack}-deployment"


def new_lease(namespace: str, name: str, holder: str, now: datetime, seconds: int) -> JsonObject:
    """A Lease that nobody has held before."""
    metadata = {"name": name, "namespace": namespace}
    return LeaseObject({"apiVersion": API_VERSION, "kind": KIND, "metadata": metadata}).taken(holder, now, seconds)


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


_THE_HOLDERS: Final = frozenset({"holderIdentity", "acquireTime", "renewTime"})
