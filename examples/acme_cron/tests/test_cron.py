"""A CronJob is a workload like any other, and what is particular to one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml

from tests.conftest import twinstack
from twinstack.errors import ConfigurationError
from twinstack.testing import Twins, array_with, object_like


def test_what_is_added_is_the_section_that_is_reviewed(shop: Path) -> None:
    base = yaml.safe_load((shop / "environments" / "base.yaml").read_text(encoding="utf-8"))
    reviewed = yaml.safe_load((Path(__file__).parent / "nightly.yaml").read_text(encoding="utf-8"))
    assert {"nightly": base["nightly"]} == reviewed


def test_it_starts_by_the_clock_and_never_two_at_a_time(twin: Twins) -> None:
    schedule = {"nightly.schedule": "*/15 6-20 * * MON-FRI", "nightly.time_zone": "Europe/Berlin"}
    twin("prod", schedule).workloads.has_resource_with(
        "CronJob",
        {
            "metadata": {"name": "shop-nightly", "namespace": "shop"},
            "spec": {
                "schedule": "*/15 6-20 * * MON-FRI",
                "timeZone": "Europe/Berlin",
                "concurrencyPolicy": "Forbid",
                "jobTemplate": {"spec": {"activeDeadlineSeconds": 3600, "backoffLimit": 2}},
            },
        },
    )


def test_its_pods_are_those_of_any_workload(twin: Twins) -> None:
    container = object_like(
        {
            "command": ["python", "-m", "nightly"],
            "env": array_with([object_like({"name": "PAPERS_BUCKET"})]),
            "securityContext": {"readOnlyRootFilesystem": True},
        }
    )
    pod = {"restartPolicy": "Never", "securityContext": {"runAsNonRoot": True}, "containers": array_with([container])}
    twin("prod").workloads.has_resource_with(
        "CronJob", {"spec": {"jobTemplate": {"spec": {"template": {"spec": object_like(pod)}}}}}
    )


def test_it_reaches_what_it_uses_and_nobody_reaches_it(twin: Twins) -> None:
    assert twin("prod").can_reach("nightly", "papers")
    policies = twin("prod").workloads.find("NetworkPolicy", {"metadata": {"name": "shop-nightly"}})
    (spec,) = [policy["spec"] for policy in policies.values()]
    assert spec["podSelector"] == {"matchLabels": {"app": "shop-nightly"}}
    assert spec["policyTypes"] == ["Ingress", "Egress"]
    assert "ingress" not in spec


@pytest.mark.parametrize("schedule", ["every night", "0 3 * *", "@daily", "0  3 * * *"])
def test_a_schedule_that_is_none_is_refused_when_it_loads(twin: Twins, schedule: str) -> None:
    with pytest.raises(ConfigurationError, match=r"TW104[\s\S]*nightly.schedule"):
        twin("prod", {"nightly.schedule": schedule})


def test_a_developer_sees_one_run_and_no_second(twin: Twins) -> None:
    services = yaml.safe_load(twin("dev").local["compose.yaml"])["services"]
    assert services["nightly"]["restart"] == "no"
    assert services["nightly"]["depends_on"] == {"s3": {"condition": "service_healthy"}}


@pytest.mark.skipif(not os.environ.get("KUBEBUILDER_ASSETS"), reason="KUBEBUILDER_ASSETS is not set: no control plane")
def test_a_real_control_plane_takes_it(shop: Path) -> None:
    done = twinstack("rehearse", "prod", "--only", "kubernetes", cwd=shop)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 errors, 0 warnings" in done.stdout
    assert "Pod Security admission on" in done.stdout
