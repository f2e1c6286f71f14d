"""Waits until every workload runs, and says why one does not: quota, Pod Security, no node that fits, no start."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from twinstack.api_server import ApiServer
from twinstack.api_server.answer import JsonObject
from twinstack.errors import Problem
from twinstack.rehearsal.kubernetes.application import advice, plain
from twinstack.rehearsal.kubernetes.inventory import Applied, Inventory, pod_templates, value


@dataclass(frozen=True, slots=True)
class WorkloadResult:
    """How the rollout of one workload ended."""

    title: str
    ready: bool
    pods: int
    seconds: float
    """From the end of applying to the moment it was ready, or to the moment nobody waited any longer."""


class Rollout:
    """The workloads that are waited for: Deployments, StatefulSets, DaemonSets, Jobs and single pods."""

    def __init__(self, api: ApiServer, inventory: Inventory, progress: Callable[[str], None]) -> None:
        self._api = api
        self._progress = progress
        self._workloads = started(inventory)
        self._least = {
            (one.spec["scaleTargetRef"]["kind"], one.namespace, one.spec["scaleTargetRef"]["name"]): int(
                one.spec.get("minReplicas") or 1
            )
            for one in inventory.of("HorizontalPodAutoscaler")
        }

    def wait(self, timeout_seconds: float) -> tuple[list[WorkloadResult], list[Problem]]:
        """Waits until all are ready; gives up at the timeout, or once nothing moves and every reason is known."""
        began = moved = time.monotonic()
        ready: dict[int, WorkloadResult] = {}
        seen: object = None
        while True:
            live = [self._live(one) for one in self._workloads]
            now = time.monotonic()
            for index, workload in enumerate(self._workloads):
                if index not in ready and self._is_finished(workload, live[index]):
                    pods = _pod_count(live[index])
                    ready[index] = WorkloadResult(workload.manifest.title, True, pods, now - began)
                    self._progress(f"{workload.manifest.title} is ready after {now - began:.1f} s")
            if len(ready) == len(self._workloads) or now - began > timeout_seconds:
                break
            state = [one.get("status") for one in live]
            if state != seen:
                seen, moved = state, now
            waiting = [one for index, one in enumerate(self._workloads) if index not in ready]
            if now - moved > _QUIET_SECONDS and all(self._obstacles(one) for one in waiting):
                break
            time.sleep(_POLL_SECONDS)
        results, problems = [], []
        for index, workload in enumerate(self._workloads):
            if index in ready:
                results.append(ready[index])
                continue
            results.append(
                WorkloadResult(workload.manifest.title, False, _pod_count(live[index]), time.monotonic() - began)
            )
            problems.append(self._problem(workload, time.monotonic() - began))
        return results, problems

    def _live(self, workload: Applied) -> JsonObject:
        manifest = workload.manifest
        return self._api.get(manifest.api_version, manifest.kind, manifest.name, workload.namespace) or {}

    def _is_finished(self, workload: Applied, live: JsonObject) -> bool:
        # A finished Job that its time to live has removed was complete: one that failed is kept by our own nodes.
        if not live:
            return workload.kind == "Job"
        status = live.get("status") or {}
        if status.get("observedGeneration", 0) < live["metadata"].get("generation", 0) and workload.kind in _OBSERVED:
            return False
        least = self._least.get((workload.kind, workload.namespace, workload.name), 0)
        return _FINISHED[workload.kind](live.get("spec") or {}, status, least)

    def _problem(self, workload: Applied, seconds: float) -> Problem:
        reasons = self._obstacles(workload)
        goal = "complete" if workload.kind == "Job" else "available"
        return workload.problem(
            "TW905",
            f"it was not {goal} after {seconds:.0f} s on simulated nodes",
            given=" | ".join(reasons) or "no reason is known: its pods were made, and did not become ready",
            fix=next((text for text in map(advice, reasons) if text), ""),
        )

    def _obstacles(self, workload: Applied) -> list[str]:
        """Why it does not come up, in the cluster's own words, each reason once."""
        live = self._live(workload)
        found = [
            one["message"]
            for one in value(live, "status", "conditions", otherwise=[])
            if (one["type"], one["status"]) in _BAD_CONDITIONS and one.get("message")
        ]
        family = {value(live, "metadata", "uid", otherwise="")}
        for kind in ("apps/v1/ReplicaSet", "v1/Pod"):
            api_version, _, name = kind.rpartition("/")
            for one in self._api.objects(api_version, name, workload.namespace):
                if any(owner["uid"] in family for owner in one["metadata"].get("ownerReferences") or []):
                    family.add(one["metadata"]["uid"])
        events = self._api.objects("v1", "Event", workload.namespace)
        found += [
            one["message"]
            for one in sorted(events, key=lambda one: str(one.get("lastTimestamp") or one.get("eventTime") or ""))
            if one["involvedObject"].get("uid") in family and one.get("type") == "Warning" and one.get("message")
        ]
        return list({_same(text): plain(text) for text in found}.values())[:_MOST_REASONS]


