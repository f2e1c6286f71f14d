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
        if inner and (beside := self.beside.get(outermost)):
            made = [{**beside[0], **made[0]}]
        return {**self.beside, outermost: made}


POSTGRES: Final = {"engine": "postgres", "engine_version": "15"}
EXAMPLES: Final = (
    Example("a list of values", "aws_db_instance", "storage_type", "gp5", "gp3", "gp3"),
    Example("a list of values", "aws_lb", "ip_address_type", "dual-stack", "dualstack", "dualstack"),
    Example("a list of values", "aws_flow_log", "traffic_type", "reject", "REJECT", "REJECT"),
    Example("a list whose values have numbers", "aws_lambda_function", "runtime", "python3.99", "python3.13"),
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
    Example("a value in a map", "aws_cloudwatch_metric_alarm", "dimensions.DBInstanceIdentifier", "a" * 1025, "shop", "a" * 1024),
    Example("a Kubernetes version", "aws_eks_cluster", "version", "1.29", "1.36", "1.31"),
    Example("a Kubernetes version", "aws_eks_cluster", "version", "1.37", "1.36", "1.36"),
    Example("an add-on's name", "aws_eks_addon", "addon_name", "core-dns", "coredns", "coredns"),
    Example("an add-on's version", "aws_eks_addon", "addon_version", "latest", "v1.11.4-eksbuild.2"),
    Example("the size of a kind of storage", "aws_db_instance", "allocated_storage", 5, 20, "20",
            {"engine": "postgres", "storage_type": "gp3"}),
    Example("the size of a kind of storage", "aws_db_instance", "allocated_storage", 99, 100, "100",
            {"engine": "postgres", "storage_type": "io1", "iops": 2000}),
    Example("a kind of storage of an engine", "aws_db_instance", "storage_type", "gp2", "gp3", "gp3", {"engine": "db2-se"}),
    Example("what storage can do", "aws_db_instance", "iops", 12000, None, "",
            {"engine": "postgres", "storage_type": "gp3", "allocated_storage": 100}),
    Example("what storage can do", "aws_db_instance", "iops", 6000, 12000, "12000",
            {"engine": "postgres", "storage_type": "gp3", "allocated_storage": 400}),
    Example("what storage can do", "aws_db_instance", "iops", 6000, 5000, "5000",
            {"engine": "postgres", "storage_type": "io1", "allocated_storage": 100}),
    Example("what storage can do", "aws_db_instance", "storage_throughput", 4000, 3000, "3000",
            {"engine": "postgres", "storage_type": "gp3", "allocated_storage": 400, "iops": 12000}),
    Example("what a volume can do", "aws_ebs_volume", "iops", 2000, 3000, "3000", {"type": "gp3", "size": 10}),
    Example("what a volume can do", "aws_launch_template", "block_device_mappings.ebs.volume_size", 70000, 50, "65536"),
    Example("a log of an engine", "aws_db_instance", "enabled_cloudwatch_logs_exports", ["audit"], ["upgrade"], "",
            {"engine": "postgres"}),
    Example("how often an alarm looks", "aws_cloudwatch_metric_alarm", "period", 45, 60, "60"),
    Example("how far an alarm looks back", "aws_cloudwatch_metric_alarm", "evaluation_periods", 300, 288, "288", {"period": 300}),
    Example("advanced insights", "aws_db_instance", "performance_insights_retention_period", 31, 465, "465",
            {"database_insights_mode": "advanced"}),
    Example("a node with disks", "aws_elasticache_replication_group", "node_type", "cache.r6gd.xlarge", "cache.r6g.xlarge",
            "cache.r6g.xlarge"),
    Example("a firewall of one region", "aws_wafv2_web_acl", "scope", "CLOUDFRONT", "REGIONAL", "REGIONAL"),
    Example("two windows that meet", "aws_db_instance", "backup_window", "04:30-05:30", "03:00-04:00", "",
            {"maintenance_window": "sun:04:00-sun:05:00"}),
    Example("a window that is too short", "aws_elasticache_replication_group", "snapshot_window", "03:00-03:20", "03:00-04:00"),
    Example("a value of a parameter", "aws_db_parameter_group", "parameter.value", "on", "1", "",
            {"family": "postgres15", "parameter": [{"name": "rds.force_ssl"}]}),
    Example("a value of a parameter", "aws_elasticache_parameter_group", "parameter.value", "gx", "Ex", "",
            {"family": "redis7", "parameter": [{"name": "notify-keyspace-events"}]}),
    Example("a machine of a region", "aws_instance", "instance_type", "x8g.medium", "t4g.micro", region="ap-south-2"),
    Example("a machine there is not", "aws_eks_node_group", "instance_types", ["m7g.huge"], ["m7g.large"], "m7g.large"),
    Example("a class of an engine's version", "aws_db_instance", "instance_class", "db.t2.micro", "db.t4g.micro",
            "db.t3.micro", POSTGRES),
    Example("a class of a region", "aws_elasticache_replication_group", "node_type", "cache.m4.large", "cache.t4g.micro",
            "cache.m6g.large", region="mx-central-1"),
    Example("an engine's version", "aws_db_instance", "engine_version", "15.3", "15", "", {"engine": "postgres"}),
    Example("an engine's version", "aws_elasticache_replication_group", "engine_version", "7.3", "7.1", "7.1",
            {"engine": "redis"}),
    Example("an engine's next version", "aws_db_instance", "engine_version", "15.20", "15.19", "15.19", {"engine": "postgres"}),
    Example("an engine's next version", "aws_elasticache_replication_group", "engine_version", "9.2", "9.1", "9.1",
            {"engine": "valkey"}),
    Example("a machine of a later family", "aws_instance", "instance_type", "m11g.large", "m8g.large", "m9g.large"),
    Example("a machine of before", "aws_elasticache_replication_group", "node_type", "cache.t1.micro", "cache.t4g.micro",
            "cache.t2.micro"),
    Example("a name of a parameter", "aws_db_parameter_group", "parameter.name", "max_connectons", "max_connections",
            "max_connections", {"family": "postgres15"}),
    Example("a name of a parameter", "aws_elasticache_parameter_group", "parameter.name", "close-on-slave-write",
            "close-on-replica-write", "close-on-replica-write", {"family": "valkey8"}),
    Example("a parameter group's family", "aws_db_parameter_group", "family", "postgresql15", "postgres15", "postgres15"),
    Example("a parameter group's family", "aws_db_parameter_group", "family", "postgres19", "postgres18", "postgres18"),
    Example("a parameter group's family", "aws_elasticache_parameter_group", "family", "redis7.1", "redis7", "redis7"),
    Example("a zone of a region", "aws_subnet", "availability_zone", "us-east-1a", "us-west-2a", "us-west-2a"),
)  # fmt: skip
