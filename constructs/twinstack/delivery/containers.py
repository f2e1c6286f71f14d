"""Why a container of a pod does not run: its image, its configuration, its end, its probes."""

from __future__ import annotations

import math
import signal
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from twinstack.delivery.finding import Finding, plain, said
from twinstack.delivery.images import pull_failure
from twinstack.delivery.manifest import JsonObject
from twinstack.delivery.reasons import (
    AT_ONCE,
    CONFIGURATION_SECONDS,
    READINESS_SECONDS,
    START_SECONDS,
    Reason,
)


@dataclass(frozen=True, slots=True)
class ContainerView:
    """One container of a pod: what is wanted, how it stands, and what was told of it."""

    pod: JsonObject
    spec: Mapping[str, Any]
    status: Mapping[str, Any]
    events: Sequence[JsonObject]
    """Of the pod, the latest last."""
    is_initial: bool
    key: str = ""
    """The workload's name in the environment, for fixes: `backend`; empty where it bears none."""

    @property
    def name(self) -> str:
        """The container's."""
        return str(self.spec["name"])

    @property
    def title(self) -> str:
        """`the init container application-role`, `the container backend`."""
        return f"the {'init ' if self.is_initial else ''}container {self.name}"

    @property
    def waiting(self) -> Mapping[str, Any]:
        """Why it waits; empty where it does not."""
        return (self.status.get("state") or {}).get("waiting") or {}

    @property
    def is_running(self) -> bool:
        """Whether it runs at this moment."""
        return "running" in (self.status.get("state") or {})

    @property
    def last_end(self) -> Mapping[str, Any]:
        """How it ended last; empty where it never did."""
        now = (self.status.get("state") or {}).get("terminated")
        return now or (self.status.get("lastState") or {}).get("terminated") or {}

    @property
    def ends(self) -> int:
        """How often it has ended. A restart follows each end but the last, which kubelet may still hold back."""
        return int(self.status.get("restartCount") or 0) + bool(not self.is_running and self.last_end)

    def told(self, *reasons: str) -> list[JsonObject]:
        """The events about this container, or about the pod where they name none, the latest last."""
        return [
            one
            for one in self.events
            if one.get("reason") in reasons
            and (one["involvedObject"].get("fieldPath") or f"{{{self.name}}}").endswith(f"{{{self.name}}}")
        ]

    def setting(self, name: str) -> str:
        """The name of a setting of its workload, `backend.resources.limits.memory`."""
        return f"{self.key}.{name}" if self.key else name


def container_views(pod: JsonObject, events: Sequence[JsonObject], key: str = "") -> Iterator[ContainerView]:
    """Its containers that kubelet knows already, in the order in which they start."""
    status = pod.get("status") or {}
    for kind, statuses in (("initContainers", "initContainerStatuses"), ("containers", "containerStatuses")):
        known = {one["name"]: one for one in status.get(statuses) or []}
        for spec in pod["spec"].get(kind) or []:
            if spec["name"] in known:
                yield ContainerView(pod, spec, known[spec["name"]], events, kind == "initContainers", key)


def container_finding(view: ContainerView, *, restarts: bool) -> Finding | None:
    """What is wrong with this container. Without `restarts` (a Job's) its end is for the Job to judge."""
    reason = str(view.waiting.get("reason") or "")
    if reason in _PULLING:
        return _image(view, reason)
    if reason == "CreateContainerConfigError":
        return _configuration(view)
    if reason in _STARTING:
        return _start(view, reason)
    if reason == "CrashLoopBackOff" or view.ends:
        return _end(view, restarts=restarts)
    return None


def probe_finding(view: ContainerView) -> Finding | None:
    """Which probe of a container that runs is not content, and what it was answered."""
    if not view.is_running or (view.status.get("ready") and view.status.get("started", True)):
        return None
    events = view.told("Unhealthy")
    if not events:
        return None
    kind = next((one for one in _PROBES if str(events[-1].get("message", "")).startswith(one)), "")
    if not kind or (kind == "Startup probe" and view.status.get("started")):  # the latter was before it had started
        return None
    answer = str(events[-1]["message"]).partition(": ")[2]
    return _probe(view, kind, answer, events[-1], max(READINESS_SECONDS, 2 * _probe_seconds(view)))


def _image(view: ContainerView, reason: str) -> Finding:
    failed = [one for one in view.told("Failed", "InspectFailed") if "pull image" in str(one.get("message", ""))]
    event = failed[-1] if failed else None
    message = str(view.waiting.get("message") or "")
    # A back-off says nothing in itself before Kubernetes 1.31: the event does.
    text = f"{message} {event.get('message', '') if event else ''}"
    way = pull_failure(reason, text)
    return Finding(
        Reason.IMAGE,
        f"the image {view.spec.get('image', '')} {way.words}",
        way.fix,
        way.patience_seconds,
        view.pod["metadata"]["name"],
        view.name,
        event=said(event) if event else plain(f"{reason}: {message}"),
    )


def _configuration(view: ContainerView) -> Finding:
    message = str(view.waiting.get("message") or "")
    if "runAsNonRoot" in message or "non-numeric user" in message:
        fix = "let the image name a numeric user other than root (USER 1000)"
        reason = Reason.START
    else:
        fix = f"make what is missing, or take it out of {view.setting('uses')}; then deploy again"
        reason = Reason.CONFIGURATION
    return Finding(
        reason,
        f"{view.title} lacks what it reads: {plain(message)}"
        if reason is Reason.CONFIGURATION
        else f"{view.title} cannot be started: {plain(message)}",
        fix,
        CONFIGURATION_SECONDS,
        view.pod["metadata"]["name"],
        view.name,
        event=plain(f"CreateContainerConfigError: {message}"),
    )


