"""Rules over arguments that exclude each other, by a table."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Final

from twinstack.environment.spec import Half
from twinstack.policy.aws.stack import Stack
from twinstack.policy.rule import Fault, Rules

RULES: Final = Rules(Half.INFRASTRUCTURE)


@RULES("exclude-each-other", "Two arguments of which AWS takes one", "keep one of them", severity="error")
def exclude_each_other(stack: Stack) -> Iterator[Fault]:
    """AWS, or the provider, refuses both at once: they say one thing in two ways."""
    for one in stack.of():
        for first, second in EXCLUDING.get(one.type, ()):
            if all(one.get(key) not in (None, False) and one.literal(key) != "false" for key in (first, second)):
                yield Fault(one.address, second, f"{first} and {second}", "one of them")


@RULES(
    "type-in-two-places",
    "A machine type in the node group and in its launch template",
    "say it in one",
    severity="error",
)
def type_in_two_places(stack: Stack) -> Iterator[Fault]:
    """EKS refuses a node group whose launch template says the machine type, the image or the disk that it says too."""
    for one in stack.of("aws_eks_node_group"):
        for used in one.blocks("launch_template"):
            template = stack.referred(used.get("id") or used.get("name"))
            for mine, its in TEMPLATED if template else ():
                if one.literal(mine) == "CUSTOM":  # which says that the template has it
                    continue
                if one.get(mine) is not None and template is not None and template.get(its) is not None:
                    yield Fault(one.address, mine, f"{mine}, and {its} in {template.address}", "one of them")


@RULES(
    "preserve-on-create",
    "An add-on that is to be preserved before it is there",
    "write NONE or OVERWRITE",
    severity="error",
)
def preserve_on_create(stack: Stack) -> Iterator[Fault]:
    """EKS takes PRESERVE for an update only."""
    for one in stack.of("aws_eks_addon"):
        for key in ("resolve_conflicts", "resolve_conflicts_on_create"):
            if one.literal(key) == "PRESERVE":
                yield Fault(one.address, key, "PRESERVE", "NONE or OVERWRITE")


PEERS: Final = ("cidr_ipv4", "cidr_ipv6", "prefix_list_id", "referenced_security_group_id")
TARGETS: Final = (
    "carrier_gateway_id", "core_network_arn", "egress_only_gateway_id", "gateway_id", "local_gateway_id", "nat_gateway_id",
    "network_interface_id", "transit_gateway_id", "vpc_endpoint_id", "vpc_peering_connection_id",
)  # fmt: skip
EXCLUDING: Final = {
    "aws_route": tuple(combinations(TARGETS, 2)),
    "aws_vpc_security_group_egress_rule": tuple(combinations(PEERS, 2)),
    "aws_vpc_security_group_ingress_rule": tuple(combinations(PEERS, 2)),
    "aws_db_instance": (
        ("multi_az", "availability_zone"),
        ("manage_master_user_password", "password"),
        ("manage_master_user_password", "password_wo"),
        ("password", "password_wo"),
        ("identifier", "identifier_prefix"),
    ),
    "aws_elasticache_replication_group": (
        ("num_cache_clusters", "replicas_per_node_group"),
        ("num_cache_clusters", "num_node_groups"),
        ("auth_token", "user_group_ids"),
    ),
    "aws_lb": (("subnets", "subnet_mapping"), ("name", "name_prefix")),
    "aws_lb_target_group": (("name", "name_prefix"),),
    "aws_security_group": (("name", "name_prefix"),),
    "aws_iam_role": (("name", "name_prefix"),),
    "aws_eks_node_group": (("node_group_name", "node_group_name_prefix"),),
    "aws_route53_record": (("alias", "ttl"), ("alias", "records")),
    "aws_sqs_queue": (("name", "name_prefix"), ("kms_master_key_id", "sqs_managed_sse_enabled")),
    "aws_sns_topic": (("name", "name_prefix"),),
}
"""By type, the pairs. Of ElastiCache: an authentication token and users are two ways to log in."""
TEMPLATED: Final = (
    ("instance_types", "instance_type"),
    ("ami_type", "image_id"),
    ("disk_size", "block_device_mappings"),
)
