"""Which nodes pods ask for: of Auto Mode, of managed groups, of another team's cluster; and what no node has."""

from __future__ import annotations

import pytest

from tests.shop import BASE, TODAY, Shop
from tests.shop_chart import objects_of, pod_of
from twinstack.cluster import ClusterSpec
from twinstack.errors import ConfigurationError, Problem
from twinstack.layers.load import load_text


class Placed(Shop):
    """The shop with its cluster."""

    cluster: ClusterSpec


OWN = "administrators: [platform-admin], private_access_cidrs: [10.0.0.0/16], deletion_protection: true"
AUTO = f"cluster: {{{OWN}}}\n"
SPOT_POOL = f"cluster: {{{OWN}, node_pools: {{spot: {{capacity: spot, labels: {{team: shop}}}}}}}}\n"
GPU = "gpu: {instance_types: [g6.xlarge], min: 1, max: 2, labels: {gpu: l4}, taints: [{key: nvidia.com/gpu}]}"
GROUPS = (
    f"cluster: {{{OWN}, mode: managed, node_groups: {{main: {{instance_types: [m7i.large], min: 3, max: 4}}, "
    f"cheap: {{instance_types: [m7i.large, m6i.large], min: 3, max: 9, capacity: spot}}, {GPU}}}}}\n"
)
SHARED = "cluster: {existing: shared, mode: managed, node_security_group_ids: [sg-0a1b2c3d]}\n"
EXISTING_NETWORK = """\
network:
  existing:
    vpc_id: vpc-0a1b2c3d4e5f60718
    private_subnet_ids: [subnet-0a1b2c3d, subnet-0a1b2c3e]
    database_subnet_ids: [subnet-0a1b2c3f, subnet-0a1b2c40]
    database_cidrs: [10.0.160.0/22, 10.0.164.0/22]
"""


def load(cluster: str, placement: str = "", layer: str = "") -> Placed:
    line = f"  placement: {placement}\n" if placement else ""
    base = BASE.replace("worker:\n", f"worker:\n{line}") + cluster
    return load_text(Placed, "live", {"base": base, "live": layer}, TODAY).environment


def problems(cluster: str, placement: str, layer: str = "") -> list[Problem]:
    with pytest.raises(ConfigurationError) as caught:
        load(cluster, placement, layer)
    return list(caught.value.problems)


def test_a_workload_that_says_nothing_asks_for_nothing() -> None:
    spec = pod_of(load(AUTO))
    assert {"nodeSelector", "affinity", "tolerations"} & spec.keys() == set()


def test_auto_mode_has_spot_nodes_once_a_pool_starts_them() -> None:
    environment = load(SPOT_POOL, "{capacity: spot, node_labels: {team: shop}}")
    assert pod_of(environment)["nodeSelector"] == {"karpenter.sh/capacity-type": "spot", "team": "shop"}
    assert pod_of(environment, "shop-web")["nodeSelector"] == {"karpenter.sh/capacity-type": "on-demand"}, (
        "kept from spot"
    )


