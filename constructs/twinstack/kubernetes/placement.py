"""Which nodes a workload's pods may run on, as a pod says it.

Zones are an affinity, since a selector knows one value alone. What spreads replicas counts the places that are left:
`nodeAffinityPolicy` is Honor unless given. Sources: Kubernetes, "Assigning Pods to Nodes", "Pod Topology Spread Constraints".
"""

from __future__ import annotations

from typing import Any

from cdk8s_plus_27 import k8s

from twinstack.environment import WorkloadSpec
from twinstack.environment.node_choice import node_selector
from twinstack.environment.nodes import ZONE_LABEL
from twinstack.labels import ASKED_OF_NODES


def placed(spec: WorkloadSpec) -> dict[str, Any]:
    """The arguments of a PodSpec that say where it may run."""
    return {
        "node_selector": node_selector(spec) or None,
        "affinity": _affinity(spec),
        "tolerations": [
            k8s.Toleration(
                key=one.key,
                operator="Exists" if one.value is None else "Equal",
                value=one.value,
                effect=one.effect.of_kubernetes if one.effect else None,
                toleration_seconds=one.seconds,
            )
            for one in spec.placement.tolerations
        ]
        or None,
    }


def placement_annotation(spec: WorkloadSpec) -> dict[str, str]:
    """Tells whoever looks at the pods which labels of nodes were looked for in the cluster's description."""
    labels = sorted(spec.placement.node_labels)
    return {ASKED_OF_NODES: ", ".join(labels)} if labels else {}


def _affinity(spec: WorkloadSpec) -> k8s.Affinity | None:
    zones = [f"{spec.context.region}{letter}" for letter in dict.fromkeys(spec.placement.zones)]
    if not zones:
        return None
    wanted = k8s.NodeSelectorRequirement(key=ZONE_LABEL, operator="In", values=zones)
    return k8s.Affinity(
        node_affinity=k8s.NodeAffinity(
            required_during_scheduling_ignored_during_execution=k8s.NodeSelector(
                node_selector_terms=[k8s.NodeSelectorTerm(match_expressions=[wanted])]
            )
        )
    )
