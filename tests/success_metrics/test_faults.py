"""Each fault bites: what it breaks is seen to be broken, and to work again once it is healed."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable

import pytest

from success_metrics import faults
from success_metrics.api import RefusedError, at
from success_metrics.by_requirement import ByRequirement
from success_metrics.cluster import Cluster, wait
from success_metrics.deployers import Ended
from success_metrics.faults import FAULTS, Scene
from success_metrics.sampler import Sampler

pytestmark = pytest.mark.slow
Install = Callable[[], ByRequirement]


def scene_of(cluster: Cluster, deployer: ByRequirement, version: str = "1.0.1", seed: int = 1) -> Scene:
    return Scene(cluster, deployer, version, random.Random(seed), usual_seconds=2.0)


def struck(scene: Scene, key: str) -> Ended:
    """The command beside the fault, to the end of both."""
    scene.deployer.prepare(scene.version)
    scene.command = scene.deployer.begin(scene.version)
    thread = threading.Thread(target=FAULTS[key].strike, args=(scene,))
    thread.start()
    ended = scene.command.end(300)
    scene.over.set()
    thread.join()
    for other in scene.others.values():
        other.end(300)
    return ended


def test_a_killed_client_ends_by_the_signal_with_all_it_started(cluster: Cluster, installed: Install) -> None:
    deployer = installed()
    cluster.registry.push("slow", faults.Image(becomes_ready=False))
    ended = struck(scene_of(cluster, deployer, "slow"), "client-killed")
    assert ended.status == -9
    assert "Deployment complete" not in ended.output


def test_the_api_server_is_another_process_after_its_restart(cluster: Cluster, installed: Install) -> None:
    deployer = installed()
    before = cluster.process("kube-apiserver")
    struck(scene_of(cluster, deployer), "api-server-restarted")
    wait(cluster.api.is_ready, "the API server answers again")
    assert cluster.process("kube-apiserver") != before
    assert cluster.api.get(at("v1", "namespaces", "", deployer.namespace))


def test_while_etcd_stands_still_no_write_comes_back(cluster: Cluster, installed: Install) -> None:
    deployer = installed()
    scene = scene_of(cluster, deployer)
    thread = threading.Thread(target=faults.etcd_slow, args=(scene,))
    slowest, end = 0.0, time.monotonic() + 6
    thread.start()
    path, data = at("v1", "configmaps", deployer.namespace, "written"), {"apiVersion": "v1", "kind": "ConfigMap"}
    try:
        while time.monotonic() < end:
            began = time.monotonic()
            cluster.api.apply(path, {**data, "metadata": {"name": "written"}, "data": {"at": str(began)}})
            slowest = max(slowest, time.monotonic() - began)
    finally:
        scene.over.set()
        thread.join()
    assert slowest > 0.3, "the shortest that it stands still"
    assert scene.told != "0 times"


def test_a_lost_node_takes_its_endpoints_with_it_and_gives_them_back(cluster: Cluster, installed: Install) -> None:
    deployer = installed()
    service = "analytics-backend-service"
    with Sampler(cluster.api, deployer.namespace, cluster.kubelets.lost_nodes.__contains__) as sampler:
        assert sampler.ready(service) == 3
        node = cluster.pods(deployer.namespace, "app=analytics-backend")[0]["spec"]["nodeName"]
        cluster.lose(node, at_once=True)
        wait(lambda: sampler.ready(service) < 3, "what is on the node serves no more")
        wait(lambda: not cluster.is_ready(node), "the control plane knows it")
        wait(lambda: min(count for _, count in sampler.watched.services[service].changes) < 3, "endpoints are gone")
        cluster.give_back(node)
        wait(lambda: sampler.ready(service) == 3, "they serve again")
        wait(lambda: sampler.watched.services[service].changes[-1][1] == 3, "the endpoints are back")


def test_a_node_that_falls_silent_is_found_out_by_the_control_plane(cluster: Cluster) -> None:
    node = cluster.nodes()[-1]
    cluster.lose(node)
    try:
        assert cluster.is_ready(node)
        wait(lambda: not cluster.is_ready(node), "its lease has run out")
    finally:
        cluster.give_back(node)  # and waits until it is ready again


def test_a_webhook_that_is_down_lets_no_person_change_anything(cluster: Cluster, installed: Install) -> None:
    deployer = installed()
    scene = scene_of(cluster, deployer)
    path = at("v1", "configmaps", deployer.namespace)
    faults.webhook_down(scene)
    try:
        wait(lambda: _is_refused(cluster, path, "webhook"), "the webhook is asked")
        assert struck(scene, "conflict").status != 0
    finally:
        faults.webhook_gone(scene)
    wait(lambda: not _is_refused(cluster, path, ""), "it is asked no more")


def test_a_quota_lets_no_pod_more_start(cluster: Cluster, installed: Install) -> None:
    deployer = installed()
    scene = scene_of(cluster, deployer)
    faults.quota_hit(scene)
    quota = at("v1", "resourcequotas", deployer.namespace, "success-metrics")
    wait(lambda: bool((cluster.api.get(quota) or {}).get("status", {}).get("used")), "the quota counts")
    ended = struck(scene, "conflict")
    assert ended.status != 0
    assert "exceeded its progress deadline" in ended.output
    faults.quota_gone(scene)
    assert cluster.api.get(quota) is None


def test_what_is_edited_by_hand_belongs_to_another_manager(cluster: Cluster, installed: Install) -> None:
    deployer = installed()
    faults.edited_by_hand(scene_of(cluster, deployer))
    found = cluster.api.get(at("apps/v1", "deployments", deployer.namespace, "analytics-backend")) or {}
    assert "kubectl-edit" in {one["manager"] for one in found["metadata"]["managedFields"]}
    (container,) = found["spec"]["template"]["spec"]["containers"]
    assert container["resources"]["limits"]["memory"] == "640Mi"


def test_a_second_deployment_runs_beside_the_first(cluster: Cluster, installed: Install) -> None:
    scene = scene_of(cluster, installed())
    struck(scene, "second-deploy")
    (other,) = scene.others
    assert scene.others[other].is_over()
    assert "Deploying version" in scene.others[other].end(300).output


@pytest.mark.parametrize("key", ["broken-image", "never-ready", "missing-secret"])
def test_a_bad_version_does_not_come_out(cluster: Cluster, installed: Install, key: str) -> None:
    deployer = installed()
    scene = scene_of(cluster, deployer, f"{deployer.namespace}-{key}")
    FAULTS[key].prepare(scene)
    ended = struck(scene, "conflict")
    FAULTS[key].heal(scene)
    assert ended.status != 0
    assert "exceeded its progress deadline" in ended.output


@pytest.mark.parametrize("key", ["migration-fails", "migration-hangs"])
def test_a_bad_migration_does_not_complete(cluster: Cluster, installed: Install, key: str) -> None:
    deployer = installed()
    scene = scene_of(cluster, deployer, f"{deployer.namespace}-{key}")
    FAULTS[key].prepare(scene)
    jobs = at("batch/v1", "jobs", deployer.namespace)
    for name, version in (("bad", scene.version), ("good", "1.0.0")):
        container = {"name": "migration", "image": f"shadower/analytics-backend:{version}"}
        template = {"spec": {"restartPolicy": "Never", "containers": [container]}}
        job = {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": name}}
        cluster.api.create(jobs, {**job, "spec": {"backoffLimit": 0, "template": template}})
    wait(lambda: _ended(cluster, f"{jobs}/good") == "Complete", "the good one is complete")
    if key == "migration-fails":
        wait(lambda: _ended(cluster, f"{jobs}/bad") == "Failed", "the bad one has failed")
    else:
        assert _ended(cluster, f"{jobs}/bad") == ""


def test_a_foreign_object_has_the_name_that_the_version_needs(cluster: Cluster, installed: Install) -> None:
    deployer = installed()
    scene = scene_of(cluster, deployer)
    deployer.new_configmaps = lambda _version: ["analytics-config-next"]  # type: ignore[method-assign]
    faults.foreign_object(scene)
    path = at("v1", "configmaps", deployer.namespace, "analytics-config-next")
    found = cluster.api.get(path) or {}
    assert found["metadata"]["labels"]["app.kubernetes.io/managed-by"] == "another-team"
    with pytest.raises(RefusedError, match="immutable"):
        cluster.api.apply(
            path,
            {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "analytics-config-next"},
             "data": {"theirs": "taken"}},
        )  # fmt: skip
    assert scene.harm() == ""
    cluster.api.delete(path)
    assert scene.harm() == "another team's ConfigMap analytics-config-next was taken"
    faults.foreign_object_gone(scene)
    assert cluster.api.get(path) is None


def test_each_fault_that_is_drawn_has_a_test_here() -> None:
    tried = {
        "client-killed", "api-server-restarted", "etcd-slow", "node-lost", "webhook-down", "quota-hit", "conflict",
        "second-deploy", "broken-image", "never-ready", "missing-secret", "migration-fails", "migration-hangs",
        "foreign-object",
    }  # fmt: skip
    by_the_line_itself = {"stale-plan"}
    assert tried | by_the_line_itself == set(FAULTS)
    assert all(fault.title for fault in FAULTS.values())


def _is_refused(cluster: Cluster, path: str, reason: str) -> bool:
    try:
        made = cluster.api.create(path, {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"generateName": "try-"}})
    except RefusedError as refused:
        return reason in str(refused)
    cluster.api.delete(f"{path}/{made['metadata']['name']}")
    return False


def _ended(cluster: Cluster, path: str) -> str:
    conditions = (cluster.api.get(path) or {}).get("status", {}).get("conditions") or []
    return next(
        (one["type"] for one in conditions if one["type"] in {"Complete", "Failed"} and one["status"] == "True"), ""
    )
