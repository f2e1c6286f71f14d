"""Which of a cluster's nodes a workload's pods may run on, and whether there are any."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from twinstack.environment.model import Finding
from twinstack.environment.nodes import (
    ARCHITECTURE_LABEL,
    CAPACITY_OF_AUTO_MODE,
    CAPACITY_OF_GROUPS,
    Capacity,
)
from twinstack.environment.placement import ClusterPlan, NetworkPlan, Nodes
from twinstack.environment.spec import WorkloadSpec


def node_selector(workload: WorkloadSpec) -> dict[str, str]:
    """What its pods ask of a node, each where not every node of the cluster is known to have it.

    Source: Kubernetes, "Well-Known Labels", `kubernetes.io/arch`.
    """
    cluster = workload.environment.find(ClusterPlan)
    asked: dict[str, str] = {}
    if cluster is not None and cluster.architectures != {workload.architecture}:
        asked[ARCHITECTURE_LABEL] = workload.architecture
    if cluster is not None and (capacity := _capacity(workload, cluster)):
        asked |= _capacity_label(cluster, capacity)
    return asked | dict(sorted(workload.placement.node_labels.items()))


def able(workload: WorkloadSpec, nodes: Sequence[Nodes], cluster: ClusterPlan) -> tuple[Nodes, ...]:
    """Those of the nodes that may run its pods."""
    found = _of_its_kind(workload, nodes, cluster)
    return tuple(one for one in found if not _unlike(workload, one) and not _kept_away(workload, one))


def check_processor(workload: WorkloadSpec) -> Iterator[Finding]:
    """A finding for pods that no node of the cluster could ever take."""
    cluster = workload.environment.find(ClusterPlan)
    if cluster is not None and cluster.architectures and workload.architecture not in cluster.architectures:
        if cluster.nodes and any(able(workload, cluster.nodes, cluster)):
            return  # tainted ones that its pods put up with
        yield Finding(
            "TW605",
            "no node has the processor of this image",
            ("architecture",),
            workload.architecture,
            ", ".join(sorted(cluster.architectures)),
            f"build the image for it, or give {cluster.key} a {'pool' if cluster.is_auto else 'group'} of such nodes",
        )


def check_placement(workload: WorkloadSpec) -> Iterator[Finding]:
    """A finding for whatever its pods ask for that the cluster or the network does not have."""
    yield from _check_zones(workload)
    cluster = workload.environment.find(ClusterPlan)
    capacity = workload.placement.capacity
    if cluster is None:
        if capacity:
            yield Finding(
                "TW619",
                "it is not known how nodes say what they cost",
                ("placement", "capacity"),
                given=f"{capacity}, in an environment without a cluster",
                allowed=f"an environment with its cluster; Auto Mode's nodes have {CAPACITY_OF_AUTO_MODE}, managed ones {CAPACITY_OF_GROUPS}",
                fix="add the cluster to the environment, one that exists by `existing`",
            )
        return
    if cluster.is_auto or cluster.is_own:
        for label in sorted({CAPACITY_OF_AUTO_MODE, CAPACITY_OF_GROUPS} & workload.placement.node_labels.keys()):
            yield Finding(
                "TW621",
                "a label of nodes that another field asks for",
                ("placement", "node_labels", label),
                given=label,
                allowed="`placement.capacity`, which is checked against the cluster and the network",
                fix="remove it, and say it by `placement.capacity`",
            )
    if cluster.nodes is not None:
        yield from _check_nodes(workload, cluster, cluster.nodes)


def _check_nodes(workload: WorkloadSpec, cluster: ClusterPlan, nodes: Sequence[Nodes]) -> Iterator[Finding]:
    """The first thing that leaves no nodes: what else is asked is judged when that is mended."""
    alike = [one for one in nodes if one.architecture is workload.architecture]
    paid = _of_its_kind(workload, nodes, cluster)
    if workload.architecture not in cluster.architectures and not able(workload, nodes, cluster):
        return  # TW605
    more, field = ("a pool", "node_pools") if cluster.is_auto else ("a group", "node_groups")
    if not paid:
        yield Finding(
            "TW619",
            f"no node of this processor is {_paid(workload.placement.capacity)}",
            ("placement", "capacity"),
            given=f"{workload.placement.capacity}, for {workload.architecture}",
            allowed=", ".join(sorted({one.capacity for one in alike})),
            fix=f"give {cluster.key} {more} of such nodes, `{field}: {{…: {{capacity: {workload.placement.capacity}}}}}`",
        )
        return
    labelled = [one for one in paid if not _unlike(workload, one)]
    if not labelled:
        nearest = min(paid, key=lambda one: len(_unlike(workload, one)))
        label = _unlike(workload, nearest)[0]
        yield Finding(
            "TW619",
            "no node has the labels that are asked for",
            ("placement", "node_labels", label),
            given=f"{label}: {workload.placement.node_labels[label]}",
            allowed="; ".join(dict.fromkeys(_said(one) for one in paid)),
            fix=f"give {cluster.key} {more} with this label, or correct it",
            acknowledgeable=True,
        )
        return
    if all(_kept_away(workload, one) for one in labelled):
        taint = _kept_away(workload, labelled[0])[0]
        yield Finding(
            "TW619",
            "every node that would do has a taint that keeps these pods away",
            ("placement", "tolerations"),
            given=f"{labelled[0].name}: {taint}",
            allowed="nodes without a taint, or one that `placement.tolerations` names",
            fix="add a toleration of it, or nodes without it",
        )


def _check_zones(workload: WorkloadSpec) -> Iterator[Finding]:
    network = workload.environment.find(NetworkPlan)
    zones = tuple(dict.fromkeys(workload.placement.zones))
    known = network.zone_letters if network else ()
    for letter in (one for one in zones if known and one not in known):
        yield Finding(
            "TW620",
            "a zone without a subnet for nodes",
            ("placement", "zones", workload.placement.zones.index(letter)),
            given=letter,
            allowed=", ".join(known),
            fix=f"name zones that `{network.key if network else ''}.zones` has, or add it there",
        )
    if len(zones) == 1 and workload.most_replicas > 1:
        yield Finding(
            "TW370",
            "all replicas are in one zone",
            ("placement", "zones"),
            given=f"{zones[0]}, for up to {workload.most_replicas} replicas",
            allowed="two zones at least: what happens to one zone happens to all of them",
            fix="name another zone as well",
            warning=True,
            acknowledgeable=True,
        )


def _of_its_kind(workload: WorkloadSpec, nodes: Sequence[Nodes], cluster: ClusterPlan) -> tuple[Nodes, ...]:
    """Those of its processor, and paid for as it asks."""
    capacity = _capacity(workload, cluster)
    return tuple(one for one in nodes if one.architecture is workload.architecture and capacity in {None, one.capacity})


def _capacity(workload: WorkloadSpec, cluster: ClusterPlan) -> Capacity | None:
    """What it asks for: where some nodes may be taken back, whoever does not say so is kept from them."""
    kinds = {one.capacity for one in cluster.nodes or () if one.architecture is workload.architecture}
    return workload.placement.capacity or (Capacity.ON_DEMAND if len(kinds) > 1 else None)


def _capacity_label(cluster: ClusterPlan, capacity: Capacity) -> dict[str, str]:
    if cluster.is_auto:
        return {CAPACITY_OF_AUTO_MODE: str(capacity)}
    return {CAPACITY_OF_GROUPS: capacity.upper().replace("-", "_")}


def _unlike(workload: WorkloadSpec, nodes: Nodes) -> list[str]:
    """The labels that are asked for and that these nodes do not have."""
    return [label for label, value in workload.placement.node_labels.items() if not nodes.may_have(label, value)]


def _kept_away(workload: WorkloadSpec, nodes: Nodes) -> list[str]:
    """The taints of these nodes that its pods do not tolerate."""
    return [
        f"{taint.key}={taint.value}" if taint.value else taint.key
        for taint in nodes.taints
        if taint.keeps_away and not any(one.tolerates(taint) for one in workload.placement.tolerations)
    ]


def _paid(capacity: Capacity | None) -> str:
    return "spot" if capacity is Capacity.SPOT else "on demand"


def _said(nodes: Nodes) -> str:
    labels = ", ".join(f"{label}: {value}" for label, value in nodes.labels.items())
    return f"{nodes.name} has {labels or 'no label of its own'}"
