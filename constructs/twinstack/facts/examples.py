"""One right and one wrong value for each kind of fact: what the tests hold, and what the page of facts shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Example:
    """An argument with a value that AWS refuses and one that it takes."""

    kind: str
    """The kind of fact."""
    type: str
    """The resource type."""
    path: str
    """The argument."""
    wrong: Any
    """What is refused."""
    right: Any
    """What is taken."""
    nearest: str = ""
    """What is named as the nearest right value."""
    beside: Mapping[str, Any] = field(default_factory=dict)
    """The other arguments that decide it."""
    region: str = "us-west-2"
    """Where it is to be made."""

    def arguments(self, value: Any) -> dict[str, Any]:
        """The resource's arguments with a value in this place."""
        outermost, *inner = self.path.split(".")
        made = value
        for part in reversed(inner):
            made = [{part: made}]
        return {**self.beside, outermost: made}


POSTGRES: Final = {"engine": "postgres", "engine_version": "15"}
EXAMPLES: Final = (
    Example("a list of values", "aws_db_instance", "storage_type", "gp5", "gp3", "gp3"),
    Example("a list of values", "aws_lb", "ip_address_type", "dual-stack", "dualstack", "dualstack"),
    Example("a list of values", "aws_flow_log", "traffic_type", "reject", "REJECT", "REJECT"),
    Example("a list of numbers", "aws_cloudwatch_log_group", "retention_in_days", 31, 30, "30"),
    Example("a list of numbers", "aws_db_instance", "monitoring_interval", 45, 30, "30"),
    Example("a range", "aws_db_instance", "backup_retention_period", 36, 35, "35"),
    Example("a range", "aws_kms_key", "deletion_window_in_days", 5, 7, "7"),
    Example("a range", "aws_sqs_queue", "visibility_timeout_seconds", 43201, 43200, "43200"),
    Example("a zero that is sent", "aws_db_instance", "iops", 0, 3000, "1000"),
    Example("a length", "aws_iam_role", "name", "a" * 65, "a" * 64, "a" * 64),
    Example("a pattern", "aws_eks_cluster", "name", "-shop", "shop"),
    Example("a name by AWS's page", "aws_s3_bucket", "bucket", "Shop_Exports", "shop-exports", "shop-exports"),
    Example("a reserved word", "aws_db_instance", "username", "rdsadmin", "app_admin"),
    Example("a window", "aws_db_instance", "maintenance_window", "sunday:04:00-05:00", "sun:04:00-sun:05:00"),
    Example("a value in a block", "aws_s3_bucket_versioning", "versioning_configuration.status", "On", "Enabled"),
    Example("a Kubernetes version", "aws_eks_cluster", "version", "1.29", "1.36", "1.31"),
    Example("a machine of a region", "aws_instance", "instance_type", "x8g.medium", "t4g.micro", region="ap-south-2"),
    Example("a machine there is not", "aws_eks_node_group", "instance_types", ["m7g.huge"], ["m7g.large"], "m7g.large"),
    Example("a class of an engine's version", "aws_db_instance", "instance_class", "db.t2.micro", "db.t4g.micro",
            "db.t3.micro", POSTGRES),
    Example("a class of a region", "aws_elasticache_replication_group", "node_type", "cache.m4.large", "cache.t4g.micro",
            "cache.m6g.large", region="mx-central-1"),
    Example("an engine's version", "aws_db_instance", "engine_version", "15.3", "15", "", {"engine": "postgres"}),
    Example("an engine's version", "aws_elasticache_replication_group", "engine_version", "7.3", "7.1", "7.1",
            {"engine": "redis"}),
    Example("a parameter group's family", "aws_db_parameter_group", "family", "postgresql15", "postgres15", "postgres15"),
    Example("a parameter group's family", "aws_elasticache_parameter_group", "family", "redis7.1", "redis7", "redis7"),
    Example("a zone of a region", "aws_subnet", "availability_zone", "us-east-1a", "us-west-2a", "us-west-2a"),
)  # fmt: skip
