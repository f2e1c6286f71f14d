"""How fast the autoscaler reacts to a step of load: to its decision, and to pods that serve."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Mapping
from typing import Any, Final

from success_metrics.api import JsonObject, RefusedError, at
from success_metrics.cluster import wait
from success_metrics.scenarios import BACKEND, SERVICE, Scenario, Stage


class Load:
    """Requests that cost CPU, shared by the pods that are ready. A context manager."""

    def __init__(self, stage: Stage, millicores: int) -> None:
        self.millicores = millicores
        self._stage = stage
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._share, daemon=True)

    def __enter__(self) -> Load:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()

    def _share(self) -> None:
        while not self._stopped.wait(_LOOK_SECONDS):
            pods = self._stage.pods()
            serving = [pod for pod in pods if _is_ready(pod)]
            for pod in serving:
                # A container is held at its limit, however much is asked of it.
                share = min(self.millicores // len(serving), _LIMIT_MILLICORES)
                self._tell(pod, f"{share}m")

    def _tell(self, pod: JsonObject, usage: str) -> None:
        annotations = pod["metadata"].get("annotations") or {}
        if annotations.get(_USAGE) == usage:
            return
        path = at("v1", "pods", pod["metadata"]["namespace"], pod["metadata"]["name"])
        with contextlib.suppress(RefusedError):
            self._stage.cluster.api.merge(path, {"metadata": {"annotations": {_USAGE: usage}}}, "load")


def load_step(stage: Stage) -> None:
    """From an idle service to a load for six pods."""
    before = stage.sampler.ready(SERVICE)
    with Load(stage, before * _IDLE_MILLICORES) as load:
        wait(lambda: _utilization(stage) is not None, "the autoscaler has figures")
        stage.sampler.watched.marks.clear()
        load.millicores = _STEP_MILLICORES
        step = stage.sampler.mark("load")
        wait(lambda: _desired(stage) > before, "the autoscaler has decided")
        stage.figures["until the decision"] = round(stage.sampler.now() - step, 1)
        wanted = _desired(stage)
        stage.sampler.mark(f"{wanted} pods wanted")
        added = _NodeToCome(stage) if "room" in stage.figures else None
        wait(lambda: stage.sampler.ready(SERVICE) >= wanted, "the pods serve", 600)
        stage.figures["until the pods serve"] = round(stage.sampler.now() - step, 1)
        stage.figures["pods"] = f"{before} to {wanted}"
        if added:
            added.stop()


def without_room(stage: Stage) -> None:
    """The same where the nodes are full: a node has to come first."""
    _fill(stage)
    load_step(stage)


def with_headroom(stage: Stage) -> None:
    """The same with pods of negative priority that keep room, and give it up: this product's by its own field, the
    requirement's, which has none, by plain manifests.
    """
    if stage.deployer.name == "twinstack":
        stage.deploy({"backend.scale.headroom": {"pods": _HEADROOM_PODS}})
        namespace, selector = stage.deployer.namespace, f"app={BACKEND}-headroom"
    else:
        namespace, selector = _plain_headroom(stage), ""
    wait(lambda: sum(map(_is_ready, stage.cluster.pods(namespace, selector))) == _HEADROOM_PODS, "the headroom is kept")
    _fill(stage)
    load_step(stage)


def _plain_headroom(stage: Stage) -> str:
    """Manifests of this measurement, and the namespace that they are in."""
    api = stage.cluster.api
    kind, name = "scheduling.k8s.io/v1", "headroom"
    api.apply(
        at(kind, "priorityclasses", "", name),
        {"apiVersion": kind, "kind": "PriorityClass", "metadata": {"name": name}, "value": -10},
    )
    api.apply(at("v1", "namespaces", "", name), {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    container = {"name": "pause", "image": "pause:1", "resources": {"requests": {"cpu": "250m", "memory": "256Mi"}}}
    spec = {"priorityClassName": name, "terminationGracePeriodSeconds": 0, "containers": [container]}
    api.apply(
        at("apps/v1", "deployments", name, name),
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name, "namespace": name},
         "spec": {"replicas": _HEADROOM_PODS, "selector": {"matchLabels": {"app": name}},
                  "template": {"metadata": {"labels": {"app": name}}, "spec": spec}}},
    )  # fmt: skip
    return name


class _NodeToCome:
    """What adds nodes: it sees that a pod fits nowhere, and some time later a node is there."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stopped.wait(_LOOK_SECONDS):
            pending = [
                pod
                for pod in self._stage.cluster.api.items(at("v1", "pods"), fieldSelector="status.phase=Pending")
                if not pod["spec"].get("nodeName")
            ]
            if pending:
                self._stage.sampler.mark("no node fits")
                if not self._stopped.wait(NODE_SECONDS):
                    _make_room(self._stage)
                    self._stage.sampler.mark("a node more")
                return


