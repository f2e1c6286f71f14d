"""KEDA's objects in a release: how many pods begin, and who scales where one autoscaler follows another.

KEDA itself is not there: what it does, taking an autoscaler over, the test does in its name.
"""

from __future__ import annotations

from tests.delivery.kubernetes.deployer import NAMESPACE, OURS, Deployer, autoscaler, configuration, deployment
from twinstack.api_server.answer import JsonObject
from twinstack.delivery.progress import State
from twinstack.rehearsal.kubernetes.definitions import all_built_in, install

KEDA = "keda.sh/v1alpha1"


def scaled(*, least: int = 3) -> JsonObject:
    trigger = {"type": "cpu", "metricType": "Utilization", "metadata": {"value": "70"}}
    spec = {"scaleTargetRef": {"name": "web"}, "minReplicaCount": least, "maxReplicaCount": 9, "triggers": [trigger]}
    return {"apiVersion": KEDA, "kind": "ScaledObject", "metadata": {"name": "web", "labels": OURS}, "spec": spec}


def begin(deployer: Deployer, *data: JsonObject) -> None:
    install(deployer.api, [one for one in all_built_in() if one.name.endswith("keda.sh")])
    assert deployer.deploy(NAMESPACE, configuration(a="1"), deployment(), *data).succeeded


def replicas(deployer: Deployer) -> int:
    return int(deployer.get("Deployment", "web", "apps/v1")["spec"]["replicas"])


def taken_over(deployer: Deployer) -> str:
    """The uid of the autoscaler, which KEDA has made its own."""
    owner = deployer.get("ScaledObject", "web", KEDA)["metadata"]["uid"]
    reference = {"apiVersion": KEDA, "kind": "ScaledObject", "name": "web", "uid": owner, "controller": True}
    found = deployer.here(autoscaler())
    found["metadata"]["ownerReferences"] = [reference]
    assert not deployer.api.apply(found, manager="keda", force=True).refusal
    return str(deployer.get("HorizontalPodAutoscaler", "web-hpa", "autoscaling/v2")["metadata"]["uid"])


def test_it_begins_with_the_least_that_is_declared_and_nobody_waits_for_a_keda_that_is_not_there(
    deployer: Deployer,
) -> None:
    begin(deployer, scaled(least=2))
    assert replicas(deployer) == 2
    assert deployer.told.last()[f"ScaledObject {deployer.namespace}/web"] is State.READY


def test_nothing_is_lost_where_it_follows_an_autoscaler(deployer: Deployer) -> None:
    begin(deployer, autoscaler(least=3))
    assert deployer.deploy(NAMESPACE, configuration(a="1"), deployment(), scaled(least=1)).succeeded
    assert replicas(deployer) == 3


def test_an_autoscaler_that_follows_it_is_not_taken_with_it(deployer: Deployer) -> None:
    begin(deployer, scaled())
    former = taken_over(deployer)
    assert deployer.deploy(NAMESPACE, configuration(a="1"), deployment(), autoscaler()).succeeded
    assert deployer.api.get(KEDA, "ScaledObject", "web", deployer.namespace) is None
    metadata = deployer.get("HorizontalPodAutoscaler", "web-hpa", "autoscaling/v2")["metadata"]
    assert metadata["uid"] != former
    assert "ownerReferences" not in metadata
    assert replicas(deployer) == 3


def test_it_goes_before_a_fixed_number_comes(deployer: Deployer) -> None:
    begin(deployer, scaled(least=3))
    taken_over(deployer)
    assert deployer.deploy(NAMESPACE, configuration(a="1"), deployment(replicas=1)).succeeded
    assert deployer.api.get(KEDA, "ScaledObject", "web", deployer.namespace) is None
    deployer.until(
        "its autoscaler is gone",
        lambda: deployer.api.get("autoscaling/v2", "HorizontalPodAutoscaler", "web-hpa", deployer.namespace) is None,
    )
