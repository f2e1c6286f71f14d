"""What a scheduler becomes in Kubernetes."""

from __future__ import annotations

from typing import Any

from cdk8s_plus_27 import k8s

from twinstack.kubernetes import Workload, Workloads, command_health, deployment, pod_template
from twinstack.kubernetes.network_policy import from_scrapers
from twinstack.scheduler.spec import SchedulerSpec


class Scheduler(Workload[SchedulerSpec]):
    """A Deployment of exactly one pod, which is gone before the next one starts. Nothing scales it.

    It has no disruption budget: with one pod that would either mean nothing or stop every drain.
    """

    def __init__(self, scope: Workloads[Any], spec: SchedulerSpec) -> None:
        super().__init__(scope, spec, ingress=from_scrapers(spec))
        template = pod_template(spec, grace_seconds=spec.grace_seconds, health=command_health(spec.health))
        self.deployment: k8s.KubeDeployment = deployment(self, template, scale=None)

    @property
    def resource(self) -> k8s.KubeDeployment:
        return self.deployment
