"""The checker finds each state that is not right: one that finds nothing would make every run a success."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from success_metrics.api import at
from success_metrics.by_requirement import ByRequirement
from success_metrics.checker import Checker, Verdict, differences
from success_metrics.cluster import Cluster, wait
from success_metrics.images import Image

Install = Callable[[], ByRequirement]


@pytest.mark.parametrize(
    ("declared", "live", "found"),
    [
        ({"a": 1}, {"a": 1, "b": 2}, []),
        ({"a": 1}, {"a": 2}, ["a is 2, not 1"]),
        ({"a": "1"}, {"a": 1}, ["a is 1, not '1'"]),
        ({"a": {"b": 1}}, {}, ["a is not there"]),
        ({"a": {}}, {}, []),
        ({"a": ""}, {}, []),
        ({"a": False}, {"a": True}, ["a is True, not False"]),
        ({"a": [1, 2]}, {"a": [1]}, ["a has 1 entries, not 2"]),
        ({"a": [{"name": "x", "value": 1}]}, {"a": [{"name": "y"}, {"name": "x", "value": 1}]}, []),
        ({"a": [{"name": "x", "value": 1}]}, {"a": [{"name": "y", "value": 1}]}, ["a[x] is not there"]),
        ({"a": [{"name": "x", "value": 1}]}, {"a": [{"name": "x", "value": 2}]}, ["a[x].value is 2, not 1"]),
        ({"status": {"a": 1}}, {}, []),
    ],
)
def test_a_declared_field_that_differs_is_found(declared: Any, live: Any, found: list[str]) -> None:
    assert list(differences(declared, live)) == found


def test_a_verdict_is_right_only_if_one_version_is_whole_and_nothing_is_half_done() -> None:
    assert Verdict("1").is_right
    assert not Verdict(None, {"1": ("something",)}).is_right
    assert not Verdict("1", half_done=("a lease",)).is_right


@pytest.mark.slow
def test_a_version_that_is_out_is_whole_and_another_is_not(cluster: Cluster, installed: Install) -> None:
    deployer = installed()
    deployer.prepare("1.0.1")
    assert judge(cluster, deployer, "1.0.1", "1.0.0").version == "1.0.0"
    verdict = judge(cluster, deployer, "1.0.1")
    assert verdict.version is None
    assert "image is 'shadower/analytics-backend:1.0.0', not 'shadower/analytics-backend:1.0.1'" in verdict.said()


@pytest.mark.slow
def test_what_was_edited_or_deleted_by_hand_is_found(cluster: Cluster, installed: Install) -> None:
    deployer = installed()
    scaler = at("autoscaling/v2", "horizontalpodautoscalers", deployer.namespace, "analytics-backend-hpa")
    cluster.api.merge(scaler, {"spec": {"maxReplicas": 7}})
    assert "spec.maxReplicas is 7, not 10" in judge(cluster, deployer, "1.0.0").said()
    cluster.api.merge(scaler, {"spec": {"maxReplicas": 10}})
    assert judge(cluster, deployer, "1.0.0").is_right
    cluster.api.delete(at("networking.k8s.io/v1", "ingresses", deployer.namespace, "analytics-ingress"))
    assert "Ingress analytics-ingress is not there" in judge(cluster, deployer, "1.0.0").said()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("image", "said"),
    [
        (Image(exists=False), "a pod that is not ready"),
        (Image(becomes_ready=False), "a pod that is not ready"),
        (Image(crashes_after_seconds=1), "not ready"),
    ],
)
def test_a_rollout_that_hangs_is_neither_version(cluster: Cluster, installed: Install, image: Image, said: str) -> None:
    deployer = installed()
    version = f"{deployer.namespace}-bad"
    cluster.registry.push(version, image)
    deployer.prepare(version)
    cluster.kubectl(
        "set", "image", "deployment/analytics-backend", f"backend=shadower/analytics-backend:{version}",
        "-n", deployer.namespace,
    )  # fmt: skip
    wait(lambda: said in str(judge(cluster, deployer, version).findings), "the pods are found")
    verdict = judge(cluster, deployer, version, "1.0.0")
    assert verdict.version is None, "the old pods serve on, and the Deployment says another version"


@pytest.mark.slow
def test_a_service_that_leads_nowhere_is_found(cluster: Cluster, installed: Install) -> None:
    deployer = installed()
    service = at("v1", "services", deployer.namespace, "analytics-backend-service")
    cluster.api.merge(service, {"spec": {"selector": {"app": "nobody"}}})
    wait(lambda: "0 ready endpoints" in str(judge(cluster, deployer, "1.0.0").findings), "the endpoints go")


@pytest.mark.slow
def test_a_lease_that_somebody_holds_is_half_done_until_it_runs_out(cluster: Cluster, installed: Install) -> None:
    deployer = installed()
    path = at("coordination.k8s.io/v1", "leases", deployer.namespace)

    def spec(renewed: datetime) -> dict[str, object]:
        moment = renewed.strftime("%Y-%m-%dT%H:%M:%S.000000Z")
        return {"holderIdentity": "ada", "leaseDurationSeconds": 3600, "renewTime": moment}

    lease = {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": "deploy"}}
    cluster.api.create(path, {**lease, "spec": spec(datetime.now(tz=UTC))})
    verdict = judge(cluster, deployer, "1.0.0")
    assert verdict.version == "1.0.0"
    assert not verdict.is_right
    assert "Lease deploy is held by ada" in verdict.said()
    cluster.api.merge(f"{path}/deploy", {"spec": spec(datetime.now(tz=UTC) - timedelta(hours=2))})
    assert judge(cluster, deployer, "1.0.0").is_right


@pytest.mark.slow
def test_an_object_of_another_version_is_left_over_where_the_product_marks_its_own(
    cluster: Cluster, installed: Install
) -> None:
    deployer = installed()
    owner = {"app.kubernetes.io/instance": "shop-prod"}
    service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "old", "labels": owner}}
    cluster.api.create(at("v1", "services", deployer.namespace), {**service, "spec": {"ports": [{"port": 80}]}})
    verdict = Checker(cluster.api, deployer.namespace, owner).judge({"1.0.0": deployer.manifests("1.0.0")})
    assert "Service old is of another version" in verdict.said()


def judge(cluster: Cluster, deployer: ByRequirement, *versions: str) -> Verdict:
    checker = Checker(cluster.api, deployer.namespace, deployer.owner)
    return checker.judge({version: deployer.manifests(version) for version in versions})
