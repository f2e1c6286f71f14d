"""What CloudWatch is given: alarms on what AWS measures, held against the API's own model, and who hears of them."""

from __future__ import annotations

import gzip
import json
from functools import cache
from typing import Any, Final

import pytest

from tests.aws.documents import Document, analytics, environment, policy
from tests.monitoring.api import faults, model

WATCHED: Final = {
    "monitoring__kind": "cloudwatch",
    "monitoring__notify": [{"protocol": "email", "endpoint": "oncall@shadower.ai"}],
    "monitoring__runbooks": "https://runbooks.example",
}
NAMES: Final = {
    "alarm_name": "AlarmName", "alarm_description": "AlarmDescription", "comparison_operator": "ComparisonOperator",
    "threshold": "Threshold", "evaluation_periods": "EvaluationPeriods", "datapoints_to_alarm": "DatapointsToAlarm",
    "treat_missing_data": "TreatMissingData", "actions_enabled": "ActionsEnabled", "alarm_actions": "AlarmActions",
    "ok_actions": "OKActions", "namespace": "Namespace", "metric_name": "MetricName", "statistic": "Statistic",
    "period": "Period", "dimensions": "Dimensions", "metric_query": "Metrics", "tags": "Tags",
}  # fmt: skip
"""What the provider calls the API's parameters."""
MODEL: Final = model("cloudwatch")


@cache
def document() -> Document:
    return analytics("prod", **WATCHED)


def alarms(**changes: Any) -> dict[str, dict[str, Any]]:
    found = analytics("prod", **WATCHED, **changes) if changes else document()
    return {one["alarm_name"]: one for one in found.find("aws_cloudwatch_metric_alarm").values()}


def test_there_is_an_alarm_for_each_thing_that_aws_measures() -> None:
    assert {name.removeprefix("shadower-analytics-") for name in alarms()} == {
        "network-nat-out-of-ports",
        "database-postgres-down",
        "database-postgres-connections-nearly-used-up",
        "database-postgres-storage-nearly-full",
        "database-postgres-cpu-high",
        "cache-redis-down",
        "cache-redis-memory-nearly-full",
        "cache-redis-evicts-keys",
        "cache-redis-cpu-high",
        "cache-redis-replica-lags",
        "edge-edge-errors",
        "edge-edge-service-errors",
        "edge-edge-slow",
        "edge-certificate-ends",
    }


def test_an_alarm_of_one_thing_watches_its_metric() -> None:
    made = alarms()["shadower-analytics-database-postgres-storage-nearly-full"]
    expected = {
        "namespace": "AWS/RDS",
        "metric_name": "FreeStorageSpace",
        "dimensions": {"DBInstanceIdentifier": "shadower-analytics"},
        "statistic": "Minimum",
        "comparison_operator": "LessThanThreshold",
        "threshold": 10 * 2**30,
        "period": 60,
        "evaluation_periods": 15,
        "datapoints_to_alarm": 15,
        "treat_missing_data": "notBreaching",
        "alarm_actions": ["${aws_sns_topic.monitoring.arn}"],
        "ok_actions": ["${aws_sns_topic.monitoring.arn}"],
    }
    assert {key: made[key] for key in expected} == expected
    assert made["alarm_description"].startswith("Critical: less than 10 % of the storage of database is free. A full")
    assert made["alarm_description"].endswith(" https://runbooks.example/PostgresStorageNearlyFull")


def test_an_alarm_of_several_things_watches_the_worst_of_them_or_the_sum() -> None:
    memory = alarms()["shadower-analytics-cache-redis-memory-nearly-full"]["metric_query"]
    assert [(one["id"], one["return_data"]) for one in memory] == [("worst", True), ("m1", False), ("m2", False)]
    assert memory[0]["expression"] == "MAX([m1,m2])"
    assert [one["metric"]["dimensions"] for one in memory[1:]] == [
        {"CacheClusterId": "shadower-analytics-cache-001"},
        {"CacheClusterId": "shadower-analytics-cache-002"},
    ]
    ports = alarms()["shadower-analytics-network-nat-out-of-ports"]["metric_query"]
    assert ports[0]["expression"] == "SUM([m1,m2,m3])"
    assert ports[1]["metric"]["dimensions"] == {"NatGatewayId": "${aws_nat_gateway.network_nat_a.id}"}


def test_what_is_gone_is_told_by_its_silence() -> None:
    made = alarms()["shadower-analytics-database-postgres-down"]
    assert (made["threshold"], made["comparison_operator"], made["treat_missing_data"]) == (
        0,
        "LessThanThreshold",
        "breaching",
    )
    assert made["evaluation_periods"] == 5


