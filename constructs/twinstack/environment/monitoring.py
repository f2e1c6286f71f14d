"""What is watched: alert rules and the panels of a dashboard, which each room says of its own noun.

Sources: Prometheus, "Alerting rules"; Grafana, "Dashboard JSON model".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import IPv4Network

from twinstack.environment.links import Access


class Severity(StrEnum):
    """Who has to know: somebody at once, or somebody today."""

    CRITICAL = "critical"
    WARNING = "warning"


class Statistic(StrEnum):
    """What CloudWatch makes of the figures of one period."""

    AVERAGE = "Average"
    MAXIMUM = "Maximum"
    MINIMUM = "Minimum"
    SUM = "Sum"


@dataclass(frozen=True, slots=True)
class Measured:
    """What CloudWatch measures of it by itself, and from where on that is too much.

    Source: Amazon CloudWatch User Guide, "Recommended alarms", for most of the metrics and thresholds.
    """

    namespace: str
    metric: str
    dimensions: tuple[Mapping[str, str], ...]
    """Of each thing that is measured; of several the worst counts, of a sum all. A value may be a reference to what the stack
    makes, `${aws_nat_gateway.network_nat_a.id}`."""
    statistic: Statistic
    threshold: float
    minutes: int | None = None
    """How long, where that is not the alert's: a metric that comes late needs more."""
    period_seconds: int = 60
    is_below: bool = False
    """Whether less than the threshold is too little."""
    is_missed: bool = False
    """Whether it is the absence of figures that matters."""
    where: Mapping[str, str] = field(default_factory=dict)
    """The tags of what is measured, where its name is known to nobody beforehand: then there are no dimensions."""


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert. `minutes` is how long it has to hold before anybody is told."""

    name: str
    expression: str
    """Its rule in PromQL; empty where no figures of pods say it, and AWS alone measures it."""
    minutes: int
    severity: Severity
    summary: str
    """One line, which may name labels: `{{ $labels.instance }}`."""
    description: str
    """What to look at first."""
    measured: Measured | None = None
    """The same as CloudWatch sees it; None where AWS measures nothing that says it."""


@dataclass(frozen=True, slots=True)
class Panel:
    """One graph. `unit` is Grafana's name of a unit, `reqps`, `s`, `percentunit`, `bytes`."""

    title: str
    unit: str
    queries: Mapping[str, str] = field(default_factory=dict)
    """PromQL by legend; `{{route}}` in a legend stands for a label."""
    span: int = 8
    """Width, of 24."""


@dataclass(frozen=True, slots=True)
class Monitoring:
    """What one spec has watched."""

    alerts: tuple[Alert, ...] = ()
    panels: tuple[Panel, ...] = ()


@dataclass(frozen=True, slots=True)
class Exporter:
    """What asks a resource for its figures and shows them to Prometheus, as a pod of its own that links to the resource."""

    job: str
    """The job's name in Prometheus, which the resource's alert rules name: `postgres-exporter`."""
    image: str
    """Its whole name, with an exact tag or digest."""
    port: int
    access: Access
    """The least that the figures take."""
    variables: Mapping[str, str]
    """The variable for each part of the connection that it reads: `{"url": "DATA_SOURCE_NAME"}`."""
    arguments: tuple[str, ...] = ()
    """The program with its arguments, where those of the image are not enough."""


@dataclass(frozen=True, slots=True)
class Scrapers:
    """From where pods are asked for their figures: pods of a namespace with these labels, or addresses."""

    namespace: str = ""
    pods: Mapping[str, str] = field(default_factory=dict)
    addresses: tuple[IPv4Network, ...] = ()
