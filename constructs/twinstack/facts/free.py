"""The arguments that our output writes and that AWS holds to nothing that a fact could say, each with the reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

FREE: Final[Mapping[str, str]] = {
    "aws_cloudwatch_metric_alarm.metric_query.label": "free text",
    "aws_cloudwatch_metric_alarm.threshold": "any number: it is in the metric's own unit",
    "aws_db_instance.password_wo_version": "a number of our own, of the provider alone",
    "aws_db_parameter_group.description": "free text: RDS says no more than that it is text",
    "aws_db_subnet_group.description": "free text",
    "aws_elasticache_parameter_group.description": "free text",
    "aws_elasticache_parameter_group.parameter.name": "the engine's parameters, by version",
    "aws_elasticache_replication_group.auth_token_wo_version": "a number of our own, of the provider alone",
    "aws_elasticache_replication_group.description": "free text",
    "aws_elasticache_subnet_group.description": "free text",
    "aws_prometheus_rule_group_namespace.data": "a document in Prometheus' own words, which promtool reads in the tests",
    "aws_prometheus_scraper.scrape_configuration": "a document in Prometheus' own words, which promtool reads in the tests",
    "aws_secretsmanager_secret_version.secret_string_wo_version": "a number of our own, of the provider alone",
    "aws_sns_topic_subscription.endpoint": "what its protocol takes, which `monitoring.notify` is held to (TW648)",
}
"""By type and path."""
