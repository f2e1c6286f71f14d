"""What the cluster holds of a release: one list for each kind and namespace, side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final

from twinstack.api_server import ApiServer
from twinstack.delivery.manifest import Identity, JsonObject, Manifest, identity_of
from twinstack.delivery.ownership import KEEPS
from twinstack.errors import ClusterError

THREADS: Final = 8


@dataclass(frozen=True)
class LiveState:
    """The objects of the cluster, of every kind and namespace that was asked for."""

    objects: Mapping[Identity, JsonObject]
    """Everything that was seen, also what is not ours."""
    not_looked_at: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """The kind and the namespace, and why: no right to list it, the kind is not served."""

    @classmethod
    def read(
        cls,
        api: ApiServer,
        manifests: Sequence[Manifest],
        also: Iterable[Identity] | Mapping[Identity, str] = (),
        absent: Collection[str] = (),
    ) -> LiveState:
        """Reads what stands for these manifests, and for `also`: what earlier releases brought, with its version if known.

        Where a namespace, or the cluster as a whole, holds one object of a kind of ours beside thousands of others', only
        that one is asked for, which needs the right to see that one alone. Raises ClusterError where there is no answer.
        """
        listed = also if isinstance(also, Mapping) else dict.fromkeys(also, "")
        versions = {(one.group, one.kind): version for one, version in listed.items()}
        versions |= {(one.identity.group, one.kind): one.api_version for one in manifests}
        wanted: dict[tuple[str, str, str], set[str]] = {}
        for identity in dict.fromkeys((*(one.identity for one in manifests), *listed)):
            api_version = versions.get((identity.group, identity.kind)) or usual_version(identity)
            if identity.namespace not in absent:
                wanted.setdefault((api_version, identity.kind, identity.namespace), set()).add(identity.name)
        homes = Counter(namespace for _, _, namespace in wanted)
        not_looked_at: dict[tuple[str, str], str] = {}

        def look(group: tuple[str, str, str]) -> list[JsonObject]:
            api_version, kind, namespace = group
            alone = len(wanted[group]) == 1 and (not namespace or homes[namespace] == 1)
            fields = {"metadata.name": next(iter(wanted[group]))} if alone else None
            # The records of ten releases would be most of what a namespace's ConfigMaps hold.
            labels = {KEEPS: None} if (api_version, kind) == ("v1", "ConfigMap") else None
            try:
                return api.listed(api_version, kind, namespace, labels=labels, fields=fields).items
            except ClusterError as error:
                why = _REASONS.get(error.status)
                if why is None:
                    raise
                not_looked_at[kind, namespace] = why
                return []

        with ThreadPoolExecutor(THREADS) as threads:
            found = [one for items in threads.map(look, wanted) for one in items]
        return cls({identity_of(one): one for one in found}, not_looked_at)

    def get(self, identity: Identity) -> JsonObject | None:
        """The object, None where there is none, or where it was not looked at."""
        return self.objects.get(identity)

    def why_not(self, identity: Identity) -> str:
        """Why it was not looked at; empty where it was."""
        return self.not_looked_at.get((identity.kind, identity.namespace), "")


def standing(api: ApiServer, data: JsonObject) -> JsonObject | None:
    """What goes by this object's name now."""
    metadata = data["metadata"]
    return api.get(data["apiVersion"], data["kind"], metadata["name"], metadata.get("namespace", ""))


def usual_version(identity: Identity) -> str:
    """The version by which an object is asked for that no manifest is of."""
    version = _VERSIONS.get(identity.group, "v1")
    return f"{identity.group}/{version}" if identity.group else version


NO_RIGHT: Final = "no right to list it"
NOT_SERVED: Final = "kind not served"
_REASONS: Final[Mapping[int, str]] = {403: NO_RIGHT, 404: NOT_SERVED}
_VERSIONS: Final[Mapping[str, str]] = {"autoscaling": "v2", "gateway.envoyproxy.io": "v1alpha1"}
