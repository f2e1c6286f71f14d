"""What a worker becomes in Kubernetes: no Service, and time to finish its tasks."""

from __future__ import annotations

from typing import Any

import cdk8s

from stacks import product
from stacks.workloads import AnalyticsWorkloads
from twinstack import kubernetes
from twinstack.environment import HealthCommand
from twinstack.kubernetes import command_health


def objects(**settings: Any) -> dict[str, dict[str, Any]]:
    chart = AnalyticsWorkloads(
        cdk8s.App(), product.load("prod", set={f"worker.{key}": value for key, value in settings.items()} or None)
    )
    label = "app.kubernetes.io/component"
    return {one["kind"]: one for one in kubernetes.objects(chart) if one["metadata"]["labels"][label] == "worker"}


def test_a_worker_is_scaled_and_can_be_drained_but_serves_nothing() -> None:
    assert set(objects()) == {
        "ServiceAccount",
        "SecretProviderClass",
        "NetworkPolicy",
        "Deployment",
        "HorizontalPodAutoscaler",
        "PodDisruptionBudget",
    }
    assert "ports" not in objects()["Deployment"]["spec"]["template"]["spec"]["containers"][0]


def test_the_command_is_process_one_so_that_the_order_to_stop_arrives() -> None:
    found = objects()["Deployment"]["spec"]["template"]["spec"]["containers"][0]
    assert found["command"] == ["celery", "-A", "tasks", "worker", "-l", "info", "--concurrency", "2"]
    assert "args" not in found


def test_the_kill_comes_after_the_longest_task() -> None:
    for limit in (300, 7200):
        spec = objects(task_limit_seconds=limit)["Deployment"]["spec"]["template"]["spec"]
        assert spec["terminationGracePeriodSeconds"] == limit + 60
        assert "lifecycle" not in spec["containers"][0]


def test_health_is_asked_by_a_command_with_time_to_start_and_to_answer() -> None:
    found = objects()["Deployment"]["spec"]["template"]["spec"]["containers"][0]
    for probe in ("startupProbe", "livenessProbe"):
        assert found[probe]["exec"] == {"command": ["python", "-m", "health", "worker"]}
        assert found[probe]["timeoutSeconds"] == 5
    assert found["readinessProbe"]["exec"] == {"command": ["python", "-m", "health", "worker", "ready"]}
    assert found["readinessProbe"]["timeoutSeconds"] == 5
    assert (found["livenessProbe"]["periodSeconds"], found["livenessProbe"]["failureThreshold"]) == (15, 2)
    assert found["startupProbe"]["periodSeconds"] * found["startupProbe"]["failureThreshold"] == 120


def test_without_a_command_of_its_own_readiness_asks_the_same_and_a_restart_has_time() -> None:
    health = command_health(HealthCommand(command=("check",), period_seconds=20, restart_after_seconds=70))
    assert health.readiness.exec.command == health.liveness.exec.command == ["check"]
    assert health.liveness.failure_threshold == 4


def test_a_fixed_number_of_workers_needs_no_autoscaler() -> None:
    found = objects(scale={"min": 2, "max": 2})
    assert found["Deployment"]["spec"]["replicas"] == 2
    assert "HorizontalPodAutoscaler" not in found
