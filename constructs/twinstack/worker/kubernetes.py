"""What a worker becomes in Kubernetes."""

from __future__ import annotations

from typing import Any

from cdk8s import ApiObject
from cdk8s_plus_27 import k8s

from twinstack.kubernetes import (
    Workload,
    Workloads,
    autoscaler,
    command_health,
    deployment,
    disruption_budget,
    pod_template,
)
from twinstack.kubernetes.headroom import headroom
from twinstack.kubernetes.network_policy import from_scrapers
from twinstack.kubernetes.queue_scaling import scaled_object
from twinstack.worker.spec import WorkerSpec


class Worker(Workload[WorkerSpec]):
    """A Deployment without a Service. New pods come before old ones are told to finish what they do.

    Sources: Celery User Guide, "Stopping the worker"; Kubernetes, "Termination of Pods".
    """

    def __init__(self, scope: Workloads[Any], spec: WorkerSpec) -> None:
        super().__init__(scope, spec, ingress=from_scrapers(spec))
        template = pod_template(spec, grace_seconds=spec.grace_seconds, health=command_health(spec.health), spread=True)
        self.deployment: k8s.KubeDeployment = deployment(self, template, scale=spec.scale)
        self.scaled_object: ApiObject | None = scaled_object(self, spec.scale)
        self.autoscaler: k8s.KubeHorizontalPodAutoscalerV2 | None = (
            None if self.scaled_object else autoscaler(self, spec.autoscaler_name, spec.scale)
        )
        self.disruption_budget: k8s.KubePodDisruptionBudget = disruption_budget(self)
        self.headroom: k8s.KubeDeployment | None = headroom(self)

    @property
    def resource(self) -> k8s.KubeDeployment:
        return self.deployment
