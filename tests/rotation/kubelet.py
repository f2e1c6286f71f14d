"""Simulated kubelets: the life of each pod on a node, from its volumes to its end, against real servers.

Nodes are kwok's; this plays what runs on them. One thread is one pod. Kept, from the Kubernetes documentation ("Pod
Lifecycle", "Configure Liveness, Readiness and Startup Probes", "Container Lifecycle Hooks"; read on 2026-11-28):

- no container starts before all volumes are mounted: a class, Secret or ConfigMap that is missing leaves the pod in
  ContainerCreating, and the mount is tried again;
- a variable whose Secret, ConfigMap or key is missing is CreateContainerConfigError, and is tried again; a variable that
  was read stays as it was until its container starts anew, and a container that restarts mounts nothing anew;
- init containers run one after the other to their end; without restarts (`restartPolicy: Never`) one that fails is
  the end of the pod;
- readiness: the first check after `initialDelaySeconds`, then one each `periodSeconds`; `failureThreshold` failures in
  a row take the pod out, one success brings it back;
- a pod that is deleted runs its `preStop` pause, and its containers serve until that is over.

Not played: liveness probes (nothing here makes a process hang), image pulls, sidecars.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from tests.rotation.cluster import Cluster
from tests.rotation.containers import ConfigError, Container, Programs, variables
from tests.rotation.secrets_driver import MountError, SecretsDriver, mounted_classes
from twinstack.api_server.answer import JsonObject


class Kubelets:
    """The kubelets of all nodes, for the pods of one namespace."""

    def __init__(
        self,
        cluster: Cluster,
        namespace: str,
        driver: SecretsDriver,
        programs: Programs,
        folder: Path,
        *,
        seconds: Callable[[float], float],
    ) -> None:
        """`seconds` says how long so many seconds of the product last here."""
        self.cluster, self.namespace, self.driver, self.programs = cluster, namespace, driver, programs
        self.folder, self.seconds = folder, seconds
        self._lives: dict[str, _Life] = {}
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="kubelets", daemon=True)

    def start(self) -> None:
        """Begins to look after pods."""
        self._thread.start()

    def stop(self) -> None:
        """Leaves all pods as they are."""
        self._stopped.set()
        self._thread.join()
        for life in self._all():
            life.stop()
        for life in self._all():
            life.join()

    def running(self) -> list[Container]:
        """The containers that run and serve, those of pods that are ending included."""
        return [container for life in self._all() if (container := life.container)]

    def troubles(self) -> dict[str, str]:
        """Why each pod that could not start, or not again, does not: by its name."""
        return {life.name: life.trouble for life in self._all() if life.trouble}

    def restart(self, pod: str) -> None:
        """The container of this pod ends and is started anew in the same pod."""
        for life in self._all():
            if life.name == pod:
                life.restart()

    def _all(self) -> list[_Life]:
        with self._lock:
            return list(self._lives.values())

    def _watch(self) -> None:
        while not self._stopped.wait(_LOOK_SECONDS):
            self._look(self.cluster.pods(self.namespace))

    def _look(self, pods: list[JsonObject]) -> None:
        present = {pod["metadata"]["uid"] for pod in pods}
        with self._lock:
            for pod in pods:
                uid = pod["metadata"]["uid"]
                life = self._lives.get(uid)
                if pod["metadata"].get("deletionTimestamp"):
                    if life:
                        life.end()
                    else:
                        self.cluster.remove_pod(pod)
                elif life is None and pod["spec"].get("nodeName"):
                    self._lives[uid] = _Life(self, pod)
                    self._lives[uid].start()
            for uid in [uid for uid in self._lives if uid not in present]:
                self._lives.pop(uid).stop()


class _EndedError(Exception):
    """The pod is to end, whatever it was about."""


class _Life(threading.Thread):
    """The life of one pod."""

    def __init__(self, kubelets: Kubelets, pod: JsonObject) -> None:
        super().__init__(name=pod["metadata"]["name"], daemon=True)
        self.kubelets, self.pod = kubelets, pod
        self.folder = kubelets.folder / pod["metadata"]["uid"]
        self.container: Container | None = None
        self.trouble = ""
        self._ending = threading.Event()
        self._stopped = threading.Event()
        self._restarting = threading.Event()
        self._restarts = 0

    def end(self) -> None:
        """The pod was deleted."""
        self._ending.set()

    def stop(self) -> None:
        """Nothing is done any more, and nothing reported."""
        self._stopped.set()
        self._ending.set()

    def restart(self) -> None:
        """Its container ends."""
        self._restarting.set()

    def run(self) -> None:
        try:
            self._live()
            self._ending.wait()
        except _EndedError:
            pass
        if not self._stopped.is_set():
            self._finish()
        self.container = None
        self.kubelets.driver.unpublish(self.pod)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _live(self) -> None:
        spec = self.pod["spec"]
        self._report("Pending", {"waiting": {"reason": "ContainerCreating"}})
        self._until_it_works(self._mount, (MountError, ConfigError), "ContainerCreating")
        for one in spec.get("initContainers") or []:
            if not self._ends_well(one):
                return
        (main,) = spec["containers"]
        if spec.get("restartPolicy") == "Never":
            if self._ends_well(main):
                self._report("Succeeded", {"terminated": {"exitCode": 0, "reason": "Completed"}})
            return
        while True:
            self._restarting.clear()
            self.container = self._start(main)
            self._serve(main)
            self.container = None
            self._restarts += 1
            self._report("Running", {"waiting": {"reason": "ContainerCreating"}})

    def _mount(self) -> None:
        namespace = self.kubelets.namespace
        for name, wanted in mounted_classes(self.pod).items():
            self.kubelets.driver.publish(self.pod, wanted, self.folder / name)
        for volume in self.pod["spec"].get("volumes") or []:
            folder = self.folder / volume["name"]
            folder.mkdir(parents=True, exist_ok=True)
            for kind, source, key in (("ConfigMap", "configMap", "name"), ("Secret", "secret", "secretName")):
                if source not in volume:
                    continue
                found = self.kubelets.cluster.get("v1", kind, volume[source][key], namespace)
                if found is None and not volume[source].get("optional"):
                    raise MountError(f'{kind.lower()} "{volume[source][key]}" not found')
                if kind == "ConfigMap":
                    for file, text in ((found or {}).get("data") or {}).items():
                        (folder / file).write_text(text, encoding="utf-8")

    def _start(self, spec: JsonObject) -> Container:
        found: dict[str, str] = {}

        def resolve() -> None:
            found.update(variables(self.kubelets.cluster, self.kubelets.namespace, spec))

        self._until_it_works(resolve, (ConfigError,), "CreateContainerConfigError")
        mounts = {one["mountPath"]: self.folder / one["name"] for one in spec.get("volumeMounts") or []}
        labels = self.pod["metadata"].get("labels") or {}
        return Container(self.name, labels.get("app", ""), spec, found, mounts)

    def _ends_well(self, spec: JsonObject) -> bool:
        """Runs a container to its end; a failure is reported as the pod's."""
        container = self._start(spec)
        status = self.kubelets.programs.run(container)
        if status:
            self.trouble = f"{spec['name']} ended with status {status}: {self.kubelets.programs.last_output.strip()}"
            self._report("Failed", {"terminated": {"exitCode": status, "reason": "Error"}})
        return status == 0

    def _serve(self, spec: JsonObject) -> None:
        """Checks readiness until the container is to start anew."""
        container = self.container
        assert container
        probe = spec.get("readinessProbe") or {}
        self._report("Running", {"running": {"startedAt": _now()}})
        if self._paused(max(BOOT_SECONDS, probe.get("initialDelaySeconds", 0))):
            return
        failures, was_ready = 0, False
        while True:
            failures = 0 if self.kubelets.programs.is_ready(container) else failures + 1
            is_ready = failures == 0 or (was_ready and failures < probe.get("failureThreshold", 3))
            if is_ready != was_ready:
                self._report("Running", {"running": {"startedAt": _now()}}, ready=is_ready)
            was_ready = is_ready
            if self._paused(probe.get("periodSeconds", 10)):
                return

    def _finish(self) -> None:
        """The pause before the end, in which the container serves on; then a moment to drain."""
        if self.container:
            hook = (self.container.spec.get("lifecycle") or {}).get("preStop") or {}
            pause = (hook.get("sleep") or {}).get("seconds", 0)
            if self._stopped.wait(self.kubelets.seconds(pause + DRAIN_SECONDS)):
                return
        self.container = None
        self.kubelets.cluster.remove_pod(self.pod)

    def _until_it_works(self, work: Callable[[], None], errors: tuple[type[Exception], ...], reason: str) -> None:
        while True:
            try:
                work()
            except errors as error:
                if str(error) != self.trouble:
                    self.trouble = str(error)
                    phase = "Running" if self._restarts else "Pending"
                    self._report(phase, {"waiting": {"reason": reason, "message": str(error)}})
                self._paused(RETRY_SECONDS)
                self._restarting.clear()
            else:
                self.trouble = ""
                return

    def _paused(self, seconds: float) -> bool:
        """Waits. True where the container is to start anew meanwhile; raises _EndedError where the pod is to end."""
        end = self.kubelets.seconds(seconds)
        while end > 0 and not self._restarting.is_set() and not self._ending.is_set():
            step = min(end, _STEP_SECONDS)
            self._ending.wait(step)
            end -= step
        if self._ending.is_set():
            raise _EndedError
        return self._restarting.is_set()

    def _report(self, phase: str, state: Mapping[str, Any], *, ready: bool = False) -> None:
        if self._stopped.is_set():
            return
        spec, now = self.pod["spec"], _now()
        said = "True" if ready else "False"
        conditions = [
            {"type": kind, "status": said, "lastTransitionTime": now} for kind in ("ContainersReady", "Ready")
        ]
        kept = {"type": "PodScheduled", "status": "True", "lastTransitionTime": now}
        gates = [
            {"type": gate["conditionType"], "status": "True", "lastTransitionTime": now}
            for gate in spec.get("readinessGates") or []
        ]
        main = spec["containers"][0]
        container = {
            "name": main["name"], "image": main["image"], "imageID": "", "ready": ready, "started": "running" in state,
            "restartCount": self._restarts, "state": state,
        }  # fmt: skip
        status = {"phase": phase, "conditions": [kept, *conditions, *gates], "containerStatuses": [container]}
        self.kubelets.cluster.set_status(self.pod, status)


def _now() -> str:
    return datetime.now(tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


BOOT_SECONDS: Final = 4.0
"""From the start of a container to its first answer, in the product's seconds."""
DRAIN_SECONDS: Final = 2.0
"""From TERM to the end of a process, in the product's seconds."""
RETRY_SECONDS: Final = 5.0
"""Between two tries of what failed, in the product's seconds: kubelet's own pause grows from half a second to two minutes."""
_LOOK_SECONDS: Final = 0.25
_STEP_SECONDS: Final = 0.25
