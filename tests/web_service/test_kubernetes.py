"""What a web service becomes in Kubernetes: the required objects, and a release that loses no request."""

from __future__ import annotations

from functools import cache
from typing import Any

import cdk8s

from stacks import product
from stacks.workloads import AnalyticsWorkloads
from twinstack import kubernetes
from twinstack.kubernetes.probes import http_health


@cache
def objects(*settings: tuple[str, Any], environment: str = "prod") -> dict[tuple[str, str], dict[str, Any]]:
    chart = AnalyticsWorkloads(
        cdk8s.App(), product.load(environment, set={key: _thaw(value) for key, value in settings} or None)
    )
    return {(one["kind"], one["metadata"]["name"]): one for one in kubernetes.objects(chart)}


def _thaw(value: Any) -> Any:
    return dict(value) if isinstance(value, tuple) else value


def deployment(*settings: tuple[str, Any]) -> dict[str, Any]:
    return objects(*settings)["Deployment", "analytics-backend"]["spec"]


def container(*settings: tuple[str, Any]) -> dict[str, Any]:
    return deployment(*settings)["template"]["spec"]["containers"][0]


def test_the_required_deployment_has_the_required_values() -> None:
    found = container()
    assert found["name"] == "backend"
    assert found["ports"] == [{"name": "http", "containerPort": 8000}]
    assert found["resources"] == {
        "requests": {"memory": "256Mi", "cpu": "250m", "ephemeral-storage": "64Mi"},
        "limits": {"memory": "512Mi", "cpu": "500m", "ephemeral-storage": "320Mi"},
    }
    assert deployment()["selector"] == {"matchLabels": {"app": "analytics-backend"}}


def test_the_required_probes_stand_beside_a_startup_probe() -> None:
    found = container()
    liveness, readiness, startup = (found[f"{name}Probe"] for name in ("liveness", "readiness", "startup"))
    assert liveness["httpGet"] == startup["httpGet"] == {"path": "/health", "port": 8000}
    assert (liveness["initialDelaySeconds"], liveness["periodSeconds"]) == (30, 30)
    assert readiness["httpGet"] == {"path": "/health/ready", "port": 8000}
    assert (readiness["initialDelaySeconds"], readiness["periodSeconds"]) == (5, 10)
    assert startup["periodSeconds"] * startup["failureThreshold"] == 60


def test_how_long_it_may_be_unwell_is_said_in_seconds() -> None:
    found = http_health(
        live="/", ready="/", port=1, start_seconds=9, unready_after_seconds=121, restart_after_seconds=200
    )
    assert (found.readiness.failure_threshold, container()["readinessProbe"]["failureThreshold"]) == (13, 3)
    assert (found.liveness.failure_threshold, container()["livenessProbe"]["failureThreshold"]) == (7, 3)


def test_a_slow_start_is_waited_for_by_the_probe_and_by_the_rollout() -> None:
    slow = ("backend.start_seconds", 301)
    assert container(slow)["startupProbe"]["failureThreshold"] * container(slow)["startupProbe"]["periodSeconds"] >= 301
    assert deployment(slow)["progressDeadlineSeconds"] > 301
    assert deployment()["progressDeadlineSeconds"] == 210


def test_the_service_leads_port_80_to_the_container() -> None:
    assert objects()["Service", "analytics-backend-service"]["spec"] == {
        "type": "ClusterIP",
        "selector": {"app": "analytics-backend"},
        "ports": [{"name": "http", "port": 80, "targetPort": 8000, "protocol": "TCP"}],
    }


def test_the_autoscaler_has_the_required_targets() -> None:
    found = objects()["HorizontalPodAutoscaler", "analytics-backend-hpa"]
    assert found["apiVersion"] == "autoscaling/v2"
    spec = found["spec"]
    assert spec["scaleTargetRef"] == {"apiVersion": "apps/v1", "kind": "Deployment", "name": "analytics-backend"}
    assert (spec["minReplicas"], spec["maxReplicas"]) == (2, 10)
    assert [(one["resource"]["name"], one["resource"]["target"]) for one in spec["metrics"]] == [
        ("cpu", {"type": "Utilization", "averageUtilization": 70}),
        ("memory", {"type": "Utilization", "averageUtilization": 80}),
    ]


