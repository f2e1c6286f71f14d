"""Watches a run: how many pods of each workload are ready, and which new logins are refused, over time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from tests.rotation.cluster import Cluster
from tests.rotation.containers import Container, Programs
from tests.rotation.kubelet import Kubelets
from twinstack.api_server.answer import JsonObject


@dataclass(frozen=True)
class Sample:
    """One look at the pods: seconds of the product since the run began, and for each workload what is ready of what."""

    at: float
    ready: Mapping[str, int]
    promised: Mapping[str, int]
    """The least that the Deployment promises; while a pod is drained or restarted, one fewer."""


@dataclass(frozen=True)
class Refusal:
    """A new login that was refused to a container that served."""

    at: float
    workload: str
    reason: str


@dataclass
class Record:
    """What was seen in a run. Times are in seconds of the product."""

    samples: list[Sample] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    logins: int = 0
    """How often a container that served opened a new connection to everything it has a URL of."""
    tokens: int = 0
    """How often a token that was signed in this run was shown to a container that served."""
    tokens_refused: int = 0
    marks: list[tuple[float, str]] = field(default_factory=list)
    """The steps of the run, each with the time it began at."""

    def least_ready(self, workload: str) -> int:
        """The fewest pods that were ready at any moment."""
        return min(sample.ready.get(workload, 0) for sample in self.samples)

    def broken_promises(self) -> dict[str, int]:
        """The workloads that had fewer pods ready than promised, with the fewest."""
        broken = {
            name for one in self.samples for name, least in one.promised.items() if one.ready.get(name, 0) < least
        }
        return {name: self.least_ready(name) for name in sorted(broken)}

    def seconds_without(self, workload: str) -> float:
        """For how long no pod was ready."""
        return self._seconds(lambda sample: sample.ready.get(workload, 0) == 0)

    def seconds_below(self, workload: str) -> float:
        """For how long fewer pods were ready than promised."""
        return self._seconds(lambda one: one.ready.get(workload, 0) < one.promised.get(workload, 0))

    def _seconds(self, condition: Callable[[Sample], bool]) -> float:
        following = zip(self.samples, self.samples[1:], strict=False)
        return sum(later.at - one.at for one, later in following if condition(one))


class Sampler:
    """Looks at pods and logins until it is stopped."""

    def __init__(
        self, cluster: Cluster, namespace: str, kubelets: Kubelets, programs: Programs, *, product_seconds: Callable[[float], float]
    ) -> None:  # fmt: skip
        """`product_seconds` turns seconds of this machine into the product's."""
        self.cluster, self.namespace, self.kubelets, self.programs = cluster, namespace, kubelets, programs
        self.record = Record()
        self.draining = threading.Event()
        """Set while a pod is drained or restarted: then one fewer is promised."""
        self._product_seconds = product_seconds
        self._began = time.monotonic()
        self._signed: set[str] = set()
        self._stopped = threading.Event()
        self._threads = [threading.Thread(target=work, daemon=True) for work in (self._look, self._log_in)]

    def start(self) -> None:
        """Begins to look; the steps before were on another clock."""
        self._began = time.monotonic()
        self.record.marks.clear()
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Ends looking."""
        self._stopped.set()
        for thread in self._threads:
            thread.join()

    def mark(self, step: str) -> None:
        """A step of the run begins."""
        self.record.marks.append((self._now(), step))

    def _now(self) -> float:
        return self._product_seconds(time.monotonic() - self._began)

    def _look(self) -> None:
        was_draining = False
        while not self._stopped.wait(_LOOK_SECONDS):
            pods, deployments = self.cluster.pods(self.namespace), self.cluster.deployments(self.namespace)
            ready = {name: 0 for one in deployments if (name := one["metadata"]["name"])}
            for pod in pods:
                name = (pod["metadata"].get("labels") or {}).get("app", "")
                if name in ready and is_ready(pod):
                    ready[name] += 1
            fewer = int(self.draining.is_set() or was_draining)
            was_draining = self.draining.is_set()
            promised = {one["metadata"]["name"]: max(_promised(one) - fewer, 0) for one in deployments}
            self.record.samples.append(Sample(self._now(), ready, promised))

    def _log_in(self) -> None:
        while not self._stopped.wait(_LOGIN_SECONDS):
            running = self.kubelets.running()
            for container in running:
                refused = list(self.programs.refusals(container))
                self.record.logins += 1
                self.record.refusals += [Refusal(self._now(), container.workload, reason) for reason in refused]
            self._show_tokens([one for one in running if "httpGet" in (one.spec.get("readinessProbe") or {})])

    def _show_tokens(self, running: list[Container]) -> None:
        """Each token that was signed since the run began is shown to each container that serves."""
        holders = [one for one in running if one.accepts]
        self._signed |= {one.signs_with for one in holders}
        for one in holders:
            unknown = len(self._signed - one.accepts)
            self.record.tokens += len(self._signed)
            self.record.tokens_refused += unknown


def is_ready(pod: JsonObject) -> bool:
    """Whether a pod takes requests: Ready, and not ending."""
    conditions = {one["type"]: one["status"] for one in pod["status"].get("conditions") or []}
    return conditions.get("Ready") == "True" and not pod["metadata"].get("deletionTimestamp")


def _promised(deployment: JsonObject) -> int:
    """What a Deployment promises of itself: all replicas, none where it ends its pod before it makes the next."""
    spec = deployment["spec"]
    return 0 if spec["strategy"]["type"] == "Recreate" else int(spec.get("replicas", 1))


_LOOK_SECONDS: Final = 0.3
_LOGIN_SECONDS: Final = 0.8
