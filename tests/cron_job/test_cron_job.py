"""What runs by the clock: what is said of it, what it becomes, and what is refused."""

from __future__ import annotations

from typing import Any

import cdk8s
import pytest

from tests.local_files import compose_of
from tests.shop import HEAD, TODAY
from twinstack import kubernetes
from twinstack.cron_job import CronJobSpec
from twinstack.environment import Environment
from twinstack.errors import ConfigurationError
from twinstack.layers.load import load_text
from twinstack.settings import SettingsSpec

NIGHTLY = """\
settings: {variables: {PAGE_SIZE: 50}}
nightly:
  image: registry.example/shop
  command: [shop, clean-up]
  schedule: "30 3 * * *"
  resources:
    requests: {cpu: 100m, memory: 128Mi}
    limits: {memory: 256Mi}
  uses: [settings]
"""


class Shop(Environment):
    """A shop that cleans up at night."""

    settings: SettingsSpec
    nightly: CronJobSpec


def load(layer: str = "") -> Shop:
    return load_text(Shop, "live", {"base": HEAD + NIGHTLY, "live": layer}, TODAY).environment


def objects(layer: str = "") -> dict[str, dict[str, Any]]:
    environment = load(layer)
    chart = kubernetes.Workloads(cdk8s.App(), environment)
    kubernetes.CronJob(chart, environment.nightly)
    found = [one for one in kubernetes.objects(chart) if one["metadata"]["name"] == "shop-nightly"]
    return {one["kind"]: one for one in found}


def test_it_runs_by_the_clock_one_at_a_time_with_limits_to_its_time_its_tries_and_what_is_kept() -> None:
    spec = objects()["CronJob"]["spec"]
    run = spec.pop("jobTemplate")["spec"]
    assert spec == {
        "schedule": "30 3 * * *",
        "timeZone": "Etc/UTC",
        "concurrencyPolicy": "Forbid",
        "startingDeadlineSeconds": 300,
        "successfulJobsHistoryLimit": 3,
        "failedJobsHistoryLimit": 3,
    }
    assert (run["activeDeadlineSeconds"], run["backoffLimit"]) == (3600, 2)


def test_each_of_that_can_be_said() -> None:
    spec = objects(
        "nightly: {schedule: '@hourly', time_zone: Europe/Berlin, concurrency: replace, suspended: true, late_seconds: 60, "
        "keep_succeeded: 1, keep_failed: 0, deadline_seconds: 60, retries: 0, stop_seconds: 10}"
    )["CronJob"]["spec"]
    run = spec.pop("jobTemplate")["spec"]
    assert spec == {
        "schedule": "@hourly",
        "timeZone": "Europe/Berlin",
        "suspend": True,
        "concurrencyPolicy": "Replace",
        "startingDeadlineSeconds": 60,
        "successfulJobsHistoryLimit": 1,
        "failedJobsHistoryLimit": 0,
    }
    assert (run["activeDeadlineSeconds"], run["backoffLimit"]) == (60, 0)
    assert run["template"]["spec"]["terminationGracePeriodSeconds"] == 10


def test_its_pods_are_those_of_any_workload_and_no_node_is_taken_from_under_them() -> None:
    template = objects()["CronJob"]["spec"]["jobTemplate"]["spec"]["template"]
    assert template["metadata"]["annotations"]["karpenter.sh/do-not-disrupt"] == "true"
    pod = template["spec"]
    assert (pod["restartPolicy"], pod["securityContext"]["runAsNonRoot"]) == ("Never", True)
    (container,) = pod["containers"]
    assert container["command"] == ["shop", "clean-up"]
    assert "PAGE_SIZE" in {one["name"] for one in container["env"]}
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert not [key for key in container if key.endswith("Probe")]


def test_nobody_reaches_it() -> None:
    found = objects()
    assert set(found) == {"ServiceAccount", "NetworkPolicy", "CronJob"}
    assert "ingress" not in found["NetworkPolicy"]["spec"]


@pytest.mark.parametrize(
    ("schedule", "words"),
    [
        ("every night", "2 fields"),
        ("0 3 * *", "4 fields"),
        ("61 * * * *", "61 is no minute (0 to 59)"),
        ("0 0 30 2 *", "that day never comes"),
        ("0 3 * * 7", "7 is no day of the week (0 to 6)"),
        ("@nightly", "an unknown word"),
        ("TZ=Europe/Berlin 0 3 * * *", "`time_zone`"),
    ],
)
def test_a_schedule_that_never_comes_is_refused_when_it_loads(schedule: str, words: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(f"nightly: {{schedule: '{schedule}'}}")
    (found,) = caught.value.problems
    assert (found.code, found.path) == ("TW104", "nightly.schedule")
    assert words in f"{found.allowed} {found.fix}"


@pytest.mark.parametrize("zone", ["Europe/Bonn", "Local", "CEST", "+01:00"])
def test_a_zone_that_there_is_not_is_refused(zone: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(f"nightly: {{time_zone: '{zone}'}}")
    (found,) = caught.value.problems
    assert (found.code, found.path) == ("TW104", "nightly.time_zone")
    assert "Europe/Berlin" in found.allowed


def test_a_developer_sees_one_run_and_no_second() -> None:
    assert compose_of(load())["services"]["nightly"]["restart"] == "no"
