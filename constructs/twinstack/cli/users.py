"""Who uses each field of an environment: by links, by the edge's routes, and the cluster by all that runs in it."""

from __future__ import annotations

from collections.abc import Mapping

from twinstack.cluster.spec import ClusterSpec
from twinstack.edge.spec import EdgeSpec
from twinstack.environment.base import Environment


def users_of(environment: Environment) -> Mapping[str, tuple[str, ...]]:
    """In words, by field: `backend (read)`."""
    found: dict[str, list[str]] = {}
    for link in environment.links:
        found.setdefault(link.resource.key, []).append(f"{link.workload.key} ({link.access})")
    if (edge := environment.find(EdgeSpec)) is not None:
        for target in dict.fromkeys(route.to for _, route in edge.routes_of_all):
            ways = ((host, route.path) for host, route in edge.routes_of_all if route.to == target)
            paths = ", ".join(path if host.is_first else f"{host.name}{path}" for host, path in ways)
            found.setdefault(target, []).append(f"{edge.key} ({paths})")
    if (cluster := environment.find(ClusterSpec)) is not None:
        found.setdefault(cluster.key, []).extend(workload.key for workload in environment.workloads)
    return {key: tuple(dict.fromkeys(users)) for key, users in found.items()}