def test_a_load_balancer_is_found_by_its_tags() -> None:
    (query,) = alarms()["shadower-analytics-edge-edge-slow"]["metric_query"]
    assert query["expression"] == (
        'SELECT AVG(TargetResponseTime) FROM "AWS/ApplicationELB" '
        "WHERE tag.Environment = 'prod' AND tag.Product = 'analytics'"
    )


def test_a_certificate_is_watched_by_its_address() -> None:
    made = alarms()["shadower-analytics-edge-certificate-ends"]
    address = made["dimensions"]["CertificateArn"].removeprefix("${").removesuffix(".arn}").partition(".")
    assert address[2] in document().find(address[0])
    arn = "arn:aws:acm:us-west-2:123456789012:certificate/0f3a9b12-0000-0000-0000-000000000000"
    given = alarms(edge__certificate_arn=arn)["shadower-analytics-edge-certificate-ends"]
    assert given["dimensions"] == {"CertificateArn": arn}
    assert (made["period"], made["evaluation_periods"], made["threshold"]) == (86400, 1, 30)


def test_every_reference_is_to_what_the_stack_makes() -> None:
    for one in alarms().values():
        for word in json.dumps(one).split('"'):
            if word.startswith("${") and word.endswith("}"):
                kind, name, _ = word[2:-1].split(".")
                assert name in document().find(kind), word


def test_thresholds_come_from_the_object() -> None:
    changed = alarms(monitoring__thresholds={"database_cpu_percent": 70, "cache_memory_percent": 60})
    assert changed["shadower-analytics-database-postgres-cpu-high"]["threshold"] == 70
    assert changed["shadower-analytics-cache-redis-memory-nearly-full"]["threshold"] == 60


@pytest.mark.parametrize(
    ("instance_class", "parameters", "threshold"),
    [
        ("db.t3.medium", {}, 324),
        ("db.m6g.xlarge", {}, 1297),
        ("db.r6g.8xlarge", {}, 4000),
        ("db.t3.medium", {"max_connections": "200"}, 160),
        ("db.x2g.large", {}, None),
    ],
)
def test_connections_are_counted_against_what_the_machine_takes(
    instance_class: str, parameters: dict[str, str], threshold: int | None
) -> None:
    database = environment("prod", database__instance_class=instance_class, database__parameters=parameters).database
    (alert,) = [one for one in database.monitoring().alerts if one.name == "PostgresConnectionsNearlyUsedUp"]
    assert (alert.measured.threshold if alert.measured else None) == threshold


def test_the_topic_is_encrypted_and_only_alarms_of_this_account_write_to_it() -> None:
    found = document()
    topic = found.find("aws_sns_topic")["monitoring"]
    assert (topic["name"], topic["kms_master_key_id"]) == (
        "shadower-analytics-monitoring",
        "${aws_kms_key.monitoring.arn}",
    )
    (statement,) = policy(found.find("aws_sns_topic_policy")["monitoring"]["policy"])
    assert statement["Principal"] == {"Service": ["cloudwatch.amazonaws.com"]}
    assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": "123456789012"}}
    services = [
        one for one in policy(found.find("aws_kms_key")["monitoring"]["policy"]) if "Service" in one["Principal"]
    ]
    assert [one["Principal"] for one in services] == [{"Service": "cloudwatch.amazonaws.com"}]
    (subscription,) = found.find("aws_sns_topic_subscription").values()
    assert (subscription["protocol"], subscription["endpoint"]) == ("email", "oncall@shadower.ai")


def test_a_topic_that_exists_is_used_as_it_is() -> None:
    arn = "arn:aws:sns:us-west-2:123456789012:alerts"
    found = analytics("prod", monitoring__kind="cloudwatch", monitoring__topic_arn=arn, monitoring__notify=())
    assert not found.find("aws_sns_topic")
    assert {tuple(one["alarm_actions"]) for one in found.find("aws_cloudwatch_metric_alarm").values()} == {(arn,)}


def test_nothing_is_made_where_nobody_watches() -> None:
    for kind in ("none", "operator"):
        found = analytics("prod", monitoring__kind=kind)
        assert not found.find("aws_cloudwatch_metric_alarm")
        assert not found.find("aws_sns_topic")


