"""What one chart makes before any room, and what it refuses at the end."""

from __future__ import annotations

import datetime
from typing import Any

import cdk8s
import pytest

from stacks import product
from stacks.workloads import AnalyticsWorkloads
from twinstack import kubernetes
from twinstack.environment import Environment
from twinstack.errors import ConstructionError
from twinstack.layers.load import load
from twinstack.layers.merge import assignments
from twinstack.worker import WorkerSpec


class Plain(Environment):
    """A product of one worker, without network, cluster or resources."""

    worker: WorkerSpec


WORKER = {
    "image": "ghcr.io/acme/worker",
    "command": ["work"],
    "health": {"command": ["well"]},
    "task_limit_seconds": 10,
    "scale": {"min": 1, "max": 1},
    "resources": {"requests": {"cpu": "100m", "memory": "64Mi"}, "limits": {"memory": "64Mi"}},
}


def plain(**values: Any) -> Plain:
    base = {
        "organization": "acme",
        "product": "shop",
        "account": "123456789012",
        "region": "eu-west-1",
        "version": "1",
        "worker": WORKER,
    }
    return load(Plain, "test", [("base", assignments({**base, **values}))], datetime.date(2026, 11, 1)).environment


def prod(**values: Any) -> dict[tuple[str, str], dict[str, Any]]:
    environment = product.load("prod", set={key.replace("__", "."): value for key, value in values.items()} or None)
    return by_name(AnalyticsWorkloads(cdk8s.App(), environment))


def by_name(chart: kubernetes.Workloads[Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {(one["kind"], one["metadata"]["name"]): one for one in kubernetes.objects(chart)}


def test_the_namespace_enforces_the_restricted_pod_security_standard() -> None:
    labels = prod()["Namespace", "analytics"]["metadata"]["labels"]
    for mode in ("enforce", "audit", "warn"):
        assert labels[f"pod-security.kubernetes.io/{mode}"] == "restricted"
    versions = [labels[f"pod-security.kubernetes.io/{mode}-version"] for mode in ("enforce", "audit", "warn")]
    assert versions == ["v1.36", "latest", "latest"]


def test_what_is_enforced_follows_the_clusters_version() -> None:
    labels = prod(cluster__version="1.35")["Namespace", "analytics"]["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce-version"] == "v1.35"


def test_objects_of_the_whole_cluster_name_no_namespace_and_all_others_do() -> None:
    whole_cluster = {"Namespace", "IngressClass", "IngressClassParams"}
    for (kind, name), manifest in prod().items():
        expected = None if kind in whole_cluster else "kube-system" if name == "amazon-vpc-cni" else "analytics"
        assert manifest["metadata"].get("namespace") == expected, (kind, name)


def test_every_object_says_what_it_belongs_to() -> None:
    for manifest in prod().values():
        labels = manifest["metadata"]["labels"]
        assert labels["app.kubernetes.io/part-of"] == "analytics"
        assert labels["app.kubernetes.io/instance"] == "analytics-prod"
        assert labels["app.kubernetes.io/managed-by"] == "twinstack"
        assert labels["app.kubernetes.io/component"]


def test_everything_is_closed_unless_a_policy_opens_it() -> None:
    assert prod()["NetworkPolicy", "default-deny"]["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


def test_the_config_map_holds_every_plain_variable_that_a_link_delivers_and_no_secret() -> None:
    data = prod()["ConfigMap", "analytics-config"]["data"]
    assert data["jwt-expiration-hours"] == "24"
    assert data["enable-export-feature"] == "true"
    assert data["exports-bucket"] == "shadower-analytics-exports"
    assert not {"database-url", "redis-url", "jwt-secret"} & set(data)


def test_auto_mode_is_told_to_enforce_policies() -> None:
    assert prod()["ConfigMap", "amazon-vpc-cni"]["data"] == {"enable-network-policy-controller": "true"}


def test_a_shared_cluster_is_left_as_its_owner_set_it_up() -> None:
    network = {
        "vpc_id": "vpc-0123456789abcdef0",
        "private_subnet_ids": ["subnet-0000000000000000a", "subnet-0000000000000000b"],
        "database_subnet_ids": ["subnet-0000000000000000c", "subnet-0000000000000000d"],
    }
    assert ("ConfigMap", "amazon-vpc-cni") not in prod(cluster__existing="shared", network__existing=network)


def test_a_product_without_plain_variables_has_no_config_map() -> None:
    class Chart(kubernetes.Workloads[Plain]):
        def __init__(self, environment: Plain) -> None:
            super().__init__(cdk8s.App(), environment)
            kubernetes.Worker(self, environment.worker)

    assert {kind for kind, _ in by_name(Chart(plain()))} == {
        "Namespace",
        "NetworkPolicy",
        "ServiceAccount",
        "Deployment",
        "PodDisruptionBudget",
    }


def test_a_spec_that_is_never_built_is_refused_with_the_missing_line() -> None:
    chart = kubernetes.Workloads(cdk8s.App(), plain())
    with pytest.raises(
        ConstructionError,
        match=r"environment\.worker is never built: add `kubernetes\.Worker\(self, environment\.worker",
    ):
        kubernetes.render(chart)


def test_a_spec_that_is_built_twice_is_refused() -> None:
    environment = plain()
    chart = kubernetes.Workloads(cdk8s.App(), environment)
    kubernetes.Worker(chart, environment.worker)
    with pytest.raises(ConstructionError, match=r"environment\.worker was built before, as kubernetes\.Worker"):
        kubernetes.Worker(chart, environment.worker)


def test_a_spec_of_another_environment_is_refused() -> None:
    chart = kubernetes.Workloads(cdk8s.App(), plain())
    with pytest.raises(ConstructionError, match="is no field of the environment"):
        kubernetes.Worker(chart, plain().worker)


@pytest.mark.parametrize("namespace", ["kube-system", "default", "eks-auto"])
def test_a_namespace_that_is_somebody_elses_is_refused(namespace: str) -> None:
    with pytest.raises(Exception, match="a namespace of the product's own"):
        plain(namespace=namespace)


def test_a_misspelt_construct_is_no_attribute() -> None:
    with pytest.raises(AttributeError, match="WebServce"):
        kubernetes.WebServce  # noqa: B018  # ty: ignore[missing-attribute]  the misspelling is the test
