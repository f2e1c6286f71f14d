"""The alarms of an environment: what its rooms say that CloudWatch measures of them."""

from __future__ import annotations

from typing import Any

from cdktf_cdktf_provider_aws.cloudwatch_dashboard import CloudwatchDashboard
from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import (
    CloudwatchMetricAlarm,
    CloudwatchMetricAlarmMetricQuery,
    CloudwatchMetricAlarmMetricQueryMetric,
)
from constructs import Construct

from twinstack.aws import pin
from twinstack.environment import Alert, Measured, Severity, Statistic
from twinstack.environment.alert_rules import in_words
from twinstack.environment.names import snake_case
from twinstack.monitoring.dashboard import body, by_tags
from twinstack.monitoring.spec import MonitoringSpec
from twinstack.monitoring.topic import Topic


class Alarms(Construct):
    """An alarm for each alert that CloudWatch can raise, all to one topic, which hears of the end as well; and a
    dashboard of them.

    Of several things of one kind one alarm watches the worst, or the sum. Sources: Amazon CloudWatch User Guide, "Alarm
    evaluation", "Using math expressions with CloudWatch metrics".
    """

    def __init__(self, scope: Construct, spec: MonitoringSpec, topic: Topic) -> None:
        super().__init__(scope, "alarms")
        self._spec = spec
        self.topic = topic
        self.alarms: dict[str, CloudwatchMetricAlarm] = {
            name: self._alarm(name, key, alert, alert.measured)
            for name, (key, alert) in spec.alarms.items()
            if alert.measured
        }

        self.dashboard: CloudwatchDashboard = pin(
            CloudwatchDashboard(self, "dashboard", dashboard_name=spec.aws_name, dashboard_body=body(spec)), spec.key
        )

    def _alarm(self, name: str, key: str, alert: Alert, measured: Measured) -> CloudwatchMetricAlarm:
        spec = self._spec
        minutes = alert.minutes if measured.minutes is None else measured.minutes
        periods = max(1, minutes * 60 // measured.period_seconds)
        alarm = CloudwatchMetricAlarm(
            self,
            name,
            alarm_name=name,
            alarm_description=description(alert, spec.runbooks or ""),
            comparison_operator="LessThanThreshold" if measured.is_below else "GreaterThanThreshold",
            threshold=measured.threshold,
            evaluation_periods=periods,
            datapoints_to_alarm=periods,
            treat_missing_data="breaching" if measured.is_missed else "notBreaching",
            actions_enabled=True,
            alarm_actions=[self.topic.arn],
            ok_actions=[self.topic.arn],
            **_source(measured),
            tags={"Name": name, "Severity": str(alert.severity)},
        )
        return pin(alarm, f"{spec.key}_{key}_{snake_case(alert.name)}")


def description(alert: Alert, runbooks: str) -> str:
    """What whoever is told reads first: how bad it is, what it is, what to do."""
    where = f" {runbooks.rstrip('/')}/{alert.name}" if runbooks else ""
    bad = "Critical" if alert.severity is Severity.CRITICAL else "Warning"
    return f"{bad}: {in_words(alert)}. {alert.description}{where}"


def _source(measured: Measured) -> dict[str, Any]:
    """One metric, a query by tags, or the worst of several metrics."""
    if measured.where:
        return {
            "metric_query": [
                CloudwatchMetricAlarmMetricQuery(
                    id="query",
                    expression=by_tags(measured),
                    label=measured.metric,
                    period=measured.period_seconds,
                    return_data=True,
                )
            ]
        }
    if len(measured.dimensions) == 1:
        return {
            "namespace": measured.namespace,
            "metric_name": measured.metric,
            "dimensions": dict(measured.dimensions[0]),
            "statistic": str(measured.statistic),
            "period": measured.period_seconds,
        }
    parts = [
        CloudwatchMetricAlarmMetricQuery(
            id=f"m{number}",
            return_data=False,
            metric=CloudwatchMetricAlarmMetricQueryMetric(
                namespace=measured.namespace,
                metric_name=measured.metric,
                dimensions=dict(dimensions),
                stat=str(measured.statistic),
                period=measured.period_seconds,
            ),
        )
        for number, dimensions in enumerate(measured.dimensions, 1)
    ]
    worst = "SUM" if measured.statistic is Statistic.SUM else "MIN" if measured.is_below else "MAX"
    listed = ",".join(f"m{number}" for number in range(1, len(parts) + 1))
    whole = CloudwatchMetricAlarmMetricQuery(
        id="worst", expression=f"{worst}([{listed}])", label=measured.metric, return_data=True
    )
    return {"metric_query": [whole, *parts]}
