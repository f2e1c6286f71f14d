"""One dashboard of everything that the rooms say is watched, as Grafana takes it.

Source: Grafana, "Dashboard JSON model".
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from twinstack.environment.alert_rules import jobs_of, within
from twinstack.environment.base import Environment
from twinstack.environment.monitoring import Panel


def dashboard(environment: Environment, *, namespace: str = "") -> str:
    """The dashboard's JSON: the product's own panels first, then each spec's in the order of the environment.

    `namespace`: where others' pods are watched too, the figures are those of this one's alone.
    """
    jobs = jobs_of(environment) if namespace else frozenset()
    watched = [environment.watched(), *(spec.monitoring() for spec in environment.specs.values())]
    panels = [
        replace(panel, queries={legend: within(query, jobs, namespace) for legend, query in panel.queries.items()})
        for one in watched
        for panel in one.panels
    ]
    document = {
        "uid": environment.product,
        "title": environment.product.replace("-", " ").capitalize(),
        "tags": ["twinstack"],
        "editable": False,
        "refresh": "15s",
        "schemaVersion": 39,
        "time": {"from": "now-1h", "to": "now"},
        "timezone": "browser",
        "panels": list(_placed(panels)),
    }
    return json.dumps(document, indent=2) + "\n"


def _placed(panels: list[Panel]) -> Iterator[dict[str, Any]]:
    """From left to right, then from top to bottom."""
    x = y = 0
    for number, panel in enumerate(panels, 1):
        if x + panel.span > WIDTH:
            x, y = 0, y + HEIGHT
        yield _panel(number, panel, {"x": x, "y": y, "w": panel.span, "h": HEIGHT})
        x += panel.span


def _panel(number: int, panel: Panel, place: dict[str, int]) -> dict[str, Any]:
    source = {"type": "prometheus", "uid": SOURCE}
    return {
        "id": number,
        "type": "timeseries",
        "title": panel.title,
        "datasource": source,
        "gridPos": place,
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
        "options": {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi"}},
        "targets": [
            {"refId": chr(ord("A") + index), "datasource": source, "expr": query, "legendFormat": legend}
            for index, (legend, query) in enumerate(panel.queries.items())
        ],
    }


SOURCE: Final = "prometheus"
"""The data source, by its id: what Grafana has it called in kube-prometheus-stack as well."""
WIDTH: Final = 24
HEIGHT: Final = 8
