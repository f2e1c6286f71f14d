"""A real control plane whose pods do as their images' names say, shared by these tests; a namespace for each."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from tests.planes import Planes, whole
from twinstack.delivery.progress import State
from twinstack.delivery.waiting import Waiter
from twinstack.rehearsal.control_plane import ControlPlane

if TYPE_CHECKING:
    from tests.delivery.readiness.kubelet import Kubelet
    from twinstack.api_server import ApiServer
    from twinstack.delivery.reasons import Failure

NUMBERS = count(1)
PATIENCE_SECONDS = 300.0


class Told:
    """Notes what it is told."""

    def __init__(self) -> None:
        self.at: list[float] = []
        """When each state was told, by time.monotonic()."""
        self.states: list[tuple[str, State, str]] = []
        self.lines: list[str] = []
        self.notes: list[str] = []
        self.changed = threading.Condition()

    def state(self, subject: str, state: State, detail: str = "") -> None:
        with self.changed:
            self.at.append(time.monotonic())
            self.states.append((subject, state, detail))
            self.changed.notify_all()

    def log(self, subject: str, line: str) -> None:
        with self.changed:
            self.lines.append(line)
            self.changed.notify_all()

    def note(self, text: str) -> None:
        self.notes.append(text)

    def details(self, kind: str) -> list[str]:
        return [detail for subject, _, detail in self.states if subject.startswith(kind)]

    def wait_for(self, line: str) -> None:
        """Until a log line with these words was told."""
        with self.changed:
            assert self.changed.wait_for(lambda: any(line in one for one in self.lines), timeout=300), self.lines


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture(scope="module")
def left_alone(planes: Planes) -> Iterator[ControlPlane]:
    """Pods are placed on nodes, and nothing happens to them there."""
    with planes.lent("delivery/readiness", partial(whole, kubelets=False)) as plane:
        yield plane


@pytest.fixture(scope="module")
def api(left_alone: ControlPlane) -> Iterator[ApiServer]:
    from twinstack.api_server import ApiServer

    with ApiServer.from_kubeconfig(left_alone.kubeconfig) as server:
        yield server


@pytest.fixture
def client(left_alone: ControlPlane) -> Iterator[ApiServer]:
    """A client that nobody else asks with, so that its requests can be counted."""
    from twinstack.api_server import ApiServer

    with ApiServer.from_kubeconfig(left_alone.kubeconfig) as server:
        yield server


@pytest.fixture(scope="module")
def kubelet(api: ApiServer, left_alone: ControlPlane, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kubelet]:
    from tests.delivery.readiness.kubelet import Kubelet

    with Kubelet(api, left_alone.kubeconfig, tmp_path_factory.mktemp("kubelet")) as playing:
        yield playing


@pytest.fixture
def namespace(api: ApiServer, kubelet: Kubelet) -> Iterator[str]:
    """A namespace of the test's own, with the account that pods need."""
    name = f"wait-{next(NUMBERS)}"
    api.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    api.apply({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default", "namespace": name}})
    yield name
    for api_version, kind in (("apps/v1", "Deployment"), ("batch/v1", "Job")):
        for one in api.objects(api_version, kind, name):
            api.delete(api_version, kind, one["metadata"]["name"], name)


def applied(api: ApiServer, *manifests: dict[str, Any]) -> list[dict[str, Any]]:
    """What the server answers to applying these."""
    answers = [api.apply(one, force=True) for one in manifests]
    assert [one.refusal for one in answers if one.refusal] == []
    return [one.object for one in answers]


def waited(
    api: ApiServer, told: Told, *manifests: dict[str, Any], seconds: float = PATIENCE_SECONDS
) -> tuple[Failure, ...]:
    """Applies these, and waits for them."""
    answers = applied(api, *manifests)
    return Waiter(api, told, deadline_seconds=seconds, stop=lambda: None).wait(answers)


def deployment(namespace: str, image: str, replicas: int = 2, name: str = "web", **spec: Any) -> dict[str, Any]:
    labels = {"app": name}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels},
                "spec": {"containers": [{"name": name, "image": f"{image}:1"}], **spec.pop("pod", {})},
            },
            **spec,
        },
    }


def job(namespace: str, image: str, **spec: Any) -> dict[str, Any]:
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": "migration", "namespace": namespace},
        "spec": {
            "backoffLimit": 0,
            **spec,
            "template": {
                "spec": {"restartPolicy": "Never", "containers": [{"name": "migration", "image": f"{image}:1"}]}
            },
        },
    }
