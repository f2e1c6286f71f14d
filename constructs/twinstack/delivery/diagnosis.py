"""Why an object does not become ready: from its pods, its ReplicaSet and the events, the first cause there is.

Everything here is a pure function of what was seen. How long a cause may last before it is a failure stands with each
(`reasons.py`); whoever waits keeps the time. Sources of the words that are looked for: kubernetes/kubernetes,
`pkg/kubelet/events`, `pkg/kubelet/images`, `pkg/kubelet/kuberuntime`, `pkg/kubelet/prober`, the scheduler's
`FitError`, and the secrets store's driver with its provider for AWS, read in November 2026.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from twinstack.delivery.admission import refusal
from twinstack.delivery.containers import container_finding, container_views, probe_finding
from twinstack.delivery.family import Evidence
from twinstack.delivery.finding import Finding, plain, said
from twinstack.delivery.manifest import JsonObject
from twinstack.delivery.observed import Observed
from twinstack.delivery.reasons import (
    BALANCER_SECONDS,
    DRIVER_SECONDS,
    MOUNT_SECONDS,
    NOMINATED_SECONDS,
    SCHEDULING_SECONDS,
    Reason,
)
from twinstack.labels import COMPONENT, MANAGED_BY, OWNER


def findings(evidence: Evidence) -> tuple[Finding, ...]:
    """What stands in its way at this moment, the clearest cause first; empty where nothing does."""
    found = [*_of_object(evidence)]
    found += [one for pod in evidence.pods if (one := _of_pod(evidence, pod)) is not None]
    return tuple(sorted(found, key=lambda one: _CLEAREST.index(one.reason)))


def _of_object(evidence: Evidence) -> Iterator[Finding]:
    if (refused := refusal(evidence)) is not None:
        yield refused
    if evidence.live["kind"] in _BALANCED:
        warnings = [one for one in evidence.events_of(evidence.live) if one.get("type") == "Warning"]
        if warnings:
            yield Finding(
                Reason.BALANCER,
                f"its load balancer's controller cannot make it: {plain(str(warnings[-1].get('message', '')))}",
                "change what the controller names (a certificate, subnets, an annotation), then deploy again",
                BALANCER_SECONDS,
                event=said(warnings[-1]),
            )


def _of_pod(evidence: Evidence, pod: JsonObject) -> Finding | None:
    """The first thing that is in this pod's way, in the order in which a pod comes up.

    One that ends, or that a node has put out (phase Failed), is replaced by its controller: nothing stands in its way.
    """
    observed = Observed(pod)
    is_jobs = evidence.live["kind"] == "Job"
    if observed.goes or observed.status.get("phase") == "Succeeded" or observed.says("Ready"):
        return None
    if observed.status.get("phase") == "Failed" and not is_jobs:
        return None
    events = evidence.events_of(pod)
    if observed.says("PodScheduled", "False", "Unschedulable"):
        return _scheduling(pod, str(observed.condition("PodScheduled").get("message") or ""), events)
    key = _key(evidence.live)
    views = list(container_views(pod, events, key))
    for view in views:
        if (found := container_finding(view, restarts=not is_jobs)) is not None:
            return _on_this_node_only(found, evidence) if found.reason is Reason.IMAGE else found
    # Without any status yet, kubelet may be about to mount too.
    if not any(view.is_running or view.last_end for view in views) and (found := _mount(pod, events, key)) is not None:
        return found
    for view in views:
        if (found := probe_finding(view)) is not None:
            return found
    return _gate(pod, observed)


def _scheduling(pod: JsonObject, message: str, events: Iterable[JsonObject]) -> Finding:
    nominated = any(one.get("reason") in {"Nominated", "TriggeredScaleUp"} for one in events)
    lacking = list(dict.fromkeys(_lack(part) for part in _PARTS.findall(message)))
    words = f"no node takes its pod: {', '.join(lacking)}" if lacking else f"no node takes its pod: {plain(message)}"
    fix = next((text for pattern, text in _SCHEDULING_FIXES if pattern.search(message)), _SCHEDULING_FIX)
    patience = NOMINATED_SECONDS if nominated else SCHEDULING_SECONDS
    reason = Reason.CONFIGURATION if "persistentvolumeclaim" in message else Reason.SCHEDULING
    event = next((said(one) for one in reversed([*events]) if one.get("reason") == "FailedScheduling"), "")
    return Finding(reason, words, fix, patience, pod["metadata"]["name"], event=event or plain(message))


def _lack(part: str) -> str:
    """`Insufficient cpu` as `not enough cpu`; anything else as the scheduler says it."""
    return plain(part.replace("Insufficient ", "not enough ")).rstrip(".")


def _mount(pod: JsonObject, events: Iterable[JsonObject], key: str) -> Finding | None:
    told = [one for one in events if one.get("reason") in _MOUNTING]
    if not told:
        return None
    # "timed out waiting for the condition" comes beside the cause, and hides it.
    event = next((one for one in reversed(told) if "timed out waiting" not in str(one.get("message", ""))), told[-1])
    message = str(event.get("message", ""))
    cause = plain(_MOUNT_CAUSE.sub("", message))
    name = pod["metadata"]["name"]
    if event["reason"] == "FailedCreatePodSandBox":
        words, fix = f"its pod gets no network: {cause}", "look at the nodes' network: free addresses in the subnets"
        return Finding(Reason.START, words, fix, DRIVER_SECONDS, name, event=said(event))
    missing = _MISSING_OBJECT.search(message)
    if missing:
        what = f"{missing[1]} {missing[2]}"
        return Finding(
            Reason.CONFIGURATION,
            f"its pod reads what is not there: {cause}",
            f"make the {what}, or take it out of the workload; then deploy again",
            MOUNT_SECONDS,
            name,
            event=said(event),
        )
    if "list of registered CSI drivers" in message:
        fix = "install the secrets store's driver on the nodes (the add-on aws-secrets-store-csi-driver-provider)"
        return Finding(
            Reason.MOUNT, f"a volume cannot be mounted: {cause}", fix, DRIVER_SECONDS, name, event=said(event)
        )
    fix = next((text for pattern, text in _MOUNT_FIXES if pattern.search(message)), "look at what the driver says")
    return Finding(
        Reason.MOUNT,
        f"a volume cannot be mounted: {cause}",
        fix.format(key=key or "the workload"),
        MOUNT_SECONDS,
        name,
        event=said(event),
    )


def _gate(pod: JsonObject, observed: Observed) -> Finding | None:
    """All containers are ready, and somebody else is not content: the load balancer's health check."""
    if not observed.says("ContainersReady") or not observed.says("Ready", "False", "ReadinessGatesNotReady"):
        return None
    return Finding(
        Reason.PROBE,
        f"the load balancer does not find its pod healthy: {plain(str(observed.condition('Ready').get('message') or ''))}",
        "look at the target group's health check: its path, port and status, and who may reach the pod",
        NOMINATED_SECONDS,
        pod["metadata"]["name"],
    )


