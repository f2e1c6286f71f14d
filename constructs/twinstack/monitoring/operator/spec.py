"""What monitoring by a Prometheus operator is."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import Field

from twinstack.environment.model import Finding, Model
from twinstack.environment.monitoring import Scrapers
from twinstack.environment.spec import Half
from twinstack.labels import COMPONENT, INSTANCE, MANAGED_BY, PART_OF
from twinstack.monitoring.kind import Kind

LabelName = Annotated[
    str, Field(pattern=r"^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$")
]
LabelValue = Annotated[str, Field(pattern=r"^([A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?$")]


class Operator(Model):
    """What a Prometheus operator looks for, and where its Prometheus runs; as kube-prometheus-stack has it unless given.

    Source: Prometheus Operator documentation, "API reference", PrometheusSpec (`podMonitorSelector`, `ruleSelector`);
    prometheus-community/helm-charts, kube-prometheus-stack.
    """

    labels: dict[LabelName, LabelValue] = Field(default_factory=dict)
    """The labels by which it finds rules and monitors, `release: kube-prometheus-stack`; none: it takes all there are."""
    namespace: Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")] = "monitoring"
    """The namespace of its Prometheus, whose pods alone may ask for figures."""
    pods: dict[LabelName, LabelValue] = Field(default_factory=lambda: {"app.kubernetes.io/name": "prometheus"})
    """The labels of these pods; none: every pod of the namespace."""
    dashboard_labels: dict[LabelName, LabelValue] = Field(default_factory=lambda: {"grafana_dashboard": "1"})
    """The labels by which Grafana finds a dashboard in a ConfigMap; none: no dashboard is made."""


@dataclass(frozen=True, slots=True)
class PrometheusOperator(Kind):
    """Rules and monitors as objects in the product's namespace, which the operator hands to its Prometheus."""

    halves: ClassVar[frozenset[Half]] = frozenset({Half.WORKLOADS})
    own_fields: ClassVar[frozenset[str]] = frozenset({"operator", "interval_seconds", "runbooks", "exporter_images"})

    @property
    def reads_figures(self) -> bool:
        return True

    @property
    def scrapers(self) -> Scrapers:
        operator = self.monitoring.operator
        return Scrapers(operator.namespace, operator.pods)

    def review(self) -> Iterator[Finding]:
        for name in sorted({COMPONENT, INSTANCE, MANAGED_BY, PART_OF} & self.monitoring.operator.labels.keys()):
            yield Finding(
                "TW644",
                "a label that every object has already",
                ("operator", "labels", name),
                given=f"{name}: {self.monitoring.operator.labels[name]}",
                allowed="labels of the operator's own, for example release: kube-prometheus-stack",
                fix="let the operator look for another label",
            )
