"""A product taken out of its cluster: what the outside reaches first, then what runs, then what it stood on."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from twinstack.delivery.lease import Lease
from twinstack.delivery.lease_object import lease_name
from twinstack.delivery.live import LiveState, standing
from twinstack.delivery.manifest import identity_of
from twinstack.delivery.namespace import ProductNamespace
from twinstack.delivery.patience import Patient
from twinstack.delivery.progress import State
from twinstack.delivery.pruning import Kept, Pruning, prune
from twinstack.delivery.record import Status
from twinstack.delivery.records import Records
from twinstack.errors import ClusterError
from twinstack.labels import INSTANCE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from twinstack.api_server import ApiServer
    from twinstack.delivery.holder import Holder
    from twinstack.delivery.manifest import JsonObject
    from twinstack.delivery.progress import Progress


@dataclass(frozen=True)
class Removal:
    """Everything of a stack that its releases list, on its way out."""

    api: ApiServer
    namespace: str
    stack: str
    progress: Progress
    holder: Holder
    asked: frozenset[str] = frozenset()
    """What holds data and goes nevertheless, typed out: `PersistentVolumeClaim analytics/data`."""
    patience_seconds: float = 600

    def preview(self) -> Pruning:
        """What would be deleted, in this order, and what stays. Writes nothing. Raises ClusterError."""
        records = Records.read(self.api, self.namespace, self.stack)
        # Of a product that goes, no former release is returned to, so none needs its configuration.
        ended = tuple(replace(one, status=Status.INTERRUPTED) for one in records.all)
        records = replace(records, all=ended)
        live = LiveState.read(Patient.of(self.api), (), also=records.listed)
        found = Pruning.of(records, (), live, asked=self.asked)
        # Its own namespace goes last, and for a reason of its own.
        own = self.own.identity
        deleted = tuple(one for one in found.deleted if identity_of(one) != own)
        return Pruning(deleted, tuple(one for one in found.kept if one.identity != own))

    def run(self) -> tuple[Kept, ...]:
        """Deletes it; what is kept is returned with why.

        What made a load balancer is gone for good before anything else goes: its controller takes the balancer away, and
        needs the rest to do so. The namespace goes last, where twinstack made it and nothing of anybody else is in it;
        where it stays, no release is remembered there any more that could be taken for one that stands.
        Raises LeaseHeldError, and ClusterError where a controller does not let go in time.
        """
        if self.api.get("v1", "Namespace", self.namespace) is None:
            return ()
        name = lease_name(self.stack)
        with Lease.hold(self.api, self.namespace, name, self.holder, tell=self.progress.note) as lease:
            held = replace(self, api=lease.api)
            found = held.preview()
            kept = [*found.kept, *held.take_away(found, lease.check)]
            kept += held.end(anything_kept=bool(kept), asked=str(held.own.identity) in self.asked)
        if held.own.identity not in {one.identity for one in kept} and not self.own.await_end(self.patience_seconds):
            raise ClusterError(
                f"{held.own.identity} still ends after {self.patience_seconds:.0f} s: something holds it"
            )
        return tuple(kept)

    @property
    def own(self) -> ProductNamespace:
        """The namespace in which the Lease and the records lie."""
        return ProductNamespace(self.api, self.namespace, self.stack)

    def take_away(self, found: Pruning, check: Callable[[], None]) -> tuple[Kept, ...]:
        """What was previewed, in its order; what stays after all is returned."""
        first = tuple(one for one in found.deleted if _leads_in(one))
        rest = tuple(one for one in found.deleted if not _leads_in(one))
        kept = prune(self.api, Pruning(first, ()), self.stack, self.progress)
        for one in first:
            self._await_end(one, check)
        kept = (*kept, *prune(self.api, Pruning(rest, ()), self.stack, self.progress))
        self._await_pods(check)
        return kept

    def end(self, *, anything_kept: bool, asked: bool) -> Iterator[Kept]:
        """The namespace, or else the records of what is no longer there."""
        reason = self.own.remove(asked=asked)
        subject = str(self.own.identity)
        if not reason:
            self.progress.state(subject, State.DELETED)
            return
        self.progress.state(subject, State.KEPT, reason)
        yield Kept(self.own.identity, reason)
        Records.read(self.api, self.namespace, self.stack).close(forget=not anything_kept)

    def _await_end(self, data: JsonObject, check: Callable[[], None]) -> None:
        subject, metadata = str(identity_of(data)), data["metadata"]
        until = time.monotonic() + self.patience_seconds
        while time.monotonic() < until:
            check()
            found = standing(self.api, data)
            if found is None or found["metadata"]["uid"] != metadata["uid"]:
                return
            holds = ", ".join(found["metadata"].get("finalizers") or ())
            self.progress.state(subject, State.WAITING, f"until {holds} lets go" if holds else "")
            time.sleep(POLL_SECONDS)
        raise ClusterError(
            f"{subject} is still there after {self.patience_seconds:.0f} s: {holds or 'its pods are still ending'}. "
            "Look whether its controller runs, and run the same command again."
        )

    def _pods(self) -> list[JsonObject]:
        return self.api.objects("v1", "Pod", self.namespace, labels={INSTANCE: self.stack})

    def _await_pods(self, check: Callable[[], None]) -> None:
        """A pod that still ends may hold a connection to what is destroyed next."""
        until = time.monotonic() + self.patience_seconds
        while left := self._pods():
            check()
            if time.monotonic() > until:
                raise ClusterError(f"{len(left)} pods are still there after {self.patience_seconds:.0f} s")
            self.progress.state(f"pods of {self.stack}", State.WAITING, f"{len(left)} still end")
            time.sleep(POLL_SECONDS)


def _leads_in(data: JsonObject) -> bool:
    """Whether a controller made something outside of the cluster for it."""
    if data["kind"] == "Service":
        return (data.get("spec") or {}).get("type") == "LoadBalancer"
    return data["kind"] in LEAD_IN


LEAD_IN: Final = frozenset({"Ingress", "Gateway", "TargetGroupBinding"})
POLL_SECONDS: Final = 0.5