def started(inventory: Inventory) -> list[Applied]:
    """The workloads whose pods come by themselves: no CronJob's, whose hour has not come, and no suspended Job's."""
    return [one for one in inventory.of(*_FINISHED) if not one.spec.get("suspend")]


def refused_pods(api: ApiServer, owners: Iterable[Applied]) -> Iterator[Problem]:
    """Where no controller makes pods: asks the API server whether it would take them, without keeping any."""
    for owner in owners:
        for template in pod_templates(owner):
            if owner.kind == "Pod":
                continue
            # A controller gives each namespace this account; without one, no pod at all would be admitted.
            account = {"name": "default", "namespace": template.namespace}
            api.apply({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": account})
            metadata = {
                "generateName": f"{owner.name}-",
                "namespace": template.namespace,
                "labels": dict(template.labels),
            }
            answer = api.create(
                {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": template.spec}, dry_run=True
            )
            if answer.refusal:
                yield owner.problem(
                    "TW906",
                    "the API server would refuse its pods",
                    given=plain(answer.refusal),
                    fix=advice(answer.refusal),
                )


def _pod_count(live: Mapping[str, Any]) -> int:
    status = live.get("status") or {}
    return int(status.get("replicas") or status.get("succeeded") or status.get("numberReady") or 0)


def _deployment(spec: Mapping[str, Any], status: Mapping[str, Any], least: int) -> bool:
    wanted = spec.get("replicas", 1)
    counts = {status.get(name, 0) for name in ("replicas", "updatedReplicas", "availableReplicas")}
    return wanted >= least and counts == {wanted} and _condition(status, "Available", otherwise=wanted == 0)


def _stateful_set(spec: Mapping[str, Any], status: Mapping[str, Any], least: int) -> bool:
    wanted = spec.get("replicas", 1)
    return wanted >= least and {status.get(name, 0) for name in ("updatedReplicas", "availableReplicas")} == {wanted}


def _daemon_set(_spec: Mapping[str, Any], status: Mapping[str, Any], _least: int) -> bool:
    wanted = status.get("desiredNumberScheduled", 0)
    return status.get("numberAvailable", 0) == wanted and status.get("updatedNumberScheduled", 0) == wanted


def _job(_spec: Mapping[str, Any], status: Mapping[str, Any], _least: int) -> bool:
    return _condition(status, "Complete")


def _pod(_spec: Mapping[str, Any], status: Mapping[str, Any], _least: int) -> bool:
    return status.get("phase") == "Succeeded" or _condition(status, "Ready")


def _condition(status: Mapping[str, Any], kind: str, *, otherwise: bool = False) -> bool:
    return next((one["status"] == "True" for one in status.get("conditions") or [] if one["type"] == kind), otherwise)


def _same(text: str) -> str:
    # Each pod that a controller tries to make has another name; the reason is the same.
    return _POD_NAME.sub("pods", plain(text))


_FINISHED: Final[Mapping[str, Callable[[Mapping[str, Any], Mapping[str, Any], int], bool]]] = {
    "Deployment": _deployment,
    "StatefulSet": _stateful_set,
    "DaemonSet": _daemon_set,
    "Job": _job,
    "Pod": _pod,
}
_OBSERVED: Final = frozenset({"Deployment", "StatefulSet", "DaemonSet"})
_BAD_CONDITIONS: Final = frozenset(
    {("ReplicaFailure", "True"), ("Progressing", "False"), ("Failed", "True"), ("PodScheduled", "False")}
)
_POD_NAME: Final = re.compile(r'pods "[^"]*"')
_QUIET_SECONDS: Final = 4.0
_POLL_SECONDS: Final = 0.4
_MOST_REASONS: Final = 4
