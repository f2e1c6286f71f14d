"""Whether autoscalers and disruption budgets can do their work, and whether selectors keep workloads apart."""

from __future__ import annotations

from collections.abc import Iterator

from twinstack.api_server import ApiServer
from twinstack.environment.label_selector import selects
from twinstack.errors import Problem
from twinstack.rehearsal.kubernetes.inventory import (
    Applied,
    Inventory,
    PodTemplate,
    names,
    pod_templates,
    value,
)


def check_autoscalers(inventory: Inventory) -> Iterator[Problem]:
    """A problem for each autoscaler without a target, without the requests it counts by, or fought by `replicas`."""
    targets: dict[tuple[str, str, str], Applied] = {}
    for autoscaler in inventory.of("HorizontalPodAutoscaler"):
        wanted = autoscaler.spec["scaleTargetRef"]
        target = inventory.find(wanted["kind"], wanted["name"], autoscaler.namespace)
        if target is None:
            yield autoscaler.problem(
                "TW911",
                "the autoscaler's target does not exist",
                given=f"{wanted['kind']} {autoscaler.namespace}/{wanted['name']}",
                allowed=names(inventory.of("Deployment", "StatefulSet")),
                fix="correct scaleTargetRef",
            )
            continue
        other = targets.setdefault((target.kind, target.namespace, target.name), autoscaler)
        if other is not autoscaler:
            yield autoscaler.problem(
                "TW911",
                "two autoscalers scale one target, each against the other",
                given=f"{target.manifest.title}, also scaled by {other.manifest.title}",
                fix="keep one of them",
            )
        if value(target.manifest.data, "spec", "replicas") is not None:
            yield target.problem(
                "TW912",
                "replicas beside an autoscaler: every apply sets the scale back",
                given=f"replicas: {target.manifest.data['spec']['replicas']}, scaled by {autoscaler.name}",
                fix="leave replicas out",
            )
        yield from _missing_requests(autoscaler, target)


def check_budgets(
    inventory: Inventory, api: ApiServer, *, pods_run: bool, pending: frozenset[str] = frozenset()
) -> Iterator[Problem]:
    """A problem for each disruption budget that selects nothing, shares pods with another, or blocks every drain.

    `pending` holds the titles of workloads that did not come up, whose pods no budget lets go.
    Source: Kubernetes documentation, "Specifying a Disruption Budget for your Application".
    """
    budgets = inventory.of("PodDisruptionBudget")
    for index, budget in enumerate(budgets):
        selected = [one for one in inventory.templates(budget.namespace) if _covers(budget, one)]
        if not selected:
            yield budget.problem(
                "TW916",
                "the disruption budget selects no pods",
                given=f"selector {budget.spec.get('selector')}",
                fix="make its selector that of the workload it protects",
            )
            continue
        for other in budgets[:index]:
            shared = [one for one in selected if other.namespace == budget.namespace and _covers(other, one)]
            if shared:
                yield budget.problem(
                    "TW916",
                    "two disruption budgets select one pod, and no such pod can ever be evicted",
                    given=f"{names(shared)}, also selected by {other.manifest.title}",
                    fix="keep one of them",
                )
        if pods_run and not any(one.owner.manifest.title in pending for one in selected):
            yield from _blocked(budget, api)


def check_selectors(inventory: Inventory) -> Iterator[Problem]:
    """A problem for each workload whose selector selects the pods of another.

    The Deployment's own controller is not misled, but its autoscaler counts the others' pods, and stops where one of
    them has no request. Source: Kubernetes documentation, "Deployments", on selectors that overlap.
    """
    templates = inventory.templates()
    for owner in inventory.of("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"):
        others = [
            one
            for one in templates
            if one.owner is not owner
            and one.namespace == owner.namespace
            and selects(owner.spec.get("selector"), one.labels)
        ]
        if others:
            yield owner.problem(
                "TW915",
                "its selector selects the pods of another workload too",
                given=f"selector {owner.spec['selector']}, which {names(others)} carries as labels",
                fix="give each workload a label of its own and select by it",
            )


def _missing_requests(autoscaler: Applied, target: Applied) -> Iterator[Problem]:
    for metric in autoscaler.spec.get("metrics") or []:
        resource = metric.get("resource") or {}
        if value(resource, "target", "type") != "Utilization":
            continue
        for template in pod_templates(target):
            # An init container that is not a sidecar has ended when usage is measured.
            measured = [
                one
                for one in template.containers
                if one in template.spec["containers"] or one.get("restartPolicy") == "Always"
            ]
            without = [one["name"] for one in measured if value(one, "resources", "requests", resource["name"]) is None]
            if without:
                yield autoscaler.problem(
                    "TW913",
                    f"it scales by a share of the {resource['name']} request, and a container has none",
                    given=f"{target.manifest.title}: {', '.join(without)}",
                    fix=f"set resources.requests.{resource['name']}",
                )


def _blocked(budget: Applied, api: ApiServer) -> Iterator[Problem]:
    live = api.get("policy/v1", "PodDisruptionBudget", budget.name, budget.namespace)
    status = (live or {}).get("status") or {}
    if not status.get("disruptionsAllowed"):
        yield budget.problem(
            "TW917",
            "the disruption budget allows no disruption, so no node under these pods can be drained",
            given=f"{status.get('currentHealthy', 0)} healthy of {status.get('expectedPods', 0)}, "
            f"{status.get('desiredHealthy', 0)} must stay",
            fix="use maxUnavailable: 1, or run more replicas than minAvailable",
        )


def _covers(budget: Applied, template: PodTemplate) -> bool:
    # A finished Job's pods count for no budget.
    return template.owner.kind not in {"Job", "CronJob"} and selects(budget.spec.get("selector"), template.labels)
