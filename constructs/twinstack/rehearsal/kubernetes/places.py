"""What a cluster makes for pods when they ask for it: nodes of the kind that they select, and the disks of their claims.

A node is made up only for labels that every cloud gives to nodes, or that the pods say twinstack has found in what the cluster
is described by: a label that somebody misspelt still finds no node. A disk is made up for every claim.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import Any, Final

from twinstack.api_server import ApiServer
from twinstack.environment.pod_template import pod_template_of
from twinstack.errors import RehearsalError
from twinstack.labels import ASKED_OF_NODES, listed
from twinstack.rehearsal.control_plane.nodes import simulated_node
from twinstack.rehearsal.kubernetes.inventory import value


class Places:
    """The nodes and disks that were made up so far."""

    def __init__(self, api: ApiServer) -> None:
        self._api = api
        self.nodes: list[str] = []
        self.disks: list[str] = []

    def provide(self, data: Mapping[str, Any]) -> None:
        """Makes up what one object asks for. Raises RehearsalError where the API server refuses that."""
        if data.get("kind") == "PersistentVolumeClaim":
            self._disk(data)
        template = pod_template_of(data)
        spec = value(template, "spec", otherwise={})
        wanted: dict[str, str] = value(spec, "nodeSelector", otherwise={})
        zones = [*_zones(spec)]
        known = listed(value(template, "metadata", "annotations"), ASKED_OF_NODES)
        if (wanted or zones) and all(label in known or _is_given(label) for label in wanted):
            for zone in zones or [""]:
                self._node({**wanted, **({ZONE: zone} if zone else {})})

    def _node(self, labels: Mapping[str, str]) -> None:
        if any(
            labels.items() <= (one["metadata"].get("labels") or {}).items() for one in self._api.objects("v1", "Node")
        ):
            return
        name = f"node-asked-for-{next(NUMBERS)}"
        self._apply(simulated_node(name, labels))
        self.nodes.append(name)

    def _disk(self, claim: Mapping[str, Any]) -> None:
        spec, namespace, own = claim["spec"], claim["metadata"].get("namespace", "default"), claim["metadata"]["name"]
        name = f"disk-{namespace}-{own}"
        if spec.get("volumeName") or self._api.get("v1", "PersistentVolume", name) is not None:
            return
        self._apply({
            "apiVersion": "v1",
            "kind": "PersistentVolume",
            "metadata": {"name": name},
            "spec": {
                "accessModes": spec["accessModes"],
                "capacity": spec["resources"]["requests"],
                "claimRef": {"namespace": namespace, "name": own},
                "storageClassName": spec.get("storageClassName", ""),
                "csi": {"driver": "rehearsal.twinstack", "volumeHandle": name},
            },
        })  # fmt: skip
        self.disks.append(f"{namespace}/{own}")

    def _apply(self, data: dict[str, Any]) -> None:
        answer = self._api.apply(data)
        if answer.refusal:
            raise RehearsalError(f"the API server refused a simulated {data['kind']}: {answer.refusal}")


def _zones(spec: Mapping[str, Any]) -> Iterator[str]:
    terms = value(
        spec,
        "affinity",
        "nodeAffinity",
        "requiredDuringSchedulingIgnoredDuringExecution",
        "nodeSelectorTerms",
        otherwise=[],
    )
    for term in terms:
        for one in term.get("matchExpressions") or ():
            if one["key"] == ZONE and one["operator"] == "In":
                yield from one["values"]


def _is_given(label: str) -> bool:
    return label.partition("/")[0].endswith(GIVEN)


ZONE: Final = "topology.kubernetes.io/zone"
GIVEN: Final = ("eks.amazonaws.com", "karpenter.sh", "kubernetes.io")
"""How the labels begin that EKS gives to its nodes."""
NUMBERS: Final = itertools.count(1)