def test_a_pool_is_a_node_pool_of_the_whole_cluster() -> None:
    pools = """\
cluster:
  administrators: [platform-admin]
  private_access_cidrs: [10.0.0.0/16]
  deletion_protection: true
  node_pools:
    graviton:
      architecture: arm64
      categories: [m, r]
      labels: {team: shop}
      taints: [{key: only, value: shop}, {key: soft, effect: prefer_no_schedule}]
      cpu_limit: 64
"""
    found = objects_of(load(pools))["NodePool", "graviton"]
    assert "namespace" not in found["metadata"]
    assert found["spec"] == {
        "template": {
            "metadata": {"labels": {"team": "shop"}},
            "spec": {
                "nodeClassRef": {"group": "eks.amazonaws.com", "kind": "NodeClass", "name": "default"},
                "requirements": [
                    {"key": "karpenter.sh/capacity-type", "operator": "In", "values": ["on-demand"]},
                    {"key": "kubernetes.io/arch", "operator": "In", "values": ["arm64"]},
                    {"key": "kubernetes.io/os", "operator": "In", "values": ["linux"]},
                    {"key": "eks.amazonaws.com/instance-category", "operator": "In", "values": ["m", "r"]},
                    {"key": "eks.amazonaws.com/instance-generation", "operator": "Gt", "values": ["4"]},
                ],
                "expireAfter": "336h",
                "terminationGracePeriod": "24h0m0s",
                "taints": [
                    {"key": "only", "value": "shop", "effect": "NoSchedule"},
                    {"key": "soft", "effect": "PreferNoSchedule"},
                ],
            },
        },
        "limits": {"cpu": "64"},
        "disruption": {
            "consolidationPolicy": "WhenEmptyOrUnderutilized",
            "consolidateAfter": "30s",
            "budgets": [{"nodes": "10%"}],
        },
    }
    arm = load(pools, "{tolerations: [{key: only}]}", "worker: {architecture: arm64}")
    assert pod_of(arm)["nodeSelector"] == {"kubernetes.io/arch": "arm64"}


def test_managed_groups_are_asked_by_their_own_labels() -> None:
    environment = load(
        GROUPS, "{capacity: spot, zones: [b, a, b], tolerations: [{key: x, value: y, effect: no_execute, seconds: 30}]}"
    )
    spec = pod_of(environment)
    assert spec["nodeSelector"] == {"eks.amazonaws.com/capacityType": "SPOT"}
    assert spec["affinity"] == {
        "nodeAffinity": {
            "requiredDuringSchedulingIgnoredDuringExecution": {
                "nodeSelectorTerms": [
                    {
                        "matchExpressions": [
                            {
                                "key": "topology.kubernetes.io/zone",
                                "operator": "In",
                                "values": ["eu-central-1b", "eu-central-1a"],
                            }
                        ]
                    }
                ]
            }
        }
    }
    assert spec["tolerations"] == [
        {"key": "x", "operator": "Equal", "value": "y", "effect": "NoExecute", "tolerationSeconds": 30}
    ]
    assert [one["topologyKey"] for one in spec["topologySpreadConstraints"]] == [
        "topology.kubernetes.io/zone",
        "kubernetes.io/hostname",
    ], "spread over the zones that are left"
    assert pod_of(environment, "shop-web")["nodeSelector"] == {"eks.amazonaws.com/capacityType": "ON_DEMAND"}


def test_another_teams_nodes_are_asked_for_whatever_they_have() -> None:
    base = BASE.replace("network:\n  cidr: 10.0.0.0/16\n  nat: single\n", "network:\n  cidr: 10.0.0.0/16\n")
    text = base.replace(
        "worker:\n", "worker:\n  placement: {node_labels: {karpenter.sh/capacity-type: spot, pool: x}, zones: [f, e]}\n"
    )
    layers = {"base": text + SHARED, "live": EXISTING_NETWORK}
    spec = pod_of(load_text(Placed, "live", layers, TODAY).environment)
    assert spec["nodeSelector"] == {"kubernetes.io/arch": "amd64", "karpenter.sh/capacity-type": "spot", "pool": "x"}
    (term,) = spec["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"]
    assert [one["values"] for one in term["matchExpressions"]] == [["eu-central-1f", "eu-central-1e"]]


def test_a_node_with_an_accelerator_is_for_whoever_tolerates_it() -> None:
    spec = pod_of(load(GROUPS, "{node_labels: {gpu: l4}, tolerations: [{key: nvidia.com/gpu}]}"))
    assert spec["nodeSelector"]["gpu"] == "l4"
    assert spec["tolerations"] == [{"key": "nvidia.com/gpu", "operator": "Exists"}]


