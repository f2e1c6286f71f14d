"""What a scheduler becomes in Kubernetes: one pod, never two."""

from __future__ import annotations

from functools import cache
from typing import Any

import cdk8s
import pytest

from stacks import product
from stacks.workloads import AnalyticsWorkloads
from twinstack import kubernetes
from twinstack.errors import ConfigurationError


@cache
def objects() -> dict[str, dict[str, Any]]:
    chart = AnalyticsWorkloads(cdk8s.App(), product.load("prod"))
    label = "app.kubernetes.io/component"
    return {one["kind"]: one for one in kubernetes.objects(chart) if one["metadata"]["labels"][label] == "scheduler"}


def test_the_old_pod_is_gone_before_the_new_one_comes() -> None:
    spec = objects()["Deployment"]["spec"]
    assert spec["replicas"] == 1
    assert spec["strategy"] == {"type": "Recreate"}


def test_nothing_scales_it_or_holds_up_a_drain() -> None:
    assert set(objects()) == {"ServiceAccount", "SecretProviderClass", "NetworkPolicy", "Deployment"}


def test_a_scale_is_an_unknown_key() -> None:
    with pytest.raises(ConfigurationError, match=r"(?s)unknown key.*scheduler\.scale"):
        product.load("prod", set={"scheduler.scale": {"min": 2, "max": 2}})


def test_its_schedule_lies_in_no_file_that_goes_with_the_pod() -> None:
    container = objects()["Deployment"]["spec"]["template"]["spec"]["containers"][0]
    assert not [part for part in container["command"] if "/" in part]


def test_a_loop_that_stands_still_is_replaced_and_a_rollout_waits_until_it_was_let_in() -> None:
    """Two minutes at most: a heartbeat is old after one, and two failures in a row restart the container."""
    container = objects()["Deployment"]["spec"]["template"]["spec"]["containers"][0]
    liveness = container["livenessProbe"]
    assert 60 + liveness["periodSeconds"] * liveness["failureThreshold"] <= 90
    assert liveness["exec"]["command"] == ["python", "-m", "health", "scheduler"]
    assert container["readinessProbe"]["exec"]["command"] == ["python", "-m", "health", "scheduler", "ready"]
