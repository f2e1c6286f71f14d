"""What a kubelet writes of a pod: the status of the pod and of its containers, and its events.

Field by field as kubelets of 1.30 and later write them. Sources: Kubernetes documentation, "Pod Lifecycle" and
"Images"; kubelet source, `status/generate.go` and `kuberuntime/kuberuntime_manager.go`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from success_metrics.api import JsonObject


def now() -> str:
    """The moment, in whole seconds, as Kubernetes writes it."""
    return datetime.now(tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def waiting(reason: str, message: str = "") -> JsonObject:
    """The state of a container that does not run."""
    return {"waiting": {"reason": reason, **({"message": message} if message else {})}}


def running(since: str) -> JsonObject:
    """The state of a container that runs."""
    return {"running": {"startedAt": since}}


def terminated(code: int, since: str) -> JsonObject:
    """The state of a container that ended."""
    return {
        "terminated": {
            "exitCode": code, "reason": "Error" if code else "Completed", "startedAt": since, "finishedAt": now()
        }
    }  # fmt: skip


def container(
    spec: Mapping[str, Any], state: JsonObject, *, ready: bool, restarts: int = 0, last: JsonObject | None = None
) -> JsonObject:
    """The status of one container."""
    return {
        "name": spec["name"],
        "image": spec["image"],
        "imageID": "",
        "ready": ready,
        "started": "running" in state,
        "restartCount": restarts,
        "state": state,
        "lastState": last or {},
    }


def status(
    pod: JsonObject, phase: str, containers: Sequence[JsonObject], *, ready: bool, address: str, before: JsonObject
) -> JsonObject:
    """The status of a pod; a condition keeps its time while its state is the one `before`.

    The init containers have run to their end as soon as anything but `ContainerCreating` is said of the others: they are
    of other images, and read nothing that could be missing.
    """
    is_created = not any(_reason(one) == "ContainerCreating" for one in containers)
    reason = {"Succeeded": "PodCompleted", "Failed": "PodFailed"}.get(phase, "" if ready else "ContainersNotReady")
    wanted = {
        "PodReadyToStartContainers": (True, ""),
        "Initialized": (is_created, "" if is_created else "ContainersNotInitialized"),
        "Ready": (ready, reason),
        "ContainersReady": (ready, reason),
        "PodScheduled": (True, ""),
        # The load balancer's controller sets it in a real cluster.
        **{gate["conditionType"]: (True, "") for gate in pod["spec"].get("readinessGates") or []},
    }
    old = {one["type"]: one for one in before.get("conditions") or []}
    conditions = []
    for kind, (is_true, why) in wanted.items():
        said = "True" if is_true else "False"
        kept = old.get(kind, {})
        since = kept["lastTransitionTime"] if kept.get("status") == said else now()
        conditions.append(
            {"type": kind, "status": said, "lastTransitionTime": since, **({"reason": why} if why else {})}
        )
    specs = pod["spec"].get("initContainers") or []
    state = terminated(0, now()) if is_created else waiting("PodInitializing")
    init = [container(one, state, ready=is_created) for one in specs]
    if specs and not is_created:
        containers = [{**one, "state": waiting("PodInitializing")} for one in containers]
    return {
        "phase": phase,
        "conditions": conditions,
        "hostIP": "127.0.0.1",
        "podIP": address,
        "podIPs": [{"ip": address}],
        "startTime": before.get("startTime") or now(),
        "containerStatuses": list(containers),
        **({"initContainerStatuses": init} if init else {}),
    }


def _reason(status_of_container: JsonObject) -> str:
    return str(status_of_container["state"].get("waiting", {}).get("reason", ""))


def event(pod: JsonObject, kind: str, reason: str, message: str, container_name: str = "") -> JsonObject:
    """An event about a pod, as a kubelet sends it."""
    metadata, moment = pod["metadata"], now()
    path = {"fieldPath": f"spec.containers{{{container_name}}}"} if container_name else {}
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"generateName": f"{metadata['name']}.", "namespace": metadata["namespace"]},
        "involvedObject": {
            "kind": "Pod", "apiVersion": "v1", "namespace": metadata["namespace"], "name": metadata["name"],
            "uid": metadata["uid"], **path,
        },
        "type": kind, "reason": reason, "message": message, "count": 1, "firstTimestamp": moment, "lastTimestamp": moment,
        "source": {"component": "kubelet", "host": pod["spec"].get("nodeName", "")},
        "reportingComponent": "kubelet", "reportingInstance": pod["spec"].get("nodeName", ""),
    }  # fmt: skip