def _on_this_node_only(found: Finding, evidence: Evidence) -> Finding:
    """Another pod of this generation has the image: it exists, and this node may get it or the pod another node."""
    others = (
        one
        for pod in evidence.pods
        for one in (pod.get("status") or {}).get("containerStatuses") or []
        if pod["metadata"]["name"] != found.pod and one["name"] == found.container and one.get("imageID")
    )
    return replace(found, patience_seconds=SCHEDULING_SECONDS) if any(others) else found


def _key(live: JsonObject) -> str:
    """What the environment calls the workload, where the library made it."""
    labels = live["metadata"].get("labels") or {}
    made = labels.get(MANAGED_BY) == OWNER
    return str(labels.get(COMPONENT, "")) if made else ""


_BALANCED: Final = frozenset({"Ingress", "Gateway", "Service"})
_CLEAREST: Final = (
    Reason.POD_SECURITY,
    Reason.QUOTA,
    Reason.WEBHOOK,
    Reason.REFUSED,
    Reason.IMAGE,
    Reason.CONFIGURATION,
    Reason.MOUNT,
    Reason.MEMORY,
    Reason.CRASH,
    Reason.START,
    Reason.PROBE,
    Reason.SCHEDULING,
    Reason.BALANCER,
)
# `0/3 nodes are available: 1 node(s) had untolerated taint {a: b}, 2 Insufficient cpu. preemption: …`
_PARTS: Final = re.compile(r"\d+ ((?:node\(s\) |Insufficient )(?:[^,{.]|\{[^}]*\}|\.(?! |$))+|Too many pods)(?=[,.]|$)")
_MOUNTING: Final = frozenset({"FailedMount", "FailedAttachVolume", "FailedCreatePodSandBox"})
_MOUNT_CAUSE: Final = re.compile(
    r'^MountVolume\.SetUp failed for volume "[^"]*" *: (kubernetes\.io/csi: mounter\.SetUpAt failed: )?'
    r"(rpc error: code = \w+ desc = )?(failed to mount secrets store objects for pod \S+, err: )?"
    r"(rpc error: code = \w+ desc = )?"
)
_MISSING_OBJECT: Final = re.compile(
    r'\b(secret|configmap|secretproviderclass(?:es)?)(?:\.\S+)? "([^"]+)" not found', re.IGNORECASE
)
_MOUNT_FIXES: Final = tuple(
    (re.compile(pattern), text)
    for pattern, text in (
        (
            "An IAM role must be associated|AccessDenied|not authorized",
            "give the ServiceAccount its role: apply the infrastructure half first, with {key}'s Pod Identity association",
        ),
        (
            "ResourceNotFoundException|Failed to fetch (secret|parameters)",
            "give the secret a value (twinstack secrets), and check that {key} has the right to read it",
        ),
        ("references non-existent config key|couldn't find key", "give the object the key that {key} reads"),
    )
)
_SCHEDULING_FIX: Final = "let the nodes fit the pod, or the pod the nodes"
_SCHEDULING_FIXES: Final = tuple(
    (re.compile(pattern), text)
    for pattern, text in (
        ("persistentvolumeclaim", "make the claim, or take it out of the workload"),
        ("Insufficient|Too many pods", "let the cluster have more or larger nodes, or ask for less"),
        ("node affinity/selector", "let a node have the labels that the pod selects, or select others"),
        ("untolerated taint", "let a node be free of the taint, or the pod tolerate it"),
        ("topology spread|anti-affinity", "let more zones or nodes have room, or spread the pods less strictly"),
    )
)
