"""The limits, one a row: what is counted, how many AWS takes, whose page says so.

Names, lengths and values of single arguments are checked as the environment loads; here are those of what a product adds by
itself, and the sums that only the whole output shows.

Looked up on 2026-11-28, each in what its row names: pages of AWS's documentation, the API models of botocore 1.44.8 (`API`),
and for node groups the Terraform provider's own check (internal/service/eks/node_group.go, commit 012e0a3). A row that is
refused was found there as a limit that nobody can have raised. Rows whose source ends in `UNSEEN` were not found again: they
are defaults as AWS has published them, and only warn.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from twinstack.quotas.capacity import Capacity
from twinstack.quotas.counting import (
    Characters,
    CharactersTogether,
    Children,
    Counting,
    Everything,
    Items,
    Names,
    Tags,
    TagText,
)  # fmt: skip

IAM: Final = "IAM User Guide, IAM and AWS STS quotas"
VPC: Final = "Amazon VPC User Guide, Amazon VPC quotas"
EKS: Final = "Amazon EKS User Guide, View and manage Amazon EKS and Fargate service quotas"
WAF: Final = "AWS WAF Developer Guide, AWS WAF quotas"
PRIVATE_LINK: Final = "AWS PrivateLink Guide, AWS PrivateLink quotas"
RDS: Final = "AWS General Reference, Amazon RDS endpoints and quotas"
UNSEEN: Final = ", the published default; not looked up again"
CACHE: Final = "Amazon ElastiCache User Guide, Quotas for ElastiCache" + UNSEEN
KMS: Final = "AWS KMS Developer Guide, Resource quotas, which no longer names it" + UNSEEN
S3: Final = "Amazon S3 User Guide, Bucket policies and user policies; API Reference, PutBucketLifecycleConfiguration"
TAGGING: Final = "Tagging AWS Resources and Tag Editor User Guide, Tag naming limits"
POLICY: Final = "link fewer resources to this workload, or split it into two workloads"
RULES: Final = "admit fewer sources, or put them into one range or one group"


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit."""

    code: str
    what: str
    most: int
    counting: Counting
    fix: str
    source: str
    is_default: bool = False
    """What an account has until somebody asks AWS for more, or pays more: said as a warning, since only AWS knows whether
    that was done. Any other is refused before anything is written."""


def _name(type_: str, most: int, source: str, argument: str = "name") -> Limit:
    return Limit("TW350", f"characters of {argument}", most, Names(type_, argument), "choose a shorter one", source)


