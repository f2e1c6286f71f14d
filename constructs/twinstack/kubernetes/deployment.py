"""What keeps a number of pods running: the Deployment, its autoscaler and its disruption budget.

Sources: Kubernetes, "Deployments", "Horizontal Pod Autoscaling", "Specifying a Disruption Budget for your Application".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from cdk8s import JsonPatch
from cdk8s_plus_27 import k8s

from twinstack.environment import Scale, WorkloadSpec
from twinstack.kubernetes.labels import pod_labels, selector
from twinstack.kubernetes.quantity import number_or_percent
from twinstack.kubernetes.scaling import DOWN, UP
from twinstack.kubernetes.workload import Workload


def deployment(
    workload: Workload[Any],
    template: k8s.PodTemplateSpec,
    *,
    scale: Scale | None,
    lifecycle: Mapping[str, Any] | None = None,
    min_ready_seconds: int | None = None,
    start_seconds: int = 120,
) -> k8s.KubeDeployment:
    """A Deployment that never has fewer pods than it should while it replaces them.

    Its number of replicas is left to the autoscaler where `scale` has a range: each apply would reset it. No `scale`:
    one pod, and the old one goes before the new one comes; so it is where the pod keeps a disk, which two cannot have.
    """
    spec: WorkloadSpec = workload.spec
    if scale is None or spec.kept_volumes:
        replicas, strategy = 1, k8s.DeploymentStrategy(type="Recreate")
    else:
        replicas = scale.min if scale.is_fixed else None
        strategy = k8s.DeploymentStrategy(
            type="RollingUpdate",
            rolling_update=k8s.RollingUpdateDeployment(
                max_unavailable=number_or_percent(0), max_surge=number_or_percent("25%")
            ),
        )
    metadata = workload.metadata(spec.kubernetes_name, labels=pod_labels(spec))
    body = k8s.DeploymentSpec(
        replicas=replicas,
        selector=k8s.LabelSelector(match_labels=selector(spec)),
        strategy=strategy,
        min_ready_seconds=min_ready_seconds,
        progress_deadline_seconds=start_seconds + NODE_AND_IMAGE_SECONDS,
        revision_history_limit=REVISIONS,
        template=template,
    )
    made = k8s.KubeDeployment(workload, "deployment", metadata=metadata, spec=body)
    if lifecycle:  # which may be newer than the classes
        made.add_json_patch(JsonPatch.add("/spec/template/spec/containers/0/lifecycle", lifecycle))
    return made


def autoscaler(workload: Workload[Any], name: str, scale: Scale) -> k8s.KubeHorizontalPodAutoscalerV2 | None:
    """Adds replicas at once and takes them away slowly; None where the number is fixed."""
    if scale.is_fixed:
        return None
    targets = [(resource, percent) for resource, percent in (("cpu", scale.cpu), ("memory", scale.memory)) if percent]
    return k8s.KubeHorizontalPodAutoscalerV2(
        workload,
        "autoscaler",
        metadata=workload.metadata(name),
        spec=k8s.HorizontalPodAutoscalerSpecV2(
            scale_target_ref=k8s.CrossVersionObjectReferenceV2(
                api_version="apps/v1", kind="Deployment", name=workload.spec.kubernetes_name
            ),
            min_replicas=scale.min,
            max_replicas=scale.max,
            metrics=[
                k8s.MetricSpecV2(
                    type="Resource",
                    resource=k8s.ResourceMetricSourceV2(
                        name=resource, target=k8s.MetricTargetV2(type="Utilization", average_utilization=percent)
                    ),
                )
                for resource, percent in targets
            ],
            behavior=k8s.HorizontalPodAutoscalerBehaviorV2(scale_up=UP.typed, scale_down=DOWN.typed),
        ),
    )


def disruption_budget(workload: Workload[Any]) -> k8s.KubePodDisruptionBudget:
    """Lets one pod at a time be moved away, so that nodes can always be drained, and a broken one at any time."""
    spec: WorkloadSpec = workload.spec
    return k8s.KubePodDisruptionBudget(
        workload,
        "disruption-budget",
        metadata=workload.metadata(spec.kubernetes_name),
        spec=k8s.PodDisruptionBudgetSpec(
            max_unavailable=number_or_percent(1),
            unhealthy_pod_eviction_policy="AlwaysAllow",
            selector=k8s.LabelSelector(match_labels=selector(spec)),
        ),
    )


NODE_AND_IMAGE_SECONDS: Final = 150
"""How long a new node and the pull of an image may take before a rollout counts as stuck."""
REVISIONS: Final = 5
"""How many earlier releases can be rolled back to."""
