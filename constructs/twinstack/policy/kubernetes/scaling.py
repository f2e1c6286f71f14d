"""Autoscalers, disruption budgets and rollouts: whether the number of pods can be what was meant.

Sources: Kubernetes documentation, "Horizontal Pod Autoscaling", "Specifying a Disruption Budget for your Application",
"Deployments".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from twinstack.environment.spec import Half
from twinstack.policy.kubernetes.objects import (
    Object,
    Objects,
    Pods,
    chosen,
    mapping,
    mappings,
    number,
    pods_of,
    reach,
    share,
    text,
)
from twinstack.policy.rule import Fault, Rules

RULES: Final = Rules(Half.WORKLOADS)


@RULES(
    "selectors-overlap",
    "its selector selects the pods of another workload",
    "give each workload a label of its own and select by it",
)
def selectors_overlap(objects: Objects) -> Iterator[Fault]:
    """A workload whose selector selects the pods of another: its autoscaler counts them, its Service sends to them."""
    for owner in objects.of("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController"):
        if pods_of(owner) is None:
            continue
        selector = reach(owner.spec, "selector")
        if owner.kind == "ReplicationController":
            selector = {"matchLabels": selector}
        for other in objects.selected(selector, owner.namespace):
            if other.owner != owner:
                yield owner.fault("spec.selector", f"{selector}, which the pods of {other.owner.title} carry as well")


@RULES(
    "selects-not-its-own",
    "its selector does not select its own pods",
    "make the selector a part of the pods' labels",
    severity="error",
)
def selects_not_its_own(objects: Objects) -> Iterator[Fault]:
    """A workload whose selector does not select the pods of its own template."""
    for pods in objects.pods:
        selector = reach(pods.owner.spec, "selector")
        if pods.owner.kind in {"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"}:
            if not chosen(selector, pods.labels):
                yield pods.owner.fault("spec.selector", f"{selector}, and the labels are {dict(pods.labels)}")
            elif not mapping(selector, "matchLabels") and not mappings(selector, "matchExpressions"):
                yield pods.owner.fault("spec.selector", "empty: it would select every pod of the namespace")


@RULES(
    "scaler-has-no-target",
    "the autoscaler's target is not there, or another one's too",
    "correct scaleTargetRef, and keep one autoscaler of each workload",
)
def scaler_has_no_target(objects: Objects) -> Iterator[Fault]:
    """An autoscaler whose target is not there, or that shares it with another."""
    taken: dict[tuple[str, str, str], Object] = {}
    for scaler in objects.of("HorizontalPodAutoscaler"):
        kind, name = text(scaler.spec, "scaleTargetRef", "kind"), text(scaler.spec, "scaleTargetRef", "name")
        target = objects.find(kind, name, scaler.namespace)
        if target is None:
            if kind.lower() in {"deployment", "statefulset", "replicaset"}:
                there = ", ".join(f"{kind} {one.name}" for one in objects.of(kind) if one.namespace == scaler.namespace)
                yield scaler.fault("spec.scaleTargetRef", f"{kind} {name}", there or f"no {kind} is there")
            continue
        if target.group != text(scaler.spec, "scaleTargetRef", "apiVersion").rpartition("/")[0]:
            yield scaler.fault(
                "spec.scaleTargetRef.apiVersion",
                text(scaler.spec, "scaleTargetRef", "apiVersion") or "none",
                text(target.data, "apiVersion"),
            )
        other = taken.setdefault((kind, name, scaler.namespace), scaler)
        if other != scaler:
            yield scaler.fault("spec.scaleTargetRef", f"{target.title}, which {other.title} scales as well")


@RULES(
    "scalers-fight",
    "two scale one workload, each against the other",
    "keep one of them, or let one only recommend (updateMode: Off)",
)
def scalers_fight(objects: Objects) -> Iterator[Fault]:
    """KEDA, which makes an autoscaler of its own, or a vertical one that moves the requests by which the other counts."""
    for scaler, target in _scaled(objects):
        for other in objects.of("ScaledObject"):
            wanted = mapping(other.spec, "scaleTargetRef")
            named = (text(wanted, "kind") or "Deployment", text(wanted, "name"), other.namespace)
            if named == (target.kind, target.name, target.namespace):
                yield other.fault("spec.scaleTargetRef", f"{target.title}, which {scaler.title} scales as well")
        counted = {text(one, "resource", "name") for one in mappings(scaler.spec, "metrics")} & {"cpu", "memory"}
        for other in objects.of("VerticalPodAutoscaler"):
            wanted = mapping(other.spec, "targetRef")
            named = (text(wanted, "kind"), text(wanted, "name"), other.namespace)
            moves = text(other.spec, "updatePolicy", "updateMode") not in {"Off", "Initial"}
            if named == (target.kind, target.name, target.namespace) and counted and moves:
                yield other.fault("spec.targetRef", f"{target.title}, which {scaler.title} scales by the same requests")


@RULES(
    "replicas-beside-scaler", "a fixed number of replicas is written on what an autoscaler scales", "leave replicas out"
)
def replicas_beside_scaler(objects: Objects) -> Iterator[Fault]:
    """A fixed number of replicas on what an autoscaler scales: every apply sets the scale back."""
    for _, target in _scaled(objects):
        if target.spec.get("replicas") is not None:
            yield target.fault("spec.replicas", target.spec["replicas"], "left out")


@RULES("scaler-bounds", "the autoscaler's bounds contradict each other", "correct the bounds")
def scaler_bounds(objects: Objects) -> Iterator[Fault]:
    """An autoscaler whose bounds contradict each other."""
    for scaler in objects.of("HorizontalPodAutoscaler"):
        lowest, highest = number(scaler.spec.get("minReplicas"), 1), number(scaler.spec.get("maxReplicas"), 0)
        if highest < 1 or lowest > highest:
            yield scaler.fault("spec.minReplicas", f"{lowest}, and maxReplicas {highest}", "at most maxReplicas")
        if text(scaler.spec, "behavior", "scaleUp", "selectPolicy") == "Disabled" and highest > lowest:
            yield scaler.fault("spec.behavior.scaleUp.selectPolicy", "Disabled: it never scales up", "Max or Min")
        kinds = {text(one, "type") for one in mappings(scaler.spec, "metrics")}
        if lowest == 0 and not kinds & {"External", "Object"}:
            yield scaler.fault("spec.minReplicas", "0, without an Object or External metric to come back by", "1")
        named = [text(one, *_metric_name(one)) for one in mappings(scaler.spec, "metrics")]
        for name in {one for one in named if one and named.count(one) > 1}:
            yield scaler.fault("spec.metrics", f"{name} twice", "each metric once")


@RULES(
    "scaler-has-no-request",
    "an autoscaler counts by a request that a container does not have",
    "set the request, or scale by an AverageValue",
)
def scaler_has_no_request(objects: Objects) -> Iterator[Fault]:
    """An autoscaler that counts by a share of a request that a container of its pods does not have."""
    for scaler, target in _scaled(objects):
        pods = pods_of(target)
        for metric in mappings(scaler.spec, "metrics") if pods else ():
            kind = text(metric, "type")
            source = mapping(metric, "resource" if kind == "Resource" else "containerResource")
            wanted = text(source, "name")
            if text(source, "target", "type") != "Utilization" or not wanted:
                continue
            yield from _unrequested(scaler, pods, wanted, text(source, "container"), objects)


@RULES(
    "budget-selects-nothing",
    "the disruption budget protects nobody, or whom another one protects",
    "make its selector that of the one workload it is for",
)
def budget_selects_nothing(objects: Objects) -> Iterator[Fault]:
    """A disruption budget that no pods belong to, or that shares pods with another one: those can never be evicted."""
    budgets = objects.of("PodDisruptionBudget")
    for index, budget in enumerate(budgets):
        protected = _protected(objects, budget)
        if not protected:
            yield budget.fault("spec.selector", budget.spec.get("selector"), "labels of pods that stay")
        for other in budgets[:index]:
            both = [one for one in protected if one in _protected(objects, other)]
            if both:
                yield budget.fault("spec.selector", f"pods of {both[0].owner.title}, which {other.title} has as well")


@RULES(
    "budget-blocks-drains",
    "the disruption budget never lets a pod go",
    "use maxUnavailable: 1, or run more pods than minAvailable",
)
def budget_blocks_drains(objects: Objects) -> Iterator[Fault]:
    """A disruption budget that never lets a pod go: no node under it can be drained, and no cluster upgraded."""
    for budget in objects.of("PodDisruptionBudget"):
        least, most = budget.spec.get("minAvailable"), budget.spec.get("maxUnavailable")
        lowest = sum(objects.replicas(one.owner)[0] for one in _protected(objects, budget))
        if least is not None and most is not None:
            yield budget.fault("spec", "minAvailable and maxUnavailable", "one of the two")
        elif most is not None and share(most, lowest, 1, up=True) == 0:
            yield budget.fault("spec.maxUnavailable", most, "1 or more")
        elif least is not None and lowest and share(least, lowest, 0, up=True) >= lowest:
            yield budget.fault("spec.minAvailable", f"{least}, with {lowest} pods at the least", f"under {lowest}")


@RULES(
    "rollout-cannot-move",
    "the rollout can take no step, or takes all pods at once",
    "use maxSurge: 25% and maxUnavailable: 0",
)
def rollout_cannot_move(objects: Objects) -> Iterator[Fault]:
    """A rolling update that may neither add a pod nor take one away, or takes all of them at once."""
    for owner in objects.of("Deployment", "DaemonSet"):
        field = "strategy" if owner.kind == "Deployment" else "updateStrategy"
        rolling = mapping(owner.spec, field, "rollingUpdate")
        if text(owner.spec, field, "type") == "Recreate" and rolling:
            yield owner.fault(f"spec.{field}.rollingUpdate", "beside type: Recreate", "none")
            continue
        lowest = max(objects.replicas(owner)[0], 1)
        surge = share(rolling.get("maxSurge"), lowest, 1 if owner.kind == "Deployment" else 0, up=True)
        away = rolling.get("maxUnavailable")
        gone = share(away, lowest, 1, up=owner.kind == "DaemonSet")
        if surge == 0 and away in (0, "0%"):
            yield owner.fault(f"spec.{field}.rollingUpdate", "maxSurge 0 and maxUnavailable 0", "one of them above 0")
        elif owner.kind == "Deployment" and away is not None and gone >= lowest > 1 and _serves(objects, owner):
            yield owner.fault(
                f"spec.{field}.rollingUpdate.maxUnavailable", f"{away} of {lowest} pods", f"under {lowest}"
            )


@RULES(
    "ready-after-deadline",
    "the rollout's deadline passes before a pod can count",
    "lower minReadySeconds or raise progressDeadlineSeconds",
)
def ready_after_deadline(objects: Objects) -> Iterator[Fault]:
    """A rollout whose deadline passes before a pod can count as available."""
    for owner in objects.of("Deployment"):
        deadline = number(owner.spec.get("progressDeadlineSeconds"), 600)
        waits = number(owner.spec.get("minReadySeconds"), 0)
        if waits >= deadline:
            yield owner.fault("spec.minReadySeconds", f"{waits}, and progressDeadlineSeconds {deadline}", "less")


def _serves(objects: Objects, owner: Object) -> bool:
    # Of what nobody sends requests to, all may be away for a moment.
    return any(
        pods.owner == owner
        for service in objects.of("Service")
        for pods in objects.selected({"matchLabels": mapping(service.spec, "selector")}, service.namespace)
    )


def _scaled(objects: Objects) -> Iterator[tuple[Object, Object]]:
    for scaler in objects.of("HorizontalPodAutoscaler"):
        wanted = mapping(scaler.spec, "scaleTargetRef")
        target = objects.find(text(wanted, "kind"), text(wanted, "name"), scaler.namespace)
        if target is not None:
            yield scaler, target


def _unrequested(scaler: Object, pods: Pods | None, wanted: str, only: str, objects: Objects) -> Iterator[Fault]:
    if pods is None or reach(pods.spec, "resources", "requests", wanted) is not None:
        return
    measured = [one for one in pods.containers if one.stays and only in ("", one.name)]
    if only and not measured:
        yield scaler.fault("spec.metrics", f"container {only}", ", ".join(one.name for one in pods.containers))
    given = _defaults(objects, pods.namespace)
    for container in measured:
        resources = mapping(container.data, "resources")
        # A limit alone is taken for the request as well.
        if wanted not in {**mapping(resources, "requests"), **mapping(resources, "limits")} and wanted not in given:
            yield pods.owner.fault(
                f"{container.path}.resources.requests.{wanted}", f"none, and {scaler.title} needs it"
            )


def _defaults(objects: Objects, namespace: str) -> set[str]:
    return {
        name
        for limits in objects.of("LimitRange")
        if limits.namespace == namespace
        for item in mappings(limits.spec, "limits")
        if item.get("type") == "Container"
        for name in {**mapping(item, "defaultRequest"), **mapping(item, "default"), **mapping(item, "max")}
    }


def _metric_name(metric: object) -> tuple[str, ...]:
    kind = text(metric, "type")
    return ("resource", "name") if kind == "Resource" else ("external", "metric", "none")


def _protected(objects: Objects, budget: Object) -> list[Pods]:
    # The pods of Jobs end by themselves, and count for no budget; those of a DaemonSet are not drained.
    return [
        one
        for one in objects.selected(budget.spec.get("selector"), budget.namespace)
        if one.owner.kind not in {"Job", "CronJob", "PodTemplate"}
    ]