def _start(view: ContainerView, reason: str) -> Finding:
    message = str(view.waiting.get("message") or view.last_end.get("message") or "")
    return Finding(
        Reason.START,
        f"{view.title} cannot be started: {plain(message)}",
        f"correct {view.setting('command')}, or what the image holds",
        START_SECONDS,
        view.pod["metadata"]["name"],
        view.name,
        event=plain(f"{reason}: {message}"),
    )


def _end(view: ContainerView, *, restarts: bool) -> Finding | None:
    """Twice the same end is a crash loop; one restart is none, nor is a container that runs again after two.

    A container that should end (an init container, a Job's) has failed only where it did so with an error.
    """
    end = view.last_end
    code = int(end.get("exitCode") or 0)
    if (code == 0 and (view.is_initial or not restarts)) or (view.is_running and view.ends < _ENDS_OF_A_LOOP):
        return None
    if restarts and view.ends < _ENDS_OF_A_FAILURE:
        return None
    patience = AT_ONCE if restarts else math.inf
    times = f", {view.ends} times" if view.ends > 1 else ""
    pod = view.pod["metadata"]["name"]
    if str(end.get("reason")) == "StartError":
        message = f"{view.title} cannot be started: {plain(str(end.get('message') or ''))}"
        return Finding(Reason.START, message, f"correct {view.setting('command')}", patience, pod, view.name)
    killed = [one for one in view.told("Killing") if "probe" in str(one.get("message", ""))]
    unhealthy = view.told("Unhealthy")
    if killed and unhealthy:
        kind = next((one for one in _PROBES if one.split()[0].lower() in str(killed[-1]["message"])), _PROBES[0])
        asked = [one for one in unhealthy if str(one.get("message", "")).startswith(kind)] or unhealthy
        answer = str(asked[-1]["message"]).partition(": ")[2]
        return _probe(view, kind, answer, asked[-1], patience, previous=True)
    limit = ((view.spec.get("resources") or {}).get("limits") or {}).get("memory", "")
    if str(end.get("reason")) == "OOMKilled":
        reason = Reason.MEMORY
        words = f"{view.title} took more memory than its limit{f' of {limit}' if limit else ''} and was ended{times}"
        fix = f"raise {view.setting('resources.limits.memory')}, or let it take less"
    elif code == 0:
        reason, words = Reason.CRASH, f"{view.title} ends by itself, with exit code 0{times}: it should go on"
        fix = f"let {view.setting('command')} stay in the foreground"
    else:
        reason, words = Reason.CRASH, f"{view.title} ended with exit code {code}{_named(code)}{times}"
        fix = "its last lines say why; mend it and deploy again"
    return Finding(
        reason,
        words,
        fix,
        patience,
        pod,
        view.name,
        previous="terminated" not in (view.status.get("state") or {}),
        last_words=str(end.get("message") or ""),
        event=next((said(one) for one in reversed(view.told("BackOff"))), ""),
    )


def _probe(
    view: ContainerView, kind: str, answer: str, event: JsonObject, patience: float, *, previous: bool = False
) -> Finding:
    field = {"Readiness": "readinessProbe", "Liveness": "livenessProbe", "Startup": "startupProbe"}[kind.split()[0]]
    path = ((view.spec.get(field) or {}).get("httpGet") or {}).get("path", "")
    asked = f" ({path})" if path else ""
    return Finding(
        Reason.PROBE,
        f"{view.title} does not pass its {kind.split()[0].lower()} probe{asked}: {plain(answer)}",
        "look at what it needs before it can answer (database, cache, secrets) and at its last lines",
        patience,
        view.pod["metadata"]["name"],
        view.name,
        previous=previous,
        event=said(event),
        part=field,
    )


def _probe_seconds(view: ContainerView) -> float:
    """What its probes allow by their own numbers; the API's defaults are 10 s and three failures. A container that has
    started needs what its startup probe allows no more.
    """
    probes = [view.spec.get("readinessProbe")]
    if not view.status.get("started"):
        probes.append(view.spec.get("startupProbe"))
    return sum(
        float(probe.get("initialDelaySeconds") or 0)
        + float(probe.get("periodSeconds") or 10) * float(probe.get("failureThreshold") or 3)
        for probe in probes
        if probe
    )


def _named(code: int) -> str:
    """Over 128 it is the number of the signal that ended it, as shells count."""
    try:
        return f" ({signal.Signals(code - _SIGNALS).name})" if code > _SIGNALS else ""
    except ValueError:
        return ""


_ENDS_OF_A_FAILURE: Final = 2
_ENDS_OF_A_LOOP: Final = 3
"""A container that ended twice and runs: it may have waited for something that is there by now."""
_SIGNALS: Final = 128
_PROBES: Final = ("Readiness probe", "Liveness probe", "Startup probe")
# pkg/kubelet/images/types.go
_PULLING: Final = frozenset(
    {
        "ErrImagePull",
        "ImagePullBackOff",
        "InvalidImageName",
        "ErrImageNeverPull",
        "ImageInspectError",
        "RegistryUnavailable",
        "SignatureValidationFailed",
    }
)
# pkg/kubelet/kuberuntime/kuberuntime_container.go and pkg/kubelet/container/sync_result.go
_STARTING: Final = frozenset({"CreateContainerError", "RunContainerError", "PreCreateHookError", "PreStartHookError"})