def test_replicas_come_at_once_and_go_slowly_but_do_go() -> None:
    behavior = objects()["HorizontalPodAutoscaler", "analytics-backend-hpa"]["spec"]["behavior"]
    assert behavior["scaleUp"]["stabilizationWindowSeconds"] == 0
    assert {"type": "Percent", "value": 100, "periodSeconds": 15} in behavior["scaleUp"]["policies"]
    assert behavior["scaleDown"]["stabilizationWindowSeconds"] == 300
    assert {"type": "Pods", "value": 1, "periodSeconds": 60} in behavior["scaleDown"]["policies"]


def test_an_apply_does_not_reset_what_the_autoscaler_decided() -> None:
    assert "replicas" not in deployment()


def test_a_fixed_number_of_replicas_needs_no_autoscaler() -> None:
    fixed = ("backend.scale", (("min", 3), ("max", 3)))
    assert deployment(fixed)["replicas"] == 3
    assert ("HorizontalPodAutoscaler", "analytics-backend-hpa") not in objects(fixed)


def test_a_rollout_never_has_fewer_pods_than_before() -> None:
    assert deployment()["strategy"] == {
        "type": "RollingUpdate",
        "rollingUpdate": {"maxUnavailable": 0, "maxSurge": "25%"},
    }
    assert deployment()["minReadySeconds"] == 5


def test_a_pod_serves_on_while_it_is_forgotten_and_is_not_killed_before_it_has_ended() -> None:
    settings = (("backend.drain_seconds", 40), ("backend.stop_seconds", 60))
    for found, drain, grace in ((deployment(), 20, 55), (deployment(*settings), 40, 105)):
        spec = found["template"]["spec"]
        assert spec["containers"][0]["lifecycle"] == {"preStop": {"sleep": {"seconds": drain}}}
        assert spec["terminationGracePeriodSeconds"] == grace


def test_nodes_can_be_drained_whatever_the_number_of_replicas() -> None:
    for environment in ("dev", "prod"):
        assert objects(environment=environment)["PodDisruptionBudget", "analytics-backend"]["spec"] == {
            "maxUnavailable": 1,
            "unhealthyPodEvictionPolicy": "AlwaysAllow",
            "selector": {"matchLabels": {"app": "analytics-backend"}},
        }


def test_the_load_balancer_asks_each_service_on_its_ready_path() -> None:
    key = "alb.ingress.kubernetes.io/healthcheck-path"
    found = {
        name: objects()["Service", f"analytics-{name}-service"]["metadata"]["annotations"][key]
        for name in ("backend", "frontend")
    }
    assert found == {"backend": "/health/ready", "frontend": "/"}
    assert "annotations" not in objects(("edge.kind", "nginx"))["Service", "analytics-backend-service"]["metadata"]


def test_what_was_made_is_at_hand() -> None:
    backend = AnalyticsWorkloads(cdk8s.App(), product.load("prod")).backend
    assert backend.resource is backend.deployment
    kinds = [
        backend.service,
        backend.autoscaler,
        backend.disruption_budget,
        backend.network_policy,
        backend.service_account,
    ]
    assert [one.kind for one in kinds if one] == [
        "Service",
        "HorizontalPodAutoscaler",
        "PodDisruptionBudget",
        "NetworkPolicy",
        "ServiceAccount",
    ]
    assert backend.secret_provider_class is not None
    assert backend.secret_provider_class.name == "analytics-secrets"


def test_the_escape_hatch_changes_the_manifest() -> None:
    chart = AnalyticsWorkloads(cdk8s.App(), product.load("prod"))
    chart.backend.deployment.add_json_patch(cdk8s.JsonPatch.add("/spec/template/spec/priorityClassName", "urgent"))
    (found,) = [
        one
        for one in kubernetes.objects(chart)
        if one["metadata"]["name"] == "analytics-backend" and one["kind"] == "Deployment"
    ]
    assert found["spec"]["template"]["spec"]["priorityClassName"] == "urgent"
    assert found["spec"]["template"]["spec"]["containers"][0]["lifecycle"]["preStop"] == {"sleep": {"seconds": 20}}