def _fill(stage: Stage) -> None:
    """Takes all room of the nodes that is left, by one pod on each, placed there without the scheduler."""
    api, used = stage.cluster.api, dict.fromkeys(stage.cluster.nodes(), 0)
    for pod in api.items(at("v1", "pods")):
        if pod["spec"].get("nodeName") in used and pod["status"].get("phase") in {"Pending", "Running"}:
            used[pod["spec"]["nodeName"]] += sum(_cpu(one) for one in pod["spec"]["containers"])
    for node, millicores in used.items():
        free = _NODE_MILLICORES - millicores
        container = {"name": "filler", "image": "filler:1", "resources": {"requests": {"cpu": f"{free - 100}m"}}}
        metadata = {"name": f"filler-{node}", "namespace": "default"}
        spec = {"nodeName": node, "containers": [container], "terminationGracePeriodSeconds": 0}
        api.create(at("v1", "pods", "default"), {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec})
    stage.figures["room"] = "none"


def _make_room(stage: Stage) -> None:
    """A node more: one of those that were full is empty, which to the scheduler is the same."""
    stage.cluster.api.delete(at("v1", "pods", "default", f"filler-{stage.cluster.nodes()[0]}"))


def _cpu(container: dict[str, Any]) -> int:
    text = str(((container.get("resources") or {}).get("requests") or {}).get("cpu", "0"))
    return int(text[:-1]) if text.endswith("m") else int(float(text) * 1000)


def _is_ready(pod: JsonObject) -> bool:
    return any(one["type"] == "Ready" and one["status"] == "True" for one in pod["status"].get("conditions") or [])


def _scaler(stage: Stage) -> JsonObject:
    path = at("autoscaling/v2", "horizontalpodautoscalers", stage.deployer.namespace, f"{BACKEND}-hpa")
    return stage.cluster.api.get(path) or {}


def _desired(stage: Stage) -> int:
    return int((_scaler(stage).get("status") or {}).get("desiredReplicas", 0))


def _utilization(stage: Stage) -> int | None:
    for metric in (_scaler(stage).get("status") or {}).get("currentMetrics") or []:
        if metric.get("resource", {}).get("name") == "cpu":
            return int(metric["resource"]["current"]["averageUtilization"])
    return None


SCALING: Final[Mapping[str, Scenario]] = {
    "load-step": Scenario("a step of load", load_step),
    "load-step-full": Scenario("a step of load, the nodes full", without_room),
    "load-step-headroom": Scenario("a step of load, the nodes full, headroom pods", with_headroom),
}
NODE_SECONDS: Final = 45.0
"""From a pod that fits nowhere to a node that takes it. Nodes of EKS Auto Mode take about a minute with all they start."""
_USAGE: Final = "rehearsal.twinstack/usage-cpu"
_LOOK_SECONDS: Final = 0.5
_IDLE_MILLICORES: Final = 75
_STEP_MILLICORES: Final = 1000
_LIMIT_MILLICORES: Final = 500
_NODE_MILLICORES: Final = 32_000
_HEADROOM_PODS: Final = 4