LIMITS: Final = (
    Limit("TW340", "characters of a role's inline policies together", 10_240,
          CharactersTogether("aws_iam_role_policy", "policy", "role"), POLICY, IAM),
    Limit("TW341", "characters of a role's trust policy", 2_048, Characters("aws_iam_role", "assume_role_policy"),
          "name fewer principals and conditions, or ask AWS for more", IAM, is_default=True),
    Limit("TW342", "managed policies of a role", 20, Children(("aws_iam_role_policy_attachment",), "role"),
          "put their statements into one inline policy, or ask AWS for more", IAM + UNSEEN, is_default=True),
    Limit("TW343", "bytes of a key policy", 32_768, Characters("aws_kms_key", "policy"),
          "name fewer users of the key, or use a second key", KMS, is_default=True),
    Limit("TW343", "bytes of a bucket policy", 20_480, Characters("aws_s3_bucket_policy", "policy"),
          "say it in fewer statements", S3),
    Limit("TW343", "characters of an endpoint policy", 20_480, Characters("aws_vpc_endpoint", "policy"),
          "say it in fewer statements", PRIVATE_LINK),
    Limit("TW343", "characters of a secret's policy", 20_480, Characters("aws_secretsmanager_secret_policy", "policy"),
          "say it in fewer statements", "AWS Secrets Manager API Reference, PutResourcePolicy"),
    Limit("TW344", "tags of a resource, those of the environment among them", 50, Tags(),
          "write fewer under `tags`", TAGGING),
    Limit("TW344", "characters of a tag's key", 128, TagText(of_keys=True), "choose a shorter key", TAGGING),
    Limit("TW344", "characters of a tag's value", 256, TagText(of_keys=False), "choose a shorter value", TAGGING),
    Limit("TW345", "rules into a security group", 60,
          Children(("aws_vpc_security_group_ingress_rule",), "security_group_id"), RULES, VPC, is_default=True),
    Limit("TW345", "rules out of a security group", 60,
          Children(("aws_vpc_security_group_egress_rule",), "security_group_id"), RULES, VPC, is_default=True),
    Limit("TW345", "rules into a security group, whatever was asked for", 1_000,
          Children(("aws_vpc_security_group_ingress_rule",), "security_group_id"), RULES, VPC),
    Limit("TW346", "security groups of a database", 5, Items("aws_db_instance", ("vpc_security_group_ids",)), RULES, VPC, is_default=True),
    Limit("TW346", "security groups of a cache", 5,
          Items("aws_elasticache_replication_group", ("security_group_ids",)), RULES, VPC, is_default=True),
    Limit("TW346", "security groups of an endpoint", 5, Items("aws_vpc_endpoint", ("security_group_ids",)), RULES, VPC, is_default=True),
    Limit("TW346", "further security groups of a cluster", 4,
          Items("aws_eks_cluster", ("vpc_config", "security_group_ids")), RULES, EKS),
    Limit("TW347", "routes of a table", 500, Children(("aws_route",), "route_table_id"),
          "join the ranges", VPC, is_default=True),
    Limit("TW347", "subnets of a VPC", 200, Children(("aws_subnet",), "vpc_id"), "use fewer zones", VPC, is_default=True),
    Limit("TW347", "route tables of a VPC", 200, Children(("aws_route_table",), "vpc_id"),
          "share a table between subnets", VPC, is_default=True),
    Limit("TW347", "interface endpoints of a VPC", 50,
          Children(("aws_vpc_endpoint",), "vpc_id", ("vpc_endpoint_type", "Interface")),
          "name fewer `endpoints`", PRIVATE_LINK, is_default=True),
    Limit("TW347", "gateway endpoints of a region", 20,
          Children(("aws_vpc_endpoint",), "vpc_id", ("vpc_endpoint_type", "Gateway")),
          "make fewer", PRIVATE_LINK, is_default=True),
    Limit("TW347", "subnets of a database's group", 20, Items("aws_db_subnet_group", ("subnet_ids",)), "name fewer", RDS),
    Limit("TW347", "subnets of a cache's group", 20, Items("aws_elasticache_subnet_group", ("subnet_ids",)), "name fewer", CACHE,
          is_default=True),
    Limit("TW348", "units of a web ACL's rules", 5_000, Capacity(at_least=True), "use fewer rules, or split them by path", WAF),
    Limit("TW348", "units of a web ACL's rules that cost nothing more", 1_500, Capacity(at_least=False),
          "use fewer rules, or pay for each million of requests", WAF, is_default=True),
    Limit("TW348", "bodies of a web ACL's own answers", 50, Items("aws_wafv2_web_acl", ("custom_response_body",)),
          "share one between rules", WAF, is_default=True),
    Limit("TW349", "Pod Identity associations of a cluster", 5_000,
          Children(("aws_eks_pod_identity_association",), "cluster_name"), "use a second cluster",
          "Amazon EKS User Guide, Learn how EKS Pod Identity grants Pods access to AWS services"),
    Limit("TW349", "node groups of a cluster", 30, Children(("aws_eks_node_group",), "cluster_name"),
          "join node groups", EKS, is_default=True),
    Limit("TW349", "ranges that reach the API server over the internet", 40,
          Items("aws_eks_cluster", ("vpc_config", "public_access_cidrs")), "join the ranges", EKS),
    Limit("TW349", "lifecycle rules of a bucket", 1_000,
          Items("aws_s3_bucket_lifecycle_configuration", ("rule",)), "join rules", S3),
    _name("aws_cloudwatch_metric_alarm", 255, "API PutMetricAlarm", "alarm_name"),
    _name("aws_cloudwatch_metric_alarm", 1_024, "API PutMetricAlarm", "alarm_description"),
    _name("aws_db_instance", 63, "API CreateDBInstance", "identifier"),
    _name("aws_db_instance", 255, "API DeleteDBInstance", "final_snapshot_identifier"),
    _name("aws_db_subnet_group", 255, "API CreateDBSubnetGroup"),
    _name("aws_db_parameter_group", 255, "API CreateDBParameterGroup"),
    _name("aws_elasticache_replication_group", 40, "API CreateReplicationGroup", "replication_group_id"),
    _name("aws_elasticache_subnet_group", 255, "API CreateCacheSubnetGroup"),
    _name("aws_eks_node_group", 63, "Terraform provider, node_group_name", "node_group_name"),
    _name("aws_s3_bucket", 63, "Amazon S3 User Guide, General purpose bucket naming rules", "bucket"),
    _name("aws_sns_topic", 256, "API CreateTopic"),
    _name("aws_sqs_queue", 80, "API CreateQueue"),
)  # fmt: skip
OF_AN_ACCOUNT: Final = (
    Limit("TW351", "Elastic IP addresses of a region", 5, Everything("aws_eip"),
          "ask AWS for more (Service Quotas, EC2-VPC Elastic IPs), or set `nat: single`", VPC,
          is_default=True),
    Limit("TW351", "VPCs of a region", 5, Everything("aws_vpc"),
          "ask AWS for more (Service Quotas, VPCs per Region)", VPC, is_default=True),
)  # fmt: skip
"""What all environments of one account and region share, with whatever else lies there."""
