"""The simulated kubelets: what keeps a pod from starting, from being ready, and how it ends."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.rotation.account import Account
from tests.rotation.cluster import Cluster
from tests.rotation.containers import Container, Programs
from tests.rotation.kubelet import Kubelets
from tests.rotation.sampler import is_ready
from tests.rotation.secrets_driver import SecretsDriver
from twinstack.api_server.answer import JsonObject


class Switches(Programs):
    """Programs whose answers the test decides."""

    ready = True
    status = 0
    ran: list[str]

    def is_ready(self, container: Container) -> bool:
        return self.ready

    def run(self, container: Container) -> int:
        self.ran.append(container.spec["name"])
        return self.status


class Node:
    """A namespace with kubelets for it."""

    def __init__(self, cluster: Cluster, account: Account, namespace: str, folder: Path) -> None:
        self.cluster, self.namespace = cluster, namespace
        self.programs = Switches(account, seconds=self.seconds)
        self.programs.ran = []
        driver = SecretsDriver(cluster, account, seconds=self.seconds)
        self.kubelets = Kubelets(cluster, namespace, driver, self.programs, folder, seconds=self.seconds)
        self.kubelets.start()

    @staticmethod
    def seconds(product_seconds: float) -> float:
        return product_seconds / 50

    def make(self, kind: str, name: str, **more: Any) -> None:
        answer = self.cluster.apply(
            {"apiVersion": "v1", "kind": kind, "metadata": {"name": name, "namespace": self.namespace}, **more}
        )
        assert not answer.refusal, answer.refusal

    def pod(self, name: str = "web", container: JsonObject | None = None, **spec: Any) -> None:
        probe = {"periodSeconds": 1, "failureThreshold": 3, "httpGet": {"path": "/ready", "port": 80}}
        main = {"name": "web", "image": "web:1", "readinessProbe": probe, **(container or {})}
        self.make("Pod", name, spec={"containers": [main], **spec})

    def found(self, name: str = "web") -> JsonObject | None:
        return self.cluster.get("v1", "Pod", name, self.namespace)

    def reason(self, name: str = "web") -> str:
        """Why its container waits, or ended; empty where it runs."""
        found = self.found(name)
        assert found
        states = [one["state"] for one in found["status"].get("containerStatuses") or []]
        return "".join(value.get("reason", "") for state in states for value in state.values())

    def is_ready(self, name: str = "web") -> bool:
        found = self.found(name)
        return found is not None and is_ready(found)


@pytest.fixture
def node(cluster: Cluster, account: Account, namespace: str, tmp_path: Path) -> Iterator[Node]:
    cluster.apply(
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default", "namespace": namespace}}
    )
    made = Node(cluster, account, namespace, tmp_path)
    yield made
    made.kubelets.stop()


def eventually(condition: Callable[[], bool]) -> bool:
    end = time.monotonic() + 300
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


SECRET_VARIABLE = {"env": [{"name": "URL", "valueFrom": {"secretKeyRef": {"name": "web", "key": "url"}}}]}


def test_a_pod_becomes_ready_and_is_gone_when_it_is_deleted(node: Node) -> None:
    node.pod()
    assert eventually(node.is_ready)
    node.cluster.delete("v1", "Pod", "web", node.namespace)
    assert eventually(lambda: node.found() is None)


def test_a_missing_secret_or_key_keeps_a_container_from_starting_until_it_is_there(node: Node) -> None:
    node.pod(container=SECRET_VARIABLE)
    assert eventually(lambda: node.reason() == "CreateContainerConfigError")
    assert node.kubelets.troubles() == {"web": 'secret "web" not found'}
    node.make("Secret", "web", stringData={"other": "x"})
    assert eventually(lambda: "couldn't find key url" in node.kubelets.troubles().get("web", ""))
    node.make("Secret", "web", stringData={"other": "x", "url": "postgresql://"})
    assert eventually(node.is_ready)
    (container,) = node.kubelets.running()
    assert container.variable("URL") == "postgresql://"


def test_an_optional_variable_keeps_nothing_from_starting(node: Node) -> None:
    reference = {"name": "web", "key": "url", "optional": True}
    node.pod(container={"env": [{"name": "URL", "valueFrom": {"secretKeyRef": reference}}]})
    assert eventually(node.is_ready)


def test_a_missing_volume_keeps_a_pod_in_container_creating(node: Node) -> None:
    node.pod(volumes=[{"name": "settings", "configMap": {"name": "settings"}}])
    assert eventually(lambda: node.kubelets.troubles() == {"web": 'configmap "settings" not found'})
    assert node.reason() == "ContainerCreating"
    node.make("ConfigMap", "settings", data={"level": "info"})
    assert eventually(node.is_ready)


def test_variables_are_read_once_and_anew_when_the_container_restarts(node: Node) -> None:
    node.make("Secret", "web", stringData={"url": "first"})
    node.pod(container=SECRET_VARIABLE)
    assert eventually(node.is_ready)
    node.make("Secret", "web", stringData={"url": "second"})
    assert [one.variable("URL") for one in node.kubelets.running()] == ["first"]
    node.kubelets.restart("web")
    assert eventually(lambda: [one.variable("URL") for one in node.kubelets.running()] == ["second"])
    assert eventually(node.is_ready)


def test_readiness_needs_several_failures_to_leave_and_one_success_to_come_back(node: Node) -> None:
    node.pod()
    assert eventually(node.is_ready)
    node.programs.ready = False
    assert eventually(lambda: not node.is_ready())
    node.programs.ready = True
    assert eventually(node.is_ready)


def test_a_pod_that_is_not_ready_at_first_is_not_ready(node: Node) -> None:
    node.programs.ready = False
    node.pod()
    assert eventually(lambda: bool(node.kubelets.running()))
    assert not node.is_ready()


def test_a_deleted_pod_serves_until_its_pause_is_over(node: Node) -> None:
    node.pod(container={"lifecycle": {"preStop": {"sleep": {"seconds": 50}}}}, terminationGracePeriodSeconds=60)
    assert eventually(node.is_ready)
    node.cluster.delete("v1", "Pod", "web", node.namespace)
    assert node.kubelets.running()
    assert not node.is_ready()
    assert eventually(lambda: node.found() is None)
    assert not node.kubelets.running()


@pytest.mark.parametrize(("status", "phase"), [(0, "Succeeded"), (1, "Failed")])
def test_a_pod_that_runs_once_ends_with_its_program(node: Node, status: int, phase: str) -> None:
    node.programs.status = status
    node.pod(initContainers=[{"name": "before", "image": "web:1"}], restartPolicy="Never")
    assert eventually(lambda: (node.found() or {})["status"].get("phase") == phase)
    assert node.programs.ran == (["before"] if status else ["before", "web"])
