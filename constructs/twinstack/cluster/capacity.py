"""Whether the nodes that always run hold every replica there may be, where that can be computed.

No part of a managed cluster adds nodes: EKS has no add-on for it (aws/containers-roadmap#1167 was open on 28 November
2026), and an autoscaler of our own would be one more program to keep. What does not fit stays Pending until a person
raises the group's number.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from twinstack.cluster.node_group import NodeGroup
from twinstack.environment.companions import pod_requests
from twinstack.environment.model import Finding
from twinstack.environment.node_choice import able
from twinstack.environment.placement import ClusterPlan
from twinstack.environment.quantities import cpu_millis, memory_bytes
from twinstack.environment.spec import WorkloadSpec


def check_capacity(
    cluster: ClusterPlan, groups: Mapping[str, NodeGroup], workloads: Iterable[WorkloadSpec]
) -> Iterator[Finding]:
    """Compares the requests of all replicas at their most with the bare size of the nodes at their fewest.

    A node keeps part of itself for the system and its add-ons, so what is found here is certain, and what is not found
    may still be tight.
    """
    listed = list(workloads)
    places = {one.key: frozenset(node.name for node in able(one, cluster.nodes or (), cluster)) for one in listed}
    for names in dict.fromkeys(places.values()):
        fitting = {name: group for name, group in groups.items() if name in names}
        if not fitting or any(machine.cpu_millis is None for group in fitting.values() for machine in group.machines):
            continue
        wanted = [one for one in listed if places[one.key] <= names]
        asked = [(one.most_replicas, pod_requests(one.resources.requests, one)) for one in wanted]
        cpu = sum(most * cpu_millis(one.cpu) for most, one in asked)
        memory = sum(most * memory_bytes(one.memory) for most, one in asked)
        has_cpu = sum(group.min * min(one.cpu_millis or 0 for one in group.machines) for group in fitting.values())
        has_memory = sum(group.min * min(one.memory_bytes or 0 for one in group.machines) for group in fitting.values())
        if cpu > has_cpu or memory > has_memory:
            yield Finding(
                "TW726",
                "the nodes that always run do not hold all replicas",
                ("node_groups",),
                f"replicas at their most request {cpu}m CPU and {memory // 2**20}Mi; "
                f"{', '.join(fitting)} at min has {has_cpu}m and {has_memory // 2**20}Mi",
                "nodes for all of them: nothing in the cluster adds any",
                "raise min, choose larger instance types, lower the replicas, or use Auto Mode",
                acknowledgeable=True,
            )
