"""Scaling by the length of a queue: KEDA's ScaledObject, which makes the autoscaler itself and tells it that number.

One object scales a workload, so what else counts (CPU, memory) are triggers of the same one. Sources: KEDA, "ScaledObject
specification", "TriggerAuthentication", "CPU", "Memory" (2.20), read in November 2026.
"""

from __future__ import annotations

from typing import Any, Final

from cdk8s import ApiObject

from twinstack.environment.queues import KeyOfSecret, QueueTrigger, WorkerScale, keys_of, trigger_of
from twinstack.errors import ConstructionError
from twinstack.kubernetes.custom_object import custom_object
from twinstack.kubernetes.scaling import DOWN, UP
from twinstack.kubernetes.workload import Workload


def scaled_object(workload: Workload[Any], scale: WorkerScale) -> ApiObject | None:
    """What scales a workload by its queue; None where it has none, or its number is fixed."""
    if scale.queue is None or scale.is_fixed:
        return None
    trigger = trigger_of(workload.spec, scale.queue)
    keys = keys_of(workload.spec, scale.queue, trigger) if trigger else None
    if trigger is None or keys is None:
        raise ConstructionError(f"{workload.spec.key}.scale.queue: {scale.queue.broker} is no queue that it links to")
    queue: dict[str, Any] = {"type": trigger.type, "metadata": dict(trigger.metadata)}
    if keys or trigger.identity:
        queue["authenticationRef"] = {"name": _authentication(workload, trigger, keys)}
    others = [
        {"type": resource, "metricType": "Utilization", "metadata": {"value": str(percent)}}
        for resource, percent in (("cpu", scale.cpu), ("memory", scale.memory))
        if percent
    ]
    return _object(
        workload,
        "scaled-object",
        "ScaledObject",
        {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": workload.spec.kubernetes_name},
            "minReplicaCount": scale.min,
            "maxReplicaCount": scale.max,
            "pollingInterval": POLLING_SECONDS,
            "cooldownPeriod": COOLDOWN_SECONDS,
            "advanced": {
                "horizontalPodAutoscalerConfig": {
                    "name": workload.spec.autoscaler_name,
                    "behavior": {"scaleUp": UP.as_object, "scaleDown": DOWN.as_object},
                }
            },
            "triggers": [queue, *others],
        },
        # Of a workload that had an autoscaler, KEDA refuses to scale it unless it may have that.
        annotations={"scaledobject.keda.sh/transfer-hpa-ownership": "true"},
    )


def _authentication(workload: Workload[Any], trigger: QueueTrigger, keys: dict[str, KeyOfSecret]) -> str:
    spec: dict[str, Any] = {}
    if trigger.identity:
        spec["podIdentity"] = {"provider": trigger.identity}
    if keys:
        spec["secretTargetRef"] = [
            {"parameter": parameter, "name": one.secret, "key": one.key} for parameter, one in keys.items()
        ]
    return str(_object(workload, "trigger-authentication", "TriggerAuthentication", spec).name)


def _object(
    workload: Workload[Any], id_: str, kind: str, spec: dict[str, Any], annotations: dict[str, str] | None = None
) -> ApiObject:
    return custom_object(
        workload,
        id_,
        api_version="keda.sh/v1alpha1",
        kind=kind,
        name=workload.spec.kubernetes_name,
        namespace=workload.context.namespace,
        labels=workload.common_labels,
        annotations=annotations,
        spec=spec,
    )


POLLING_SECONDS: Final = 15
"""How often the length is asked for while no replica runs; the autoscaler asks every 15 seconds itself."""
COOLDOWN_SECONDS: Final = 300
"""How long nothing has to wait before the last replica goes, where none may run."""
