"""Deploys small manifests as a release would be deployed, with the real waiter."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from twinstack.api_server import ApiServer
from twinstack.api_server.answer import JsonObject
from twinstack.delivery.application import Applied, apply
from twinstack.delivery.changes import Change, changes
from twinstack.delivery.dry_run import Examination, examine
from twinstack.delivery.folder import read_manifests
from twinstack.delivery.live import LiveState
from twinstack.delivery.manifest import Manifest
from twinstack.delivery.patience import Patient
from twinstack.delivery.progress import State
from twinstack.delivery.reasons import Failure
from twinstack.delivery.waiting import Waiter

PATIENCE_SECONDS = 300


@dataclass
class Told:
    """What a deployment told."""

    states: list[tuple[str, State, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    lines: list[tuple[str, str]] = field(default_factory=list)

    def state(self, subject: str, state: State, detail: str = "") -> None:
        self.states.append((subject, state, detail))

    def log(self, subject: str, line: str) -> None:
        self.lines.append((subject, line))

    def note(self, text: str) -> None:
        self.notes.append(text)

    def last(self) -> dict[str, State]:
        return {subject: state for subject, state, _ in self.states}


class Waiting(Waiter):
    """The real waiter, which notes what it was asked to wait for."""

    def __init__(self, api: ApiServer, told: Told, stop: Callable[[], None] = lambda: None) -> None:
        super().__init__(api, told, deadline_seconds=PATIENCE_SECONDS, stop=stop)
        self.waits: list[list[str]] = []

    def wait(self, applied: Sequence[JsonObject]) -> tuple[Failure, ...]:
        self.waits.append([f"{one['kind']} {one['metadata']['name']}" for one in applied])
        return super().wait(applied)


class Deployer:
    """One deployer and one namespace."""

    def __init__(self, api: ApiServer, namespace: str, folder: Path) -> None:
        self.api, self.namespace, self.folder = api, namespace, folder
        self.told = Told()
        self.waiting = Waiting(api, self.told)

    def manifests(self, *data: JsonObject) -> tuple[Manifest, ...]:
        """Written and read as those of a release; each in the namespace, but what belongs to the whole cluster."""
        for old in self.folder.glob("*.yaml"):
            old.unlink()
        (self.folder / "all.yaml").write_text(yaml.safe_dump_all(map(self.here, data)), "utf-8")
        return read_manifests(self.folder)

    def here(self, data: JsonObject) -> JsonObject:
        made = copy.deepcopy(data)
        if data["kind"] == "Namespace" and not data["metadata"].get("name"):
            made["metadata"]["name"] = self.namespace
        elif data["kind"] not in {"Namespace", "CustomResourceDefinition", "PriorityClass", "ClusterRole"}:
            made["metadata"].setdefault("namespace", self.namespace)
        return made

    def changes(self, *data: JsonObject) -> tuple[Change, ...]:
        manifests = self.manifests(*data)
        return changes(manifests, LiveState.read(self.api, manifests))

    def examine(self, *data: JsonObject) -> Examination:
        return examine(self.api, self.changes(*data))

    def deploy(self, *data: JsonObject, stop: Callable[[], None] = lambda: None) -> Applied:
        self.told = Told()
        self.waiting = Waiting(self.api, self.told)
        api = Patient(self.api, stop)
        return apply(api, self.changes(*data), waiter=self.waiting, progress=self.told)

    def get(self, kind: str, name: str, api_version: str = "v1") -> JsonObject:
        found = self.api.get(api_version, kind, name, self.namespace)
        assert found is not None, f"{kind} {name}"
        return found

    def until(self, what: str, condition: Callable[[], Any]) -> None:
        end = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            assert time.monotonic() < end, f"gave up waiting until {what}"
            time.sleep(0.05)


NAMESPACE: JsonObject = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"labels": {"made-by": "test"}}}


def configuration(name: str = "settings", **data: str) -> JsonObject:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data}


def deployment(name: str = "web", *, replicas: int | None = None, image: str = "web:1", **spec: Any) -> JsonObject:
    """A Deployment that reads a ConfigMap, with all that servers fill in."""
    labels = {"app": name}
    container = {
        "name": name,
        "image": image,
        "env": [
            {"name": "A", "value": "1000m"},
            {"name": "NODE", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}},
        ],
        "envFrom": [{"configMapRef": {"name": "settings", "optional": True}}],
        "ports": [{"containerPort": 53}, {"containerPort": 53, "protocol": "UDP"}],
        "resources": {"requests": {"cpu": 0.1, "memory": "1024Ki"}, "limits": {"cpu": "1000m"}},
        "readinessProbe": {"httpGet": {"path": "/", "port": 8000}},
    }
    pod = {"containers": [container], "volumes": [{"name": "tmp", "emptyDir": {}}]}
    inner: JsonObject = {"selector": {"matchLabels": labels}, "template": {"metadata": {"labels": labels}, "spec": pod}}
    inner |= spec | ({} if replicas is None else {"replicas": replicas})
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name, "labels": OURS}, "spec": inner}


def autoscaler(name: str = "web", *, least: int = 3) -> JsonObject:
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": name}
    metric = {
        "type": "Resource",
        "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}},
    }
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": f"{name}-hpa", "labels": OURS},
        "spec": {"scaleTargetRef": target, "minReplicas": least, "maxReplicas": 9, "metrics": [metric]},
    }


def job(name: str = "migration", *, image: str = "web:1", fails: bool = False) -> JsonObject:
    """A Job; one that fails has a pod that never starts, and one second to do it."""
    annotations = {"rehearsal.twinstack/ready-after-seconds": "600"} if fails else {}
    pod = {"restartPolicy": "Never", "containers": [{"name": "job", "image": image}]}
    spec: JsonObject = {"backoffLimit": 0, "template": {"metadata": {"annotations": annotations}, "spec": pod}}
    spec |= {"activeDeadlineSeconds": 1} if fails else {}
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": name}, "spec": spec}


OURS = {"app.kubernetes.io/managed-by": "twinstack", "app.kubernetes.io/instance": "test"}
