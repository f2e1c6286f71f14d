"""A Job after a release: what is said of it, what the release is told, where it stands, and what is refused."""

from __future__ import annotations

from typing import Any

import cdk8s
import pytest

from tests.local_files import compose_of
from tests.shop import HEAD, TODAY
from twinstack import kubernetes
from twinstack.environment import Environment
from twinstack.errors import ConfigurationError
from twinstack.job import JobSpec
from twinstack.layers.load import load_text
from twinstack.settings import SettingsSpec
from twinstack.worker import WorkerSpec

RESOURCES = "resources: {requests: {cpu: 100m, memory: 128Mi}, limits: {memory: 256Mi}}"
BASE = f"""\
{HEAD}\
settings: {{variables: {{PAGE_SIZE: 50}}}}
worker:
  image: registry.example/web
  command: [work]
  health: {{command: [is-alive]}}
  task_limit_seconds: 60
  {RESOURCES}
  scale: {{min: 1, max: 1}}
migration: {{image: registry.example/web, command: [migrate], {RESOURCES}, uses: [settings]}}
smoke: {{image: registry.example/web, command: [smoke], when: after, {RESOURCES}, uses: [settings]}}
"""


class Shop(Environment):
    """A shop that is tried out after each release."""

    settings: SettingsSpec
    worker: WorkerSpec
    migration: JobSpec
    smoke: JobSpec


def load(layer: str = "") -> Shop:
    return load_text(Shop, "live", {"base": BASE, "live": layer}, TODAY).environment


def parts(layer: str = "") -> dict[str, list[dict[str, Any]]]:
    environment = load(layer)
    chart = kubernetes.Workloads(cdk8s.App(), environment)
    kubernetes.Worker(chart, environment.worker)
    kubernetes.Job(chart, environment.migration)
    kubernetes.Job(chart, environment.smoke)
    return kubernetes.manifests.parts(chart)


def jobs(layer: str = "") -> dict[str, dict[str, Any]]:
    found = [one for many in parts(layer).values() for one in many if one["kind"] == "Job"]
    return {one["metadata"]["labels"]["app"]: one for one in found}


def test_the_release_is_told_by_annotations_and_a_migration_has_none() -> None:
    assert "annotations" not in jobs()["shop-migration"]["metadata"]
    assert jobs()["shop-smoke"]["metadata"]["annotations"] == {"twinstack/runs": "after"}
    assert jobs("smoke: {on_failure: report}")["shop-smoke"]["metadata"]["annotations"] == {
        "twinstack/runs": "after",
        "twinstack/failure": "reported",
    }


def test_what_its_failure_means_does_not_change_its_name() -> None:
    names = {jobs(layer)["shop-smoke"]["metadata"]["name"] for layer in ("", "smoke: {on_failure: report}")}
    assert len(names) == 1
    assert next(iter(names)).startswith("shop-smoke-1-0-0-")


def test_its_file_is_the_last() -> None:
    assert list(parts()) == [
        "00-namespace.k8s.yaml",
        "10-config.k8s.yaml",
        "20-migration.k8s.yaml",
        "30-worker.k8s.yaml",
        "50-smoke.k8s.yaml",
    ]


def test_locally_it_starts_after_what_keeps_running() -> None:
    services = compose_of(load())["services"]
    assert services["smoke"]["depends_on"] == {"worker": {"condition": "service_started"}}
    assert services["smoke"]["restart"] == "no"
    assert "depends_on" not in services["migration"]


def test_what_a_release_waits_for_cannot_only_be_reported() -> None:
    with pytest.raises(ConfigurationError) as caught:
        load("migration: {on_failure: report}")
    (found,) = caught.value.problems
    assert (found.code, found.path) == ("TW637", "migration.on_failure")


def test_when_it_runs_is_the_same_in_every_environment() -> None:
    with pytest.raises(ConfigurationError) as caught:
        load("smoke: {when: before}")
    (found,) = caught.value.problems
    assert found.path == "smoke.when"
