"""Rules over arguments that need each other, lie the wrong way round, or are taken once in all.

Sources: Amazon RDS API Reference, "CreateDBInstance"; Amazon ElastiCache API Reference, "CreateReplicationGroup"; Amazon EC2 API
Reference, "AuthorizeSecurityGroupIngress", "CreateRoute" and "CreateNatGateway"; Amazon EKS User Guide, "Cluster API server
endpoint" and "Learn how EKS Pod Identity grants Pods access to AWS services"; AWS WAF API Reference, "Rule".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from twinstack.environment.spec import Half
from twinstack.policy.aws.stack import Resource, Stack
from twinstack.policy.rule import Fault, Rules

RULES: Final = Rules(Half.INFRASTRUCTURE)


@RULES("lacks-its-other", "An argument without the other that it needs", "write both, or neither", severity="error")
def lacks_its_other(stack: Stack) -> Iterator[Fault]:
    """AWS, or the provider, refuses the one without the other."""
    for one in stack.of(*NEEDS):
        if any(one.get(key) for key in MADE_FROM):
            continue
        for key, other in NEEDS[one.type]:
            if _is_on(one, key) and not _is_on(one, other) and (one.literal("engine"), other) not in ON_ALREADY:
                yield Fault(one.address, other, f"{one.literal(other) or 'nothing'}, beside {key}", "what it needs")


@RULES("wrong-way-round", "A least that is over the most", "exchange them", severity="error")
def wrong_way_round(stack: Stack) -> Iterator[Fault]:
    """AWS refuses a range whose end lies before its beginning, and a check that may take as long as it comes anew."""
    for one in stack.of(*RANGES):
        for least, most in RANGES[one.type]:
            low, high = (str(one.inner(*key.split("."))) for key in (least, most))
            is_of_icmp = one.literal("ip_protocol") in ICMP  # whose type and code they are
            first = int(low) + (most in STRICT) if low.isdigit() else 0
            if high.isdigit() and 0 < int(high) < first and not is_of_icmp:
                yield Fault(one.address, most, f"{least} {low}, {most} {high}", f"{first} or more")


@RULES("taken-once", "Something that is taken once, twice", "keep one of the two", severity="error")
def taken_once(stack: Stack) -> Iterator[Fault]:
    """AWS refuses the second: a route of one table to one place, a subnet's table, an address, a service account's role, a name."""
    seen: dict[tuple[str, ...], str] = {}
    for one in stack.of(*ONCE):
        for keys in ONCE[one.type]:
            said = [str(one.get(key)) for key in keys if one.get(key) is not None]
            if len(said) < len(keys) or {"for_each", "count", "provider", "region"} & set(one.data):
                continue
            other = seen.setdefault((one.type, *keys, *said), one.address)
            if other != one.address:
                yield Fault(one.address, keys[-1], f"{said[-1]}, as {other} has it", "one of its own")


@RULES("no-certificate", "A listener for TLS without a certificate", "name a certificate", severity="error")
def no_certificate(stack: Stack) -> Iterator[Fault]:
    """A load balancer refuses a listener of HTTPS or TLS that has no certificate of its own."""
    for one in stack.of("aws_lb_listener", "aws_alb_listener"):
        protocol = one.literal("protocol").upper()
        if protocol in {"HTTPS", "TLS"} and one.get("certificate_arn") is None:
            yield Fault(one.address, "certificate_arn", f"nothing, with {protocol}", "the ARN of a certificate")


@RULES("private-names-unknown", "A private endpoint in a network without names", "turn both on")
def private_names_unknown(stack: Stack) -> Iterator[Fault]:
    """Whoever asks for the name of a private endpoint gets no address where the network resolves none."""
    private = any(
        block.get("endpoint_private_access") is True
        for one in stack.of("aws_eks_cluster")
        for block in one.blocks("vpc_config")
    )
    for one in stack.of("aws_vpc") if private else ():
        for key in ("enable_dns_support", "enable_dns_hostnames"):
            if one.data.get(key) is False:
                yield Fault(one.address, key, "false", "true")


@RULES("firewall-rule-twice", "Two rules of a firewall in one place", "number them apart", severity="error")
def firewall_rule_twice(stack: Stack) -> Iterator[Fault]:
    """A firewall takes a priority once, and a name once."""
    for one in stack.of("aws_wafv2_web_acl", "aws_wafv2_rule_group"):
        for key in ("priority", "name"):
            seen: set[Any] = set()
            for rule in one.blocks("rule"):
                value = rule.get(key)
                if isinstance(value, int | str) and value in seen:
                    yield Fault(one.address, f"rule.{key}", f"{value} twice", "each once")
                seen.add(value if isinstance(value, int | str) else id(rule))


def _is_on(one: Resource, key: str) -> bool:
    """Whether it is said, and says more than that it is off."""
    value = one.get(key)
    return value not in (None, False, 0) and one.literal(key) not in ("false", "0")


NEEDS: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "aws_db_instance": (
        ("monitoring_interval", "monitoring_role_arn"),
        ("monitoring_role_arn", "monitoring_interval"),
        ("kms_key_id", "storage_encrypted"),
    ),
    "aws_elasticache_replication_group": (
        ("auth_token", "transit_encryption_enabled"),
        ("auth_token_wo", "transit_encryption_enabled"),
        ("kms_key_id", "at_rest_encryption_enabled"),
        ("multi_az_enabled", "automatic_failover_enabled"),
    ),
    "aws_rds_cluster": (("kms_key_id", "storage_encrypted"),),
}
MADE_FROM: Final = (
    "replicate_source_db",
    "snapshot_identifier",
    "restore_to_point_in_time",
    "replication_source_identifier",
    "global_replication_group_id",
    "global_cluster_identifier",
)
"""What has its encryption from another."""
ON_ALREADY: Final = frozenset({("valkey", "at_rest_encryption_enabled")})
"""What the provider has on unless something else is said."""
ICMP: Final = frozenset({"icmp", "icmpv6", "1", "58"})
RANGES: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "aws_appautoscaling_target": (("min_capacity", "max_capacity"),),
    "aws_autoscaling_group": (
        ("min_size", "max_size"), ("desired_capacity", "max_size"), ("min_size", "desired_capacity"),
    ),
    "aws_db_instance": (("allocated_storage", "max_allocated_storage"),),
    "aws_eks_node_group": tuple(
        (f"scaling_config.{least}_size", f"scaling_config.{most}_size")
        for least, most in (("min", "max"), ("desired", "max"), ("min", "desired"))
    ),
    "aws_lb_target_group": (("health_check.timeout", "health_check.interval"),),
    "aws_vpc_security_group_egress_rule": (("from_port", "to_port"),),
    "aws_vpc_security_group_ingress_rule": (("from_port", "to_port"),),
}  # fmt: skip
STRICT: Final = frozenset({"health_check.interval"})
"""Of these the end is not the beginning either."""
ONCE: Final[Mapping[str, tuple[tuple[str, ...], ...]]] = {
    **{kind: ((key,),) for kind, key in {
        "aws_cloudwatch_metric_alarm": "alarm_name", "aws_cloudwatch_log_group": "name", "aws_db_instance": "identifier",
        "aws_db_parameter_group": "name", "aws_db_subnet_group": "name", "aws_dynamodb_table": "name",
        "aws_ecr_repository": "name", "aws_eks_cluster": "name", "aws_elasticache_parameter_group": "name",
        "aws_elasticache_replication_group": "replication_group_id", "aws_elasticache_subnet_group": "name",
        "aws_kms_alias": "name", "aws_lambda_function": "function_name", "aws_s3_bucket": "bucket", "aws_sns_topic": "name",
        "aws_sqs_queue": "name",
    }.items()},
    "aws_eks_addon": (("cluster_name", "addon_name"),),
    "aws_eks_pod_identity_association": (("cluster_name", "namespace", "service_account"),),
    "aws_nat_gateway": (("allocation_id",),),
    "aws_route": (
        ("route_table_id", "destination_cidr_block"),
        ("route_table_id", "destination_ipv6_cidr_block"),
        ("route_table_id", "destination_prefix_list_id"),
    ),
    "aws_route_table_association": (("subnet_id",),),
    "aws_secretsmanager_secret": (("name",),),
}  # fmt: skip
"""By type, what no two of them may have alike; of alarms, queues and topics AWS writes the first over. A name that a provider of another region has may be another one's."""
