"""Scaling by the tasks that wait: KEDA's objects, where they read what they need, and what is refused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cdk8s
import pytest

from tests.shop import BASE, TODAY
from twinstack import kubernetes
from twinstack.cluster import ClusterSpec
from twinstack.environment import Environment
from twinstack.errors import ConfigurationError, Problem
from twinstack.layers.load import load_text
from twinstack.network import NetworkSpec
from twinstack.redis import RedisSpec
from twinstack.scheduler import SchedulerSpec
from twinstack.worker import WorkerSpec

LINK = "{cache: {variables: {url: CACHE_URL, host: CACHE_HOST, password: CACHE_PASSWORD}}}"
RESOURCES = "resources: {requests: {cpu: 100m, memory: 128Mi}, limits: {memory: 256Mi}}"
QUEUED = f"""\
{BASE[: BASE.index("database:")]}\
cluster:
  version: "1.36"
  administrators: [admin]
  private_access_cidrs: [10.0.0.0/16]
  deletion_protection: true
  keda: true
cache: {{node_type: cache.t4g.micro, nodes: 2}}
worker:
  image: registry.example/web
  command: [work]
  health: {{command: [is-alive]}}
  task_limit_seconds: 60
  {RESOURCES}
  scale: {{min: 1, max: 20, cpu: 70, queue: {{broker: cache, tasks_per_replica: 10}}}}
  uses: [{LINK}]
beat:
  image: registry.example/web
  command: [beat]
  health: {{command: [is-alive]}}
  {RESOURCES}
  uses: [cache]
"""


class Shop(Environment):
    """A shop whose tasks wait in a cache."""

    network: NetworkSpec
    cluster: ClusterSpec
    cache: RedisSpec
    worker: WorkerSpec
    beat: SchedulerSpec


def load(layer: str = "", base: str = QUEUED) -> Shop:
    return load_text(Shop, "live", {"base": base, "live": layer}, TODAY).environment


def refused(layer: str = "", base: str = QUEUED) -> Sequence[Problem]:
    with pytest.raises(ConfigurationError) as caught:
        load(layer, base)
    return caught.value.problems


def objects(environment: Shop) -> dict[tuple[str, str], dict[str, Any]]:
    chart = kubernetes.Workloads(cdk8s.App(), environment)
    kubernetes.Worker(chart, environment.worker)
    kubernetes.Scheduler(chart, environment.beat)
    return {(one["kind"], one["metadata"]["name"]): one for one in kubernetes.objects(chart)}


def test_one_object_scales_it_by_the_queue_and_by_load() -> None:
    environment = load()
    found = objects(environment)
    assert [kind for kind, _ in found if kind in {"HorizontalPodAutoscaler", "ScaledObject"}] == ["ScaledObject"]
    assert "replicas" not in found["Deployment", "shop-worker"]["spec"]
    scaled = found["ScaledObject", "shop-worker"]
    assert scaled["metadata"]["annotations"] == {"scaledobject.keda.sh/transfer-hpa-ownership": "true"}
    spec = scaled["spec"]
    assert spec["scaleTargetRef"] == {"apiVersion": "apps/v1", "kind": "Deployment", "name": "shop-worker"}
    assert (spec["minReplicaCount"], spec["maxReplicaCount"]) == (1, 20)
    assert spec["advanced"]["horizontalPodAutoscalerConfig"]["name"] == "shop-worker-hpa"
    assert spec["triggers"] == [
        {
            "type": "redis",
            "metadata": {
                "port": "6379",
                "enableTLS": "true",
                "databaseIndex": "0",
                "listName": "celery",
                "listLength": "10",
            },
            "authenticationRef": {"name": "shop-worker"},
        },
        {"type": "cpu", "metricType": "Utilization", "metadata": {"value": "70"}},
    ]


def test_keda_reads_the_host_and_the_password_where_the_worker_does() -> None:
    environment = load()
    found = objects(environment)
    references = found["TriggerAuthentication", "shop-worker"]["spec"]["secretTargetRef"]
    assert references == [
        {"parameter": "host", "name": environment.worker.secret, "key": "cache-host"},
        {"parameter": "password", "name": environment.worker.secret, "key": "cache-password"},
    ]
    copied = found["SecretProviderClass", environment.worker.secret]["spec"]["secretObjects"][0]["data"]
    assert {"cache-host", "cache-password"} <= {one["key"] for one in copied}


def test_without_encryption_there_is_no_password_to_read() -> None:
    base = QUEUED.replace("nodes: 2}", "nodes: 2, encrypted: false}").replace(", password: CACHE_PASSWORD", "")
    found = objects(load(base=base))
    (reference,) = found["TriggerAuthentication", "shop-worker"]["spec"]["secretTargetRef"]
    assert reference["parameter"] == "host"
    assert found["ScaledObject", "shop-worker"]["spec"]["triggers"][0]["metadata"]["enableTLS"] == "false"


def test_behaves_as_any_autoscaler_of_ours() -> None:
    other = objects(load("worker: {scale: {queue: null}}"))
    (scaler,) = [one for (kind, _), one in other.items() if kind == "HorizontalPodAutoscaler"]
    spec = objects(load())["ScaledObject", "shop-worker"]["spec"]
    assert spec["advanced"]["horizontalPodAutoscalerConfig"]["behavior"] == scaler["spec"]["behavior"]


def test_where_the_number_is_fixed_nothing_scales_and_no_keda_is_needed() -> None:
    found = objects(load("worker: {scale: {min: 1, max: 1}}\ncluster: {keda: false}"))
    assert found["Deployment", "shop-worker"]["spec"]["replicas"] == 1
    assert not {kind for kind, _ in found} & {"ScaledObject", "TriggerAuthentication", "HorizontalPodAutoscaler"}


def test_where_the_cluster_has_no_keda_it_is_refused() -> None:
    (found,) = refused("cluster: {keda: false}")
    assert (found.code, found.path, found.given) == ("TW638", "worker.scale.queue", "cluster.keda is false")


@pytest.mark.parametrize(
    ("was", "becomes", "given"),
    [
        (LINK, "cache", "cache, linked to without host and password as variables of their own"),
        ("broker: cache", "broker: beat", "beat, which it does not link to"),
    ],
)
def test_what_keda_could_not_read_is_refused(was: str, becomes: str, given: str) -> None:
    (found,) = refused(base=QUEUED.replace(was, becomes))
    assert (found.code, found.path, found.given) == ("TW639", "worker.scale.queue.broker", given)


def test_to_zero_only_where_it_is_asked_for_and_another_pod_keeps_the_secret() -> None:
    assert [one.code for one in refused("worker: {scale: {min: 0}}")] == ["TW639"]
    base = QUEUED.replace("  uses: [cache]\n", f"  uses: [{LINK}]\n")
    environment = load("worker: {scale: {min: 0}}", base)
    found = objects(environment)
    assert found["ScaledObject", "shop-worker"]["spec"]["minReplicaCount"] == 0
    references = found["TriggerAuthentication", "shop-worker"]["spec"]["secretTargetRef"]
    assert {one["name"] for one in references} == {environment.beat.secret}


def test_nothing_would_wake_what_is_at_zero_without_a_queue() -> None:
    (found,) = refused("worker: {scale: {min: 0, queue: null}}")
    assert (found.code, found.path, found.given) == ("TW604", "worker.scale.min", "min 0, and no queue")
