"""What each resource of Terraform's is charged for, by its type. A type that nobody has looked at is not known."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeAlias

from twinstack.cost.line import Line, by_use, fixed, hourly, unknown
from twinstack.facts.prices import price_of
from twinstack.policy.aws.stack import Resource, Stack

Charges: TypeAlias = Callable[[Resource, Stack, str], Iterator[Line]]
"""The lines of a resource of a stack in a region."""


def lines_of_resources(document: Mapping[str, Any], region: str) -> Iterator[Line]:
    """The lines of every resource that costs something, or may."""
    stack = Stack(document)
    for one in stack.of():
        charges = CHARGES.get(one.type)
        if one.varies and one.type not in FREE:
            yield unknown(one.address, one.type, "how many of it there are, only the apply tells")
        elif charges is not None:
            yield from charges(one, stack, region)
        elif one.type not in FREE and not one.type.startswith(FREE_KINDS):
            yield unknown(one.address, one.type, "nobody has noted what it costs")


def _database(one: Resource, _: Stack, region: str) -> Iterator[Line]:
    engine, machine, zones = one.literal("engine"), one.literal("instance_class"), 2 if one.get("multi_az") else 1
    service = f"rds {engine} multi-az" if zones > 1 else f"rds {engine}"
    about = "two zones" if zones > 1 else "one zone"
    yield hourly(one.address, f"{machine}, {about}", 1, price_of(service, machine, region))
    kind, size = one.literal("storage_type") or "gp2", _number(one.get("allocated_storage"))
    most = _number(one.get("max_allocated_storage"))
    grows = f"grows to {most:g} GiB by itself" if most > size else ""
    price = price_of("rds storage", kind, region)
    copies = f", in {about}" if zones > 1 else ""
    yield fixed(one.address, f"{size:g} GiB of {kind}{copies}", size * zones, "GiB-month", price, grows)
    if _number(one.get("backup_retention_period")):
        note = f"beyond {size:g} GiB, which are free"
        yield by_use(one.address, "backups", "GiB-month", price_of("rds storage", "backup gb", region), note)


def _cache(one: Resource, _: Stack, region: str) -> Iterator[Line]:
    engine, machine = one.literal("engine") or "redis", one.literal("node_type")
    shards = _number(one.get("num_node_groups"))
    count = _number(one.get("num_cache_clusters")) or shards * (1 + _number(one.get("replicas_per_node_group"))) or 1
    price = price_of(f"elasticache {engine}", machine, region)
    yield hourly(one.address, f"{count:g} x {machine}" if count > 1 else machine, count, price)


def _cluster(one: Resource, _: Stack, region: str) -> Iterator[Line]:
    yield hourly(one.address, "control plane", 1, price_of("eks", "hour", region), "more on extended support")
    if one.inner("compute_config", "enabled"):
        yield by_use(one.address, "nodes of Auto Mode", "machine-hour", None, "what the pods below need")
        yield by_use(one.address, "Auto Mode's fee for each of them", "machine-hour", None, FEE)


def _nodes(one: Resource, _: Stack, region: str) -> Iterator[Line]:
    machine = next(iter(one.data.get("instance_types") or ()), "")
    least, most = (_number(one.inner("scaling_config", name)) for name in ("min_size", "max_size"))
    note = f"up to {most:g} of them" if most > least else ""
    if one.literal("capacity_type") == "SPOT":
        yield by_use(one.address, f"{least:g} x {machine}, spot", "machine-hour", None, "AWS changes it by the hour")
        return
    yield hourly(one.address, f"{least:g} x {machine}", least, price_of("ec2", machine, region), note)


def _gateway(one: Resource, _: Stack, region: str) -> Iterator[Line]:
    yield hourly(one.address, "NAT gateway", 1, price_of("nat", "hour", region))
    yield by_use(one.address, "what goes through it", "GB", price_of("nat", "gb", region), "either way")


def _address(one: Resource, _: Stack, region: str) -> Iterator[Line]:
    yield hourly(one.address, "public IPv4 address", 1, price_of("vpc", "public ipv4 hour", region))


def _endpoint(one: Resource, _: Stack, region: str) -> Iterator[Line]:
    if (one.literal("vpc_endpoint_type") or "Gateway") == "Gateway":
        return
    zones = len(one.data.get("subnet_ids") or ()) or 1
    service = one.literal("service_name").rpartition(".")[2]
    yield hourly(
        one.address, f"endpoint of {service} in {zones} zones", zones, price_of("vpc", "endpoint hour", region)
    )
    yield by_use(one.address, "what goes through it", "GB", price_of("vpc", "endpoint gb", region))


def _key(one: Resource, _: Stack, region: str) -> Iterator[Line]:
    note = "one more after each of its first two rotations" if one.get("enable_key_rotation") else ""
    yield fixed(one.address, "key", 1, "month", price_of("kms", "key", region), note)
    yield by_use(one.address, "requests", "request", price_of("kms", "request", region))


def _secret(one: Resource, _: Stack, region: str) -> Iterator[Line]:
    yield fixed(one.address, "secret", 1, "month", price_of("secrets", "secret", region))


def _bucket(one: Resource, _: Stack, region: str) -> Iterator[Line]:
    yield by_use(one.address, "what lies in it", "GB-month", price_of("s3", "gb", region), "requests beside that")


def _logs(one: Resource, _: Stack, region: str) -> Iterator[Line]:
    days = one.literal("retention_in_days")
    kept = f"kept for {days} days" if days and days != "0" else "kept for ever"
    yield by_use(one.address, "what is logged", "GB", price_of("cloudwatch", "log gb", region), kept)


def _alarm(one: Resource, _: Stack, region: str) -> Iterator[Line]:
    metrics = sum("metric" in query for query in one.blocks("metric_query")) or 1
    what = "alarm" if metrics == 1 else f"alarm of {metrics} metrics"
    yield fixed(one.address, what, metrics, "metric-month", price_of("cloudwatch", "alarm", region))


def _composite(one: Resource, _: Stack, region: str) -> Iterator[Line]:
    yield fixed(one.address, "composite alarm", 1, "month", price_of("cloudwatch", "composite alarm", region))


def _firewall(one: Resource, _: Stack, region: str) -> Iterator[Line]:
    yield fixed(one.address, "web firewall", 1, "month", price_of("waf", "acl", region))
    rules = len(one.blocks("rule"))
    yield fixed(one.address, f"{rules} rules", rules, "rule-month", price_of("waf", "rule", region))
    yield by_use(one.address, "what it looks at", "request", price_of("waf", "request", region))


def _balancer(one: Resource, _: Stack, region: str) -> Iterator[Line]:
    kind = one.literal("load_balancer_type") or "application"
    if kind not in BALANCERS:
        yield unknown(one.address, f"{kind} load balancer", "nobody has read its price")
        return
    yield from balancer(one.address, region, kind)


def balancer(subject: str, region: str, kind: str = "application") -> Iterator[Line]:
    """A load balancer, `application` or `network`, whoever makes it."""
    price = price_of("elb", f"{kind} hour", region)
    yield hourly(subject, f"{kind} load balancer", 1, price, "open to the internet, a public IPv4 address a zone more")
    yield by_use(subject, "what it carries", "capacity unit-hour", price_of("elb", f"{kind} lcu", region))


def _volume(one: Resource, _: Stack, region: str) -> Iterator[Line]:
    kind, size = one.literal("type") or "gp2", _number(one.get("size"))
    yield fixed(one.address, f"{size:g} GiB of {kind}", size, "GiB-month", price_of("ebs", kind, region))


def _file_system(one: Resource, _: Stack, __: str) -> Iterator[Line]:
    yield by_use(one.address, "what lies in it", "GB-month", None, "its daily copies beside that")
    if one.literal("throughput_mode") == "elastic":
        yield by_use(one.address, "what is read and written", "GB", None)


def _used(what: str, unit: str, note: str = "") -> Charges:
    def charges(one: Resource, _: Stack, __: str) -> Iterator[Line]:
        yield by_use(one.address, what, unit, None, note)

    return charges


def _number(value: Any) -> float:
    try:
        return float(value or 0)
    except (TypeError, ValueError):
        return 0.0


CHARGES: Final[Mapping[str, Charges]] = {
    "aws_cloudwatch_composite_alarm": _composite,
    "aws_cloudwatch_dashboard": _used("dashboard", "month", "the first three of an account are free"),
    "aws_cloudwatch_log_group": _logs,
    "aws_cloudwatch_metric_alarm": _alarm,
    "aws_db_instance": _database,
    "aws_ebs_volume": _volume,
    "aws_ecr_repository": _used("what lies in it", "GB-month"),
    "aws_efs_file_system": _file_system,
    "aws_eip": _address,
    "aws_eks_cluster": _cluster,
    "aws_eks_node_group": _nodes,
    "aws_elasticache_replication_group": _cache,
    "aws_kms_key": _key,
    "aws_lb": _balancer,
    "aws_nat_gateway": _gateway,
    "aws_prometheus_scraper": _used("what it collects", "sample"),
    "aws_prometheus_workspace": _used("what is stored and asked", "sample"),
    "aws_s3_bucket": _bucket,
    "aws_secretsmanager_secret": _secret,
    "aws_sns_topic": _used("what is sent", "message"),
    "aws_sqs_queue": _used("requests", "request"),
    "aws_vpc_endpoint": _endpoint,
    "aws_wafv2_web_acl": _firewall,
}
BALANCERS: Final = frozenset({"application", "network"})
FEE: Final = "about 12 % of the machine's price on demand, however the machine is paid"
"""Source: Amazon EKS, "Pricing", EKS Auto Mode, whose examples come to 12 %; each machine has a price of its own there."""
FREE_KINDS: Final = ("aws_iam_", "aws_s3_bucket_", "aws_security_group", "aws_vpc_security_group_")
FREE: Final = frozenset({
    "aws_acm_certificate", "aws_acm_certificate_validation", "aws_cloudwatch_log_resource_policy", "aws_db_parameter_group",
    "aws_db_subnet_group", "aws_default_network_acl", "aws_default_route_table", "aws_default_security_group",
    "aws_ecr_lifecycle_policy", "aws_ecr_repository_policy", "aws_eks_access_entry", "aws_eks_access_policy_association",
    "aws_efs_backup_policy", "aws_efs_file_system_policy", "aws_efs_mount_target", "aws_eks_addon", "aws_eks_pod_identity_association", "aws_elasticache_parameter_group",
    "aws_elasticache_subnet_group", "aws_elasticache_user", "aws_elasticache_user_group",
    "aws_flow_log", "aws_internet_gateway", "aws_kms_alias", "aws_kms_key_policy", "aws_launch_template",
    "aws_prometheus_alert_manager_definition", "aws_prometheus_rule_group_namespace", "aws_route", "aws_route53_record",
    "aws_route_table", "aws_route_table_association", "aws_secretsmanager_secret_policy",
    "aws_secretsmanager_secret_version", "aws_sns_topic_policy", "aws_sns_topic_subscription", "aws_sqs_queue_policy",
    "aws_subnet", "aws_vpc", "aws_wafv2_ip_set", "aws_wafv2_web_acl_association", "aws_wafv2_web_acl_logging_configuration", "terraform_data",
})  # fmt: skip
"""What costs nothing of its own: what it is used for may, and is charged there."""
