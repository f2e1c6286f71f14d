"""What monitoring becomes in Kubernetes: the exporters, and what its kind makes beside them (`side`)."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from cdk8s_plus_27 import k8s
from constructs import Construct

from twinstack.environment import Half, ServiceHealth
from twinstack.kubernetes import Room, Workload, Workloads, deployment, from_watchers, pod_template, service_health
from twinstack.monitoring.exporter import ExporterSpec
from twinstack.monitoring.spec import MonitoringSpec


class Exporter(Workload[ExporterSpec]):
    """A Deployment of one pod, which is gone before the next one comes: two would show every figure twice."""

    def __init__(self, scope: Workloads[Any], spec: ExporterSpec) -> None:
        super().__init__(scope, spec, ingress=from_watchers(spec, spec.port))
        health = service_health(ServiceHealth(tcp=True), port=spec.port, start_seconds=30)
        template = pod_template(spec, grace_seconds=10, health=health, port=spec.port)
        self.deployment: k8s.KubeDeployment = deployment(self, template, scale=None, start_seconds=30)

    @property
    def resource(self) -> k8s.KubeDeployment:
        return self.deployment


class Monitoring(Room[MonitoringSpec]):
    """The exporters of the resources, and what its kind makes; nothing with `none`."""

    def __init__(self, scope: Workloads[Any], spec: MonitoringSpec) -> None:
        super().__init__(scope, spec)
        self.exporters: dict[str, Exporter] = {one.of: Exporter(scope, one) for one in spec.exporters}
        self.side: Construct | None = None
        if Half.WORKLOADS in spec.watcher.halves:
            room = import_module(f"twinstack.monitoring.{spec.kind}.kubernetes")
            self.side = room.Side(self, spec, labels=self.common_labels)

    @property
    def resource(self) -> Construct | None:
        return self.side
