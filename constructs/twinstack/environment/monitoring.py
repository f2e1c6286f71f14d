"""What is watched: alert rules and the panels of a dashboard, which each room says of its own noun.

Sources: Prometheus, "Alerting rules"; Grafana, "Dashboard JSON model".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Severity(StrEnum):
    """Who has to know: somebody at once, or somebody today."""

    CRITICAL = "critical"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Alert:
    """One alerting rule. `minutes` is how long the expression has to hold before anybody is told."""

    name: str
    expression: str
    minutes: int
    severity: Severity
    summary: str
    """One line, which may name labels: `{{ $labels.instance }}`."""
    description: str
    """What to look at first."""


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