@pytest.mark.parametrize(
    ("cluster", "placement", "code", "path", "given", "fix"),
    [
        (
            AUTO, "{capacity: spot}", "TW619", "worker.placement.capacity", "spot, for amd64",
            "give cluster a pool of such nodes, `node_pools: {…: {capacity: spot}}`",
        ),
        (
            GROUPS.replace("capacity: spot", "capacity: on-demand"), "{capacity: spot}", "TW619", "worker.placement.capacity",
            "spot, for amd64", "give cluster a group of such nodes, `node_groups: {…: {capacity: spot}}`",
        ),
        (
            GROUPS, "{node_labels: {gpu: two}}", "TW619", "worker.placement.node_labels.gpu", "gpu: two",
            'give cluster a group with this label, or correct it; or, with a reviewed reason, `worker.acknowledge: {TW619: "…"}`',
        ),
        (
            GROUPS, "{node_labels: {gpu: l4}}", "TW619", "worker.placement.tolerations", "gpu: nvidia.com/gpu",
            "add a toleration of it, or nodes without it",
        ),
        (
            AUTO, "{zones: [a, f]}", "TW620", "worker.placement.zones[1]", "f",
            "name zones that `network.zones` has, or add it there",
        ),
        (
            AUTO, "{node_labels: {kubernetes.io/arch: arm64}}", "TW621", "worker.placement.node_labels.kubernetes.io/arch",
            "kubernetes.io/arch", "remove it, and say it by `architecture`",
        ),
        (
            AUTO, "{node_labels: {karpenter.sh/capacity-type: spot}}", "TW621",
            "worker.placement.node_labels.karpenter.sh/capacity-type", "karpenter.sh/capacity-type",
            "remove it, and say it by `placement.capacity`",
        ),
        (
            AUTO, "{tolerations: [{key: x, seconds: 5}]}", "TW621", "worker.placement.tolerations[0].seconds",
            "5, with the effect not given", "add `effect: no_execute`, or remove `seconds`",
        ),
    ],
)  # fmt: skip
def test_what_no_node_has_is_refused(cluster: str, placement: str, code: str, path: str, given: str, fix: str) -> None:
    (found,) = problems(cluster, placement)
    assert (found.code, found.path, found.given, found.fix) == (code, path, given, fix)


@pytest.mark.parametrize(
    "placement",
    [
        "{node_labels: {eks.amazonaws.com/instance-category: r}}",
        "{node_labels: {karpenter.sh/nodepool: general-purpose}}",
        "{capacity: on-demand, zones: [a, b, c]}",
        "{tolerations: [{key: CriticalAddonsOnly}, {key: anything, effect: no_schedule}]}",
    ],
)
def test_what_auto_mode_has_is_accepted(placement: str) -> None:
    assert pod_of(load(AUTO, placement))


def test_arm64_runs_where_the_system_pool_is_tolerated_and_nowhere_else() -> None:
    (found,) = problems(AUTO, "{zones: [a, b]}", "worker: {architecture: arm64}")
    assert (found.code, found.fix) == ("TW605", "build the image for it, or give cluster a pool of such nodes")
    spec = pod_of(load(AUTO, "{tolerations: [{key: CriticalAddonsOnly}]}", "worker: {architecture: arm64}"))
    assert spec["nodeSelector"] == {"kubernetes.io/arch": "arm64"}


def test_one_zone_for_several_replicas_is_told() -> None:
    base = BASE.replace("web:\n", "web:\n  placement: {zones: [a]}\n") + AUTO
    (warning,) = load_text(Placed, "live", {"base": base, "live": ""}, TODAY).warnings
    assert (warning.code, warning.path, warning.given) == ("TW370", "web.placement.zones", "a, for up to 4 replicas")


def test_what_keeps_room_stands_where_the_replicas_will() -> None:
    layer = "web: {placement: {capacity: spot, tolerations: [{key: x}]}, scale: {headroom: {pods: 1}}}"
    environment = load(SPOT_POOL, "", layer)
    replica, room = pod_of(environment, "shop-web"), pod_of(environment, "shop-web-headroom")
    for field in ("nodeSelector", "tolerations"):
        assert room[field] == replica[field]
