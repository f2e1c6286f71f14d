"""The pools of nodes that the cluster has beside Auto Mode's built-in ones.

Life and disruption of their nodes are those of the built-in pools. Sources, read on 29 November 2026: Amazon EKS User Guide,
"Create a node pool for EKS Auto Mode"; Karpenter, "NodePools".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from cdk8s import ApiObject

from twinstack.environment import ClusterPlan
from twinstack.environment.node_pool import NodePool
from twinstack.environment.nodes import ARCHITECTURE_LABEL, CAPACITY_OF_AUTO_MODE
from twinstack.kubernetes.custom_object import custom_object
from twinstack.kubernetes.labels import product_labels

if TYPE_CHECKING:
    from twinstack.kubernetes.workloads import Workloads


def node_pools(chart: Workloads[Any]) -> dict[str, ApiObject]:
    """A NodePool for each that the cluster says, by its name. They belong to the whole cluster, so an administrator applies them."""
    cluster = chart.environment.find(ClusterPlan)
    return {
        name: custom_object(
            chart,
            f"node-pool-{name}",
            api_version="karpenter.sh/v1",
            kind="NodePool",
            name=name,
            namespace=None,
            labels=product_labels(chart.environment, "cluster"),
            spec=_spec(pool),
        )
        for name, pool in (cluster.pools if cluster else {}).items()
    }


def _spec(pool: NodePool) -> dict[str, Any]:
    nodes: dict[str, Any] = {
        "nodeClassRef": {"group": "eks.amazonaws.com", "kind": "NodeClass", "name": "default"},
        "requirements": [
            {"key": CAPACITY_OF_AUTO_MODE, "operator": "In", "values": [str(pool.capacity)]},
            {"key": ARCHITECTURE_LABEL, "operator": "In", "values": [str(pool.architecture)]},
            {"key": "kubernetes.io/os", "operator": "In", "values": ["linux"]},
            {"key": "eks.amazonaws.com/instance-category", "operator": "In", "values": list(pool.categories)},
            {"key": "eks.amazonaws.com/instance-generation", "operator": "Gt", "values": [OLDER_THAN_ALL]},
        ],
        "expireAfter": "336h",
        "terminationGracePeriod": "24h0m0s",
    }
    if pool.taints:
        nodes["taints"] = [
            {"key": one.key, **({"value": one.value} if one.value else {}), "effect": one.effect.of_kubernetes}
            for one in pool.taints
        ]
    template = {"metadata": {"labels": dict(pool.labels)}} if pool.labels else {}
    return {
        "template": {**template, "spec": nodes},
        **({"limits": {"cpu": str(pool.cpu_limit)}} if pool.cpu_limit else {}),
        "disruption": {
            "consolidationPolicy": "WhenEmptyOrUnderutilized",
            "consolidateAfter": "30s",
            "budgets": [{"nodes": "10%"}],
        },
    }


OLDER_THAN_ALL: Final = "4"
"""The generation before the oldest that the built-in pools start."""
