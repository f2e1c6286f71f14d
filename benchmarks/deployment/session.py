"""One control plane with both tools on it, and one measured run after the other."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.deployment.audit import AuditLog
from benchmarks.deployment.objects import Objects
from benchmarks.deployment.process import Run
from benchmarks.deployment.samples import Sample
from benchmarks.deployment.tools import Tool
from benchmarks.deployment.watching import Watcher
from twinstack.rehearsal.control_plane import ControlPlane
from twinstack.rehearsal.kubernetes.definitions import built_in, install


@dataclass(frozen=True)
class Session:
    """What every step needs."""

    plane: ControlPlane
    watcher: Watcher
    audit: AuditLog
    kubectl_program: Path

    @classmethod
    def on(cls, plane: ControlPlane, watcher: Watcher, kubectl: Path) -> Session:
        """A session on a control plane that keeps an audit log."""
        assert plane.audit_log is not None
        return cls(plane, watcher, AuditLog(plane.audit_log, time.time() - time.monotonic()), kubectl)

    def measured(
        self, tool: Tool, action: Callable[[], Run], compared: Callable[[Run], float], *, namespace: str = ""
    ) -> Sample:
        """Runs a tool, and counts what it asks. With `namespace` it is also looked at how late its end is."""
        self.audit.skip()
        run = action()
        time.sleep(_LOG_SECONDS)
        requests = self.audit.requests(tool.agent, run.began, run.ended)
        ready = self.watcher.last_ready(namespace, run.began) if namespace else run.ended
        # Both write down that it is done, and only then: what else they ask may be one more look at the pods.
        after = [one.received for one in requests if one.received > ready and one.writes]
        return Sample(
            compared=compared(run),
            wall=run.wall,
            cpu=run.cpu,
            memory=run.memory,
            requests=len(requests),
            writes=sum(one.writes for one in requests),
            noticed=min(after, default=run.ended) - ready,
            late=run.ended - ready,
        )

    def overhead(self, run: Run, namespace: str) -> float:
        """The seconds of a run in which no pod of its namespace was waited for."""
        return run.wall - self.watcher.pods_own(namespace, run.began, run.ended)

    def define(self, objects: Objects) -> None:
        """Installs the definitions of the custom resources among these."""
        kinds = {(one["apiVersion"], one["kind"]) for one in objects}
        own = [kind for kind in sorted(kinds) if built_in(*kind)]
        install(self.plane.api, [found for kind in own if (found := built_in(*kind))])
        for kind in own:
            # Whoever asks first may be told to come again in a second, while the server makes room for the kind.
            self.plane.api.objects(*kind)

    def settle(self, namespace: str, objects: Objects) -> None:
        """Waits until the workloads of a namespace are ready in the number that their autoscalers want at least."""
        least = {
            one["spec"]["scaleTargetRef"]["name"]: one["spec"]["minReplicas"]
            for one in objects
            if one["kind"] == "HorizontalPodAutoscaler"
        }
        wanted: Mapping[tuple[str, str], int] = {
            (one["kind"], one["metadata"]["name"]): least.get(one["metadata"]["name"], 1)
            for one in objects
            if one["kind"] in {"Deployment", "Job"}
        }
        self.watcher.settled(namespace, wanted)

    def clear(self, namespace: str, objects: Objects) -> None:
        """Takes a tool's objects away, and what it remembers of them, and waits until they are gone."""
        api = self.plane.api
        for one in objects:
            if one["metadata"].get("namespace") != namespace:
                metadata = one["metadata"]
                api.delete(one["apiVersion"], one["kind"], metadata["name"], metadata.get("namespace", ""))
        for kept in api.objects("v1", "Secret", "default", labels={"owner": "helm", "name": namespace}):
            api.delete("v1", "Secret", kept["metadata"]["name"], "default")
        end = time.monotonic() + _PATIENCE_SECONDS
        while api.get("v1", "Namespace", namespace) is not None:
            if time.monotonic() > end:
                raise TimeoutError(f"the namespace {namespace} is not gone after {_PATIENCE_SECONDS:g} s")
            time.sleep(0.2)
        self.watcher.forget(namespace)

    def kubectl(self, *arguments: str) -> None:
        """What somebody does by hand."""
        command = [self.kubectl_program, f"--kubeconfig={self.plane.kubeconfig}", *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


_LOG_SECONDS: Final = 0.1
_PATIENCE_SECONDS: Final = 300.0
