"""Plays the kubelets of all nodes: what they do with pods is decided by the images, the secrets, and the node's health."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import httpx2 as httpx

from success_metrics import pod_status
from success_metrics.agenda import Agenda, Course
from success_metrics.api import Api, JsonObject, RefusedError, at
from success_metrics.images import Image, Migration, Registry
from success_metrics.pod_status import container, running, terminated, waiting
from success_metrics.vault import Vault


@dataclass(frozen=True)
class Pace:
    """How long things take on the simulated nodes, in seconds."""

    start: float = 8.0
    """From the start of a container to its first answer to a readiness probe."""
    migration: float = 2.0
    pause_share: float = 1.0
    """What share of a preStop pause is kept."""
    drain: float = 0.3
    """From TERM to the end of a process."""


class Kubelets:
    """The kubelets of one cluster, until they are stopped."""

    def __init__(self, api: Api, registry: Registry, vault: Vault, pace: Pace) -> None:
        self.api, self.registry, self.vault, self.pace = api, registry, vault, pace
        self.lost_nodes: set[str] = set()
        self.addresses = itertools.count(2)
        self._pods: dict[str, PodLife] = {}
        self._agenda = Agenda()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._follow, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ends the simulation; the pods stay as they are."""
        self._stopped.set()
        self._agenda.stop()

    def recover(self, node: str) -> None:
        """The node is back: what became of its pods meanwhile is put right by what its kubelet sees."""
        for life in list(self._pods.values()):
            if life.pod["spec"]["nodeName"] == node:
                life.must_report = True
        self.lost_nodes.discard(node)

    def _follow(self) -> None:
        """Lists and watches pods, and again whenever the connection ends: the API server is restarted on purpose."""
        path = at("v1", "pods")
        while not self._stopped.is_set():
            try:
                found = self.api.get(path) or {}
                seen = {pod["metadata"]["uid"]: pod for pod in found["items"]}
                for pod in seen.values():
                    self._see(pod)
                for uid in set(self._pods) - set(seen):
                    self._forget(uid)
                for event in self.api.watch(path, found["metadata"]["resourceVersion"]):
                    if self._stopped.is_set():
                        return
                    if event["type"] == "ERROR":
                        break
                    if event["type"] == "DELETED":
                        self._forget(event["object"]["metadata"]["uid"])
                    elif event["type"] != "BOOKMARK":
                        self._see(event["object"])
            except (httpx.HTTPError, RefusedError, ValueError):
                self._stopped.wait(_PAUSE_SECONDS)

    def _see(self, pod: JsonObject) -> None:
        uid = pod["metadata"]["uid"]
        if not pod["spec"].get("nodeName"):
            return
        life = self._pods.get(uid)
        if life is None:
            life = self._pods[uid] = PodLife(self, pod)
            self._agenda.begin(uid, life.course(life.live()))
        life.pod = pod
        if pod["metadata"].get("deletionTimestamp") and not life.is_ending:
            life.is_ending = True
            self._agenda.begin(uid, life.course(life.end()))

    def _forget(self, uid: str) -> None:
        self._pods.pop(uid, None)
        self._agenda.end(uid)


