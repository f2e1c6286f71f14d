"""A product's namespace on its way out: it goes with the product where twinstack made it, and nothing else is in it."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from twinstack.api_server.client import FIELD_MANAGER
from twinstack.delivery.lease_object import KIND as LEASE
from twinstack.delivery.lease_object import lease_name
from twinstack.delivery.live import THREADS
from twinstack.delivery.manifest import Identity, JsonObject, identity_of
from twinstack.delivery.ownership import KEEPS
from twinstack.delivery.record import STACK
from twinstack.errors import ClusterError
from twinstack.labels import label_value

if TYPE_CHECKING:
    from twinstack.api_server import ApiServer


@dataclass(frozen=True)
class ProductNamespace:
    """The namespace in which a stack's Lease and records lie."""

    api: ApiServer
    name: str
    stack: str

    @property
    def identity(self) -> Identity:
        """By what the cluster knows it."""
        return Identity("", "Namespace", "", self.name)

    def is_absent(self) -> bool:
        """Whether it is known not to be there. Raises ClusterError where there is no answer."""
        try:
            return self.api.get("v1", "Namespace", self.name) is None
        except ClusterError as error:
            if error.status != HTTPStatus.FORBIDDEN:
                raise
            return False

    def remove(self, *, beside: Collection[Identity] = (), uid: str = "", asked: bool = False) -> str:
        """Deletes it, and returns why not: empty where it is deleted, or was not there.

        It stays where somebody else has made or written it, and where anything is in it but `beside`, the stack's own
        Lease and records, and what Kubernetes itself puts there; but not where a person `asked` for it to go. With `uid` it
        is only the one that this run has made.
        """
        found = self.api.get("v1", "Namespace", self.name)
        if found is None or found["metadata"].get("deletionTimestamp"):
            return ""
        if uid and found["metadata"]["uid"] != uid:
            return "somebody deleted it, and made it anew"
        try:
            reason = "" if asked else ("" if uid else _made_by_others(found)) or self._held(beside)
            if not reason:
                self.api.delete("v1", "Namespace", self.name, uid=found["metadata"]["uid"])
        except ClusterError as error:
            if error.status != HTTPStatus.FORBIDDEN:
                raise
            return "this deployer may not look at all that is in it, or not delete it: an administrator may"
        return reason

    def await_end(self, seconds: float) -> bool:
        """Whether it is gone in that time, with all that lay in it."""
        until = time.monotonic() + seconds
        while self.api.get("v1", "Namespace", self.name) is not None:
            if time.monotonic() > until:
                return False
            time.sleep(_POLL_SECONDS)
        return True

    def _held(self, beside: Collection[Identity]) -> str:
        left = sorted(set(self._inhabitants()) - set(beside))
        if not left:
            return ""
        more = f" and {len(left) - _MOST} more" if len(left) > _MOST else ""
        return f"{', '.join(map(str, left[:_MOST]))}{more} {'are' if len(left) > 1 else 'is'} still in it"

    def _inhabitants(self) -> Iterator[Identity]:
        def look(kind: tuple[str, str]) -> list[JsonObject]:
            return self.api.objects(*kind, self.name)

        kinds = [kind for kind in self.api.namespaced_kinds() if kind[1] not in _OF_OTHERS]
        with ThreadPoolExecutor(THREADS) as threads:
            for one in (one for found in threads.map(look, kinds) for one in found):
                if not self._comes_by_itself(one):
                    yield identity_of(one)

    def _comes_by_itself(self, one: JsonObject) -> bool:
        metadata = one["metadata"]
        labels = metadata.get("labels") or {}
        return (
            (one["kind"], metadata["name"]) in _IN_EVERY_NAMESPACE
            or bool(metadata.get("ownerReferences") or metadata.get("deletionTimestamp"))
            or (one["kind"], metadata["name"]) == (LEASE, lease_name(self.stack))
            or (KEEPS in labels and labels.get(STACK) == label_value(self.stack))
        )


def _made_by_others(found: JsonObject) -> str:
    """Who else has written it: whoever makes a namespace leaves an entry of its own."""
    entries = found["metadata"].get("managedFields") or ()
    others = {
        str(entry.get("manager"))
        for entry in entries
        if not entry.get("subresource") and str(entry.get("manager")).partition("-")[0] != FIELD_MANAGER
    }
    return f"it was made or changed by {', '.join(sorted(others))}" if others else ""


_OF_OTHERS: Final = frozenset({"Endpoints", "EndpointSlice", "Event", "PodMetrics"})
"""What controllers make of other objects, and what is told of them."""
_IN_EVERY_NAMESPACE: Final = frozenset({("ConfigMap", "kube-root-ca.crt"), ("ServiceAccount", "default")})
_MOST: Final = 5
_POLL_SECONDS: Final = 0.5
