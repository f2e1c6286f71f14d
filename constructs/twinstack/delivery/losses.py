"""What a plan would take away that cannot be made again: it is done only where its address is typed out.

An allowlist: a type that is not known to be made again without loss is taken for one that holds something.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from twinstack.delivery.infrastructure_plan import InfrastructurePlan, ResourceChange
from twinstack.errors import ConfigurationError, Problem


def losses(plan: InfrastructurePlan) -> tuple[ResourceChange, ...]:
    """What is destroyed or replaced and may hold something."""
    return tuple(change for change in plan.changes if change.action.is_loss and change.type_name not in REMADE)


def require_agreement(plan: InfrastructurePlan, typed: Collection[str]) -> None:
    """Raises ConfigurationError with each loss whose address nobody has typed out (TW975)."""
    problems = [_problem(change) for change in losses(plan) if change.address not in typed]
    if problems:
        raise ConfigurationError(problems)


def _problem(change: ResourceChange) -> Problem:
    because = f", for {', '.join(change.forced_by)} changes" if change.forced_by else ""
    return Problem(
        "TW975",
        "this would be destroyed, with what it holds",
        str(change),
        given=f"{change.action}{because}",
        allowed="what can be made again is destroyed or replaced; anything else where its address is typed out",
        fix=f"undo the change that does it, or, where nothing in it is needed, say so: --destroy {change.address}",
    )


REMADE: Final = frozenset({
    "aws_acm_certificate", "aws_acm_certificate_validation", "aws_alb_listener", "aws_cloudwatch_metric_alarm",
    "aws_db_parameter_group", "aws_db_subnet_group", "aws_default_security_group", "aws_eks_access_entry",
    "aws_eks_access_policy_association", "aws_eks_addon", "aws_eks_node_group", "aws_eks_pod_identity_association",
    "aws_elasticache_parameter_group", "aws_elasticache_subnet_group", "aws_flow_log", "aws_iam_openid_connect_provider",
    "aws_iam_policy", "aws_iam_role", "aws_iam_role_policy", "aws_iam_role_policy_attachment", "aws_kms_alias",
    "aws_launch_template", "aws_nat_gateway", "aws_route", "aws_route53_record", "aws_route_table",
    "aws_route_table_association", "aws_s3_bucket_lifecycle_configuration", "aws_s3_bucket_ownership_controls",
    "aws_s3_bucket_policy", "aws_s3_bucket_public_access_block", "aws_s3_bucket_server_side_encryption_configuration",
    "aws_s3_bucket_versioning", "aws_security_group", "aws_sns_topic_subscription", "aws_vpc_endpoint",
    "aws_vpc_security_group_egress_rule", "aws_vpc_security_group_ingress_rule", "aws_wafv2_web_acl",
    "aws_wafv2_web_acl_association", "aws_wafv2_web_acl_logging_configuration",
})  # fmt: skip
"""Types that hold no data, no address that others know and no key: the next apply makes them as they were."""
