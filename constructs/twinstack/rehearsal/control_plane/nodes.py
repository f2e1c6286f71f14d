"""The objects a simulated cluster starts with: its nodes, and the place of the metrics API."""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping
from typing import Final

from twinstack.api_server import ApiServer
from twinstack.api_server.answer import JsonObject
from twinstack.errors import RehearsalError

METRICS_SERVICE: Final = "metrics.k8s.io/v1beta1"
REGION: Final = "rehearsal"


def add_nodes(api: ApiServer, count: int, zones: int) -> None:
    """Adds `count` nodes spread over `zones` zones. Raises RehearsalError where the API server refuses one."""
    for index in range(count):
        zone = f"{REGION}-{string.ascii_lowercase[index % zones]}"
        answer = api.apply(simulated_node(f"node-{index}", {"topology.kubernetes.io/zone": zone}))
        if answer.refusal:
            raise RehearsalError(f"the API server refused a simulated node: {answer.refusal}")


def nodes_are_ready(api: ApiServer, count: int) -> bool:
    """Whether this many nodes are Ready and free of the taint that a new node carries."""
    ready = [
        node
        for node in api.objects("v1", "Node")
        if not node["spec"].get("taints")
        and any(
            condition["type"] == "Ready" and condition["status"] == "True"
            for condition in node["status"].get("conditions", [])
        )
    ]
    return len(ready) >= count


def metrics_service(port: int) -> Iterator[JsonObject]:
    """The registration of the metrics API, which is reached at `port` of this machine.

    A Service of type ExternalName is the one way to a local address that needs no kube-proxy.
    """
    group, version = METRICS_SERVICE.split("/")
    yield {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "metrics-server", "namespace": "kube-system"},
        "spec": {"type": "ExternalName", "externalName": "localhost"},
    }
    yield {
        "apiVersion": "apiregistration.k8s.io/v1",
        "kind": "APIService",
        "metadata": {"name": f"{version}.{group}"},
        "spec": {
            "group": group,
            "version": version,
            "groupPriorityMinimum": 100,
            "versionPriority": 100,
            "insecureSkipTLSVerify": True,
            "service": {"name": "metrics-server", "namespace": "kube-system", "port": port},
        },
    }


def simulated_node(name: str, labels: Mapping[str, str]) -> JsonObject:
    """A node of Auto Mode, with these labels in place of its own or beside them."""
    # Large, because Auto Mode adds nodes: a rehearsal asks whether a pod fits a node, not how many there are.
    size = {"cpu": "32", "memory": "128Gi", "ephemeral-storage": "200Gi", "pods": "110"}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "annotations": {"metrics.k8s.io/resource-metrics-path": f"/metrics/nodes/{name}/metrics/resource"},
            "labels": {
                "kubernetes.io/arch": "amd64",
                "kubernetes.io/hostname": name,
                "kubernetes.io/os": "linux",
                "topology.kubernetes.io/region": REGION,
                # What EKS Auto Mode writes on its nodes, for workloads that select them.
                "eks.amazonaws.com/compute-type": "auto",
                "karpenter.sh/capacity-type": "on-demand",
                "karpenter.sh/nodepool": "general-purpose",
                **labels,
            },
        },
        "status": {"allocatable": size, "capacity": size},
    }
