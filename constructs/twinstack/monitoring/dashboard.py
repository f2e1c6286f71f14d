"""A dashboard of what CloudWatch watches: a graph for each alarm, with the line that it must not pass.

Source: Amazon CloudWatch API Reference, "Dashboard body structure and syntax".
"""

from __future__ import annotations

import json
from itertools import chain
from typing import Any, Final

from twinstack.environment.alert_rules import in_words
from twinstack.environment.monitoring import Alert, Measured, Statistic
from twinstack.monitoring.spec import MonitoringSpec


def body(spec: MonitoringSpec) -> str:
    """Three graphs a row, in the order of the environment."""
    alerts = [alert for _, alert in spec.alarms.values()]
    widgets = [_widget(number, alert, spec.context.region) for number, alert in enumerate(alerts)]
    return json.dumps({"widgets": widgets}, separators=(",", ":"), ensure_ascii=False)


def by_tags(measured: Measured) -> str:
    """A query of Metrics Insights: of all that has the tags."""
    tags = " AND ".join(f"tag.{name} = '{value}'" for name, value in measured.where.items())
    figure = f"SELECT {FUNCTIONS[measured.statistic]}({measured.metric})"
    return f'{figure} FROM "{measured.namespace}" WHERE {tags}'


def _widget(number: int, alert: Alert, region: str) -> dict[str, Any]:
    assert alert.measured is not None
    row, column = divmod(number, TOTAL // WIDTH)
    return {
        "type": "metric",
        "x": column * WIDTH,
        "y": row * HEIGHT,
        "width": WIDTH,
        "height": HEIGHT,
        "properties": {
            "title": alert.name,
            "region": region,
            "view": "timeSeries",
            "stat": str(alert.measured.statistic),
            "period": alert.measured.period_seconds,
            "metrics": _metrics(alert.measured),
            "annotations": {"horizontal": [{"value": alert.measured.threshold, "label": in_words(alert)}]},
        },
    }


def _metrics(measured: Measured) -> list[list[Any]]:
    if measured.where:
        return [[{"expression": by_tags(measured), "label": measured.metric, "id": "query"}]]
    return [
        [measured.namespace, measured.metric, *chain.from_iterable(dimensions.items())]
        for dimensions in measured.dimensions
    ]


FUNCTIONS: Final = {
    Statistic.AVERAGE: "AVG",
    Statistic.MAXIMUM: "MAX",
    Statistic.MINIMUM: "MIN",
    Statistic.SUM: "SUM",
}
TOTAL: Final = 24
WIDTH: Final = 8
HEIGHT: Final = 6
