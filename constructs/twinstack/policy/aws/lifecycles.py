"""Rules over what is there twice for a moment, and over what provider knows an argument.

Source: Terraform, "The lifecycle Meta-Argument"; ACM User Guide, "DNS validation"; the AWS provider's changelog.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from twinstack.environment.spec import Half
from twinstack.policy.aws.stack import Resource, Stack, mappings, texts
from twinstack.policy.rule import Fault, Rules

RULES: Final = Rules(Half.INFRASTRUCTURE)


@RULES(
    "fixed-name-made-first",
    "A new one is made before the old one is gone, under the same name",
    "let the name change with what replaces it (name_prefix, or a part of it in the name), or leave create_before_destroy out",
)
def fixed_name_made_first(stack: Stack) -> Iterator[Fault]:
    """AWS refuses the second of a name, so that a replacement of this ends half way. A name that holds what a replacement comes
    from, the family of a parameter group, is another then.
    """
    for one in stack.of(*UNIQUE):
        key, forcing = UNIQUE[one.type]
        name = one.literal(key)
        parts = [one.literal(each) for each in forcing if one.literal(each)]
        if name and _is_true(one.lifecycle.get("create_before_destroy")) and not any(each in name for each in parts):
            yield Fault(one.address, f"lifecycle.create_before_destroy, {key}", name, "a name that differs")


@RULES(
    "record-twice",
    "One record for two names of a certificate",
    "make a record for each resource_record_name, once, or set allow_overwrite",
    severity="error",
)
def record_twice(stack: Stack) -> Iterator[Fault]:
    """ACM asks the same record of `example.com` and `*.example.com`, and Route 53 refuses to make it a second time."""
    certificates = {one.address: one for one in stack.of("aws_acm_certificate") if _shares_record(one)}
    taken: dict[str, int] = {}
    for record in stack.of("aws_route53_record"):
        of = next(
            (address for address in certificates if f"{address}.domain_validation_options" in str(record.data)), ""
        )
        if not of or _is_true(record.get("allow_overwrite")):
            continue
        taken[of] = taken.get(of, 0) + 1
        loops = str(record.get("for_each") or "")
        by_record = any(each in loops for each in ("resource_record_name =>", "...", " if "))
        several = record.literal("count") not in ("", "0", "1") or (loops and not by_record)
        if several or taken[of] > 1:
            domain = certificates[of].literal("domain_name").removeprefix("*.")
            yield Fault(record.address, "name", f"a record for {domain} and one for *.{domain}", "one for both")


@RULES(
    "provider-too-old",
    "A provider that does not know what is asked of it",
    "raise the version of aws in required_providers",
    severity="error",
)
def provider_too_old(stack: Stack) -> Iterator[Fault]:
    """A release of the provider from before an argument, or a value of it, refuses it at plan. Where some of the releases that are
    allowed know it, a lock file decides.
    """
    wanted = _constraint(stack)
    bounds = _bounds(wanted)
    if bounds is None:
        return
    lowest, highest = bounds
    for one in stack.of(*SINCE):
        for key, value, since in SINCE[one.type]:
            given = one.get(key)
            if given is None or (value and str(given) != value) or lowest >= since:
                continue
            floor = ".".join(map(str, since))
            said = f"{key} {value}".rstrip()
            yield Fault(one.address, key, f"{said}, with aws {wanted}", f">= {floor}", doubtful=highest >= since)


@RULES(
    "provider-goes-back",
    "A provider from before the one that wrote the state",
    "keep the version of aws in required_providers, or raise it",
    compares=True,
)
def provider_goes_back(before: Stack, after: Stack) -> Iterator[Fault]:
    """A provider cannot read what a later one has written into the state, and Terraform stops at the first such resource."""
    was, becomes = (_bounds(_constraint(one)) for one in (before, after))
    if was and becomes and becomes[1] < was[0]:
        given = f"{_constraint(before)} becomes {_constraint(after)}"
        yield Fault("terraform", "required_providers.aws.version", given, f"{_constraint(before)} or later")


def _shares_record(certificate: Resource) -> bool:
    names = [certificate.literal("domain_name"), *texts(certificate.data.get("subject_alternative_names"))]
    return any(f"*.{name}" in names for name in names) and certificate.literal("validation_method") == "DNS"


def _constraint(stack: Stack) -> str:
    required: Any = [
        one for row in mappings(stack.data.get("terraform")) for one in mappings(row.get("required_providers"))
    ]
    aws = next((one.get("aws") for one in required if one.get("aws")), "")
    return str(next(iter(mappings(aws)), {}).get("version") or "") if not isinstance(aws, str) else aws


def _bounds(constraint: str) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
    """The lowest and the highest version that a constraint allows, as far as these operators say; None for another one."""
    lowest, highest = (0, 0, 0), NEWEST
    for part in filter(None, (each.strip() for each in constraint.split(","))):
        found = PART.fullmatch(part)
        if found is None:
            return None
        numbers = [int(each) for each in found[2].split(".")]
        version = (*numbers, 0, 0)[:3]
        match found[1] or "=":
            case "=":
                lowest = highest = version
            case ">=" | ">":
                lowest = max(lowest, version)
            case "<=" | "<":
                highest = min(highest, version)
            case "~>":
                lowest = max(lowest, version)
                head = numbers[:-1] or [numbers[0]]
                highest = min(highest, (*head, *(NEWEST[0],) * 2)[:3])
            case _:
                return None
    return (lowest, highest) if constraint else None


def _is_true(value: Any) -> bool:
    return value is True or value == "true"


NEWEST: Final = (10**6, 10**6, 10**6)
PART: Final = re.compile(r"(=|>=|<=|>|<|~>|!=)?\s*v?([0-9]+(?:\.[0-9]+){0,2})")
SINCE: Final[Mapping[str, tuple[tuple[str, str, tuple[int, int, int]], ...]]] = {
    "aws_elasticache_replication_group": (("engine", "valkey", (5, 66, 0)), ("engine", "VALKEY", (5, 66, 0))),
    "aws_elasticache_cluster": (("engine", "valkey", (5, 66, 0)),),
    "aws_elasticache_serverless_cache": (("engine", "valkey", (5, 66, 0)),),
}
"""By type: an argument, its value where only that is newer, and the first release that knows it.
Source: hashicorp/terraform-provider-aws#43011."""
UNIQUE: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "aws_cloudwatch_log_group": ("name", ("log_group_class",)),
    "aws_iam_role": ("name", ("path",)),
    "aws_iam_policy": ("name", ("path",)),
    "aws_lb": ("name", ("load_balancer_type",)),
    "aws_lb_target_group": ("name", ("port", "protocol", "target_type")),
    "aws_db_instance": ("identifier", ()),
    "aws_db_parameter_group": ("name", ("family",)),
    "aws_db_subnet_group": ("name", ()),
    "aws_elasticache_parameter_group": ("name", ("family",)),
    "aws_elasticache_subnet_group": ("name", ()),
    "aws_elasticache_replication_group": ("replication_group_id", ()),
    "aws_efs_file_system": ("creation_token", ("performance_mode", "availability_zone_name")),
    "aws_eks_cluster": ("name", ()),
    "aws_eks_node_group": ("node_group_name", ("ami_type", "capacity_type")),
    "aws_launch_template": ("name", ()),
    "aws_s3_bucket": ("bucket", ()),
    "aws_secretsmanager_secret": ("name", ()),
    "aws_sqs_queue": ("name", ()),
    "aws_wafv2_ip_set": ("name", ("scope", "ip_address_version")),
    "aws_wafv2_web_acl": ("name", ("scope",)),
}
"""What AWS takes one of by its name, with the argument that says it, and those that force a replacement and may be in it."""