@pytest.mark.skipif(not MODEL.is_file(), reason="no model of the API: `make .venv-check` brings botocore")
def test_the_api_takes_every_alarm() -> None:
    shapes = json.loads(gzip.decompress(MODEL.read_bytes()))["shapes"]
    made = alarms(database__replica={"instance_class": "db.t3.medium"})
    assert "shadower-analytics-database-postgres-replica-lags" in made
    for name, one in made.items():
        given = {NAMES[key]: value for key, value in one.items() if key not in {"//", "tags"}}
        assert [*faults(given, "PutMetricAlarmInput", shapes)] == [], name


def test_a_replica_is_watched_for_how_far_it_is_behind() -> None:
    name = "shadower-analytics-database-postgres-replica-lags"
    assert name not in alarms()
    made = alarms(database__replica={"instance_class": "db.t3.medium"})[name]
    assert (made["metric_name"], made["threshold"]) == ("ReplicaLag", 60)
    assert made["treat_missing_data"] == "breaching", "one that is gone has no figures"
    assert made["dimensions"] == {"DBInstanceIdentifier": "shadower-analytics-replica"}


def test_the_dashboard_has_a_graph_for_each_alarm_with_its_line() -> None:
    made = document().find("aws_cloudwatch_dashboard")["monitoring"]
    assert made["dashboard_name"] == "shadower-analytics-monitoring"
    widgets = json.loads(made["dashboard_body"])["widgets"]
    assert len(widgets) == len(alarms())
    places = {(one["x"], one["y"]) for one in widgets}
    assert len(places) == len(widgets), "no two lie on each other"
    assert all(one["x"] + one["width"] <= 24 for one in widgets)
    (storage,) = [one["properties"] for one in widgets if one["properties"]["title"] == "PostgresStorageNearlyFull"]
    assert storage["metrics"] == [["AWS/RDS", "FreeStorageSpace", "DBInstanceIdentifier", "shadower-analytics"]]
    assert storage["annotations"]["horizontal"][0]["value"] == 10 * 2**30
    (slow,) = [one["properties"] for one in widgets if one["properties"]["title"] == "EdgeSlow"]
    assert slow["metrics"][0][0]["expression"].startswith("SELECT AVG(TargetResponseTime)")


def test_the_pipeline_may_change_what_watches_and_nothing_like_it_of_others() -> None:
    found = document()
    (watching,) = [
        json.loads(one["policy"])["Statement"]
        for name, one in found.find("aws_iam_policy").items()
        if "watching" in name
    ]
    by_sid = {one["Sid"]: one for one in watching}
    assert by_sid["Alarms"]["Resource"] == ["arn:aws:cloudwatch:us-west-2:123456789012:alarm:shadower-analytics*"]
    assert by_sid["Topics"]["Resource"] == ["arn:aws:sns:us-west-2:123456789012:shadower-analytics*"]
    assert by_sid["Prometheus"]["Condition"] == {
        "StringEquals": {"aws:ResourceTag/Environment": "prod", "aws:ResourceTag/Product": "analytics"}
    }
    actions = {action for one in watching for action in one["Action"]}
    assert not [action for action in actions if "*" in action]
    assert "aps:CreateScraper" not in actions, "it lets the scraper into the cluster, which a person does"
    without = analytics("prod", monitoring__kind="none").find("aws_iam_policy")
    assert {*found.find("aws_iam_policy")} - {*without} == {"delivery_watching"}
    attached = found.find("aws_iam_role_policy_attachment")["delivery_deploy_watching"]
    assert attached["policy_arn"] == "${aws_iam_policy.delivery_watching.arn}"


def test_the_logs_of_pods_are_kept_for_as_long_as_is_said() -> None:
    found = analytics("prod", monitoring__pod_logs={"retention_days": 14})
    addon = found.addon("amazon-cloudwatch-observability")
    assert addon["configuration_values"] == {"containerLogs": {"enabled": True}}
    assert addon["pod_identity_association"] == [
        {"service_account": "cloudwatch-agent", "role_arn": "${aws_iam_role.monitoring_logs.arn}"}
    ]
    groups = {
        one["name"]: (one["retention_in_days"], one["kms_key_id"])
        for one in found.find("aws_cloudwatch_log_group").values()
        if "containerinsights" in one["name"]
    }
    assert groups == {
        f"/aws/containerinsights/shadower-analytics/{kind}": (14, "${aws_kms_key.logs.arn}")
        for kind in ("application", "dataplane", "host", "performance")
    }
    assert {f"aws_cloudwatch_log_group.monitoring_logs_{kind}" for kind in ("application", "host")} <= {
        *addon["depends_on"]
    }
    assert "amazon-cloudwatch-observability" not in analytics("prod").addons()