@dataclass
class PodLife:
    """One pod from its start to its end."""

    kubelets: Kubelets
    pod: JsonObject
    is_ending: bool = False
    must_report: bool = False
    """Whether what the control plane holds of it may be wrong."""
    holds: set[str] = field(default_factory=set)
    """The values of the secrets that its containers started with."""
    restarts: int = 0
    last: JsonObject | None = None
    _status: JsonObject = field(default_factory=dict)
    _said: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        number = next(self.kubelets.addresses)
        self.address = f"10.88.{number // 250 % 250}.{number % 250 + 1}"
        # A pod that was there before whoever plays the kubelet: what it was told stands.
        self._status = dict(self.pod.get("status") or {})

    @property
    def main(self) -> Mapping[str, Any]:
        """The container that counts."""
        return self.pod["spec"]["containers"][0]

    @property
    def image(self) -> Image:
        """What its image does."""
        return self.kubelets.registry.image(self.main["image"])

    @property
    def is_of_job(self) -> bool:
        """Whether it is to run to its end."""
        return any(one["kind"] == "Job" for one in self.pod["metadata"].get("ownerReferences") or [])

    def course(self, steps: Course) -> Course:
        """The same steps; while the node is lost, nothing happens."""
        for seconds in steps:
            yield seconds
            while self.pod["spec"]["nodeName"] in self.kubelets.lost_nodes:
                yield _LOST_SECONDS

    def live(self) -> Course:
        """Volumes, variables, image, start, readiness, crashes; or, for a Job, its end."""
        self._report("Pending", waiting("ContainerCreating"))
        while trouble := self.kubelets.vault.trouble(self.pod):
            self._tell("Warning", "FailedMount", trouble)
            yield _RETRY_SECONDS
        while trouble := self._variables():
            self._report("Pending", waiting("CreateContainerConfigError", trouble))
            self._tell("Warning", "Failed", f"Error: {trouble}", self.main["name"])
            yield _RETRY_SECONDS
        if not self.image.exists:
            yield from self._pull()
        if self.is_of_job:
            yield from self._run_to_the_end()
        else:
            yield from self._serve()

    def end(self) -> Course:
        """The pause before the end, in which it serves on; then a moment to drain, and the object goes."""
        hook = (self.main.get("lifecycle") or {}).get("preStop") or {}
        pause = (hook.get("sleep") or {}).get("seconds", 0) * self.kubelets.pace.pause_share
        yield min(pause + self.kubelets.pace.drain, float(self.pod["spec"].get("terminationGracePeriodSeconds") or 30))
        options = {"gracePeriodSeconds": 0, "preconditions": {"uid": self.pod["metadata"]["uid"]}}
        self.kubelets.api.delete(self._path(), options)

    def _pull(self) -> Course:
        """What a registry that has no such image is answered with; tried again, and in vain, with a growing pause."""
        reference, name, pause = self.main["image"], self.main["name"], _PULL_SECONDS
        missing = (
            f'failed to pull and unpack image "{reference}": failed to resolve reference "{reference}": {reference}: '
            "not found"
        )
        while not self.image.exists:
            message = f'Failed to pull image "{reference}": rpc error: code = NotFound desc = {missing}'
            self._report("Pending", waiting("ErrImagePull", f"rpc error: code = NotFound desc = {missing}"))
            self._tell("Normal", "Pulling", f'Pulling image "{reference}"', name)
            self._tell("Warning", "Failed", message, name)
            self._tell("Warning", "Failed", "Error: ErrImagePull", name)
            yield 1.0
            self._report("Pending", waiting("ImagePullBackOff", f'Back-off pulling image "{reference}": {missing}'))
            self._tell("Normal", "BackOff", f'Back-off pulling image "{reference}"', name)
            self._tell("Warning", "Failed", "Error: ImagePullBackOff", name)
            yield pause
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)

    def _run_to_the_end(self) -> Course:
        since = pod_status.now()
        self._report("Running", running(since), ready=True)
        if self.image.migration is Migration.HANGS:
            return
        yield self.kubelets.pace.migration
        code = 1 if self.image.migration is Migration.FAILS else 0
        self._report("Failed" if code else "Succeeded", terminated(code, since))

    def _serve(self) -> Course:
        pause = _CRASH_SECONDS
        while True:
            since, began, was_ready = pod_status.now(), time.monotonic(), False
            self._report("Running", running(since))
            yield self.kubelets.pace.start
            crash = self.image.crashes_after_seconds
            while crash is None or time.monotonic() - began < self.kubelets.pace.start + crash:
                is_ready = self.image.becomes_ready and not self.kubelets.vault.refuses(self.holds)
                if is_ready != was_ready or self.must_report:
                    self.must_report = False
                    self._report("Running", running(since), ready=is_ready)
                if not is_ready:
                    message = "Readiness probe failed: HTTP probe failed with statuscode: 503"
                    self._tell("Warning", "Unhealthy", message, self.main["name"])
                was_ready = is_ready
                yield _PROBE_SECONDS
            self.last, self.restarts = terminated(1, since), self.restarts + 1
            name = self.pod["metadata"]["name"]
            message = (
                f"back-off {round(pause)}s restarting failed container={self.main['name']} "
                f"pod={name}_{self.pod['metadata']['namespace']}({self.pod['metadata']['uid']})"
            )
            self._report("Running", waiting("CrashLoopBackOff", message))
            self._tell("Warning", "BackOff", f"Back-off restarting failed container {self.main['name']} in pod {name}")
            yield pause
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)

    def _variables(self) -> str:
        """Reads what the variables name. Why that cannot be done, in a kubelet's words; empty when all is there."""
        namespace, found = self.pod["metadata"]["namespace"], dict[str, JsonObject | None]()
        for variable in self.main.get("env") or []:
            for key, plural in (("secretKeyRef", "secrets"), ("configMapKeyRef", "configmaps")):
                wanted = (variable.get("valueFrom") or {}).get(key)
                if not wanted or wanted.get("optional"):
                    continue
                path = at("v1", plural, namespace, wanted["name"])
                if path not in found:
                    found[path] = self.kubelets.api.get(path)
                held = found[path]
                if held is None:
                    return f'{plural[:-1]} "{wanted["name"]}" not found'
                if wanted["key"] not in (held.get("data") or {}):
                    kind = "Secret" if key == "secretKeyRef" else "ConfigMap"
                    return f"couldn't find key {wanted['key']} in {kind} {namespace}/{wanted['name']}"
                if key == "secretKeyRef":
                    self.holds.add(str(held["data"][wanted["key"]]))
        return ""

    def _path(self, part: str = "") -> str:
        metadata = self.pod["metadata"]
        return at("v1", "pods", metadata["namespace"], metadata["name"], part)

    def _report(self, phase: str, state: JsonObject, *, ready: bool = False) -> None:
        main = container(self.main, state, ready=ready, restarts=self.restarts, last=self.last)
        others = [
            container(one, state, ready=ready, restarts=self.restarts) for one in self.pod["spec"]["containers"][1:]
        ]
        self._status = pod_status.status(
            self.pod, phase, [main, *others], ready=ready, address=self.address, before=self._status
        )
        try:
            self.kubelets.api.merge(self._path("status"), {"status": self._status}, "kubelet")
        except RefusedError as refused:
            if refused.status != _NOT_FOUND:
                raise

    def _tell(self, kind: str, reason: str, message: str, container_name: str = "") -> None:
        """Sends an event; one that was sent before is counted up, as a kubelet does."""
        path = at("v1", "events", self.pod["metadata"]["namespace"])
        key = f"{reason} {message}"
        sent = pod_status.event(self.pod, kind, reason, message, container_name)
        try:
            if name := self._said.get(key):
                old = self.kubelets.api.get(f"{path}/{name}") or sent
                again = {"count": old["count"] + 1, "lastTimestamp": sent["lastTimestamp"]}
                self.kubelets.api.merge(f"{path}/{name}", again, "kubelet")
            else:
                self._said[key] = self.kubelets.api.create(path, sent)["metadata"]["name"]
        except RefusedError:
            self._said.pop(key, None)


_PAUSE_SECONDS: Final = 0.2
_RETRY_SECONDS: Final = 2.0
"""Between two tries of a mount or of the variables; a kubelet's own pause grows from half a second to two minutes."""
_PROBE_SECONDS: Final = 1.0
_LOST_SECONDS: Final = 0.5
_PULL_SECONDS: Final = 10.0
_CRASH_SECONDS: Final = 10.0
_LONGEST_PAUSE_SECONDS: Final = 300.0
_NOT_FOUND: Final = 404
