"""What a Prometheus operator is given: the alerts as rules, and which pods to ask for figures.

Source: Prometheus Operator documentation, "API reference" (PrometheusRule, PodMonitor), read at 0.93.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cdk8s import ApiObject
from cdk8s_plus_27 import k8s
from constructs import Construct

from twinstack.environment.alert_rules import rule_groups
from twinstack.environment.dashboard import dashboard
from twinstack.kubernetes import custom_object
from twinstack.kubernetes.labels import object_metadata
from twinstack.monitoring.jobs import Job, jobs
from twinstack.monitoring.spec import MonitoringSpec


class Side(Construct):
    """One PrometheusRule, a PodMonitor for each job, and a dashboard for Grafana.

    Each target is given its job's name, which the rules go by, and the rules ask for figures of the product's namespace alone.
    """

    def __init__(self, scope: Construct, spec: MonitoringSpec, *, labels: Mapping[str, str]) -> None:
        super().__init__(scope, "operator")
        self._spec = spec
        self._labels = {**spec.operator.labels, **labels}
        self.monitors: dict[str, ApiObject] = {one.key: self._monitor(one) for one in jobs(spec)}
        groups = rule_groups(spec.environment, namespace=spec.context.namespace, runbooks=spec.runbooks or "")
        self.dashboard: k8s.KubeConfigMap | None = self._make_dashboard() if spec.operator.dashboard_labels else None
        self.rule: ApiObject = self._object("rule", "PrometheusRule", spec.context.product, {"groups": groups})

    def _make_dashboard(self) -> k8s.KubeConfigMap:
        context = self._spec.context
        return k8s.KubeConfigMap(
            self,
            "dashboard",
            metadata=object_metadata(
                context.kubernetes_name("dashboard"),
                context.namespace,
                {**self._spec.operator.dashboard_labels, **self._labels},
            ),
            data={f"{context.product}.json": dashboard(self._spec.environment, namespace=context.namespace)},
        )

    def _monitor(self, job: Job) -> ApiObject:
        said = {"job": job.scrape.job, **job.labels}
        endpoint = {
            "port": job.port_name,
            "path": job.scrape.path,
            "interval": f"{self._spec.interval}s",
            "relabelings": [{"targetLabel": label, "replacement": value} for label, value in said.items()],
        }
        body = {
            "namespaceSelector": {"matchNames": [job.namespace]},
            "selector": {"matchLabels": dict(job.pods)},
            "podMetricsEndpoints": [endpoint],
        }
        return self._object(f"monitor-{job.key}", "PodMonitor", job.name, body)

    def _object(self, id_: str, kind: str, name: str, spec: Mapping[str, Any]) -> ApiObject:
        return custom_object(
            self,
            id_,
            api_version="monitoring.coreos.com/v1",
            kind=kind,
            name=name,
            namespace=self._spec.context.namespace,
            labels=self._labels,
            spec=spec,
        )
