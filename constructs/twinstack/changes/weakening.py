"""What a change opens, or takes a protection from: found in what a resource was told before and is told now, whole.

What it does to whatever runs is another question (`judgement.py`): a security group that lets the internet in interrupts
nobody. Sources: AWS's API references of the arguments named here; Amazon S3 User Guide, "Blocking public access"; IAM User
Guide, "Policy evaluation logic".
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from twinstack.changes.effect import Effect
from twinstack.changes.fields import without_index
from twinstack.changes.judgement import fact_of
from twinstack.changes.openings import at, opened
from twinstack.changes.protections import taken_off, taken_off_with

if TYPE_CHECKING:
    from twinstack.changes.difference import FieldChange

Arguments: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Weakening:
    """One thing that is open, or kept by less, after a change."""

    path: str
    """The argument that says so; empty for the resource as a whole."""
    effect: Effect
    """EXPOSES or UNPROTECTS."""
    why: str


@dataclass(frozen=True, slots=True)
class Neighbours:
    """What else a change makes anew and takes away, by type and whatever names it: what is said of that is no change of what
    stands.
    """

    made: Collection[tuple[str, str]] = field(default_factory=frozenset[tuple[str, str]])
    gone: Collection[tuple[str, str]] = field(default_factory=frozenset[tuple[str, str]])

    def is_new(self, text: str) -> bool:
        """Whether what a text refers to is made by the change itself."""
        return any((found[1], found[0]) in self.made for found in _ADDRESS.finditer(text))


def named(type_name: str, address: str, arguments: Any) -> Iterator[tuple[str, str]]:
    """Whatever others may name a resource by."""
    yield type_name, address
    for name in NAMES if isinstance(arguments, Mapping) else ():
        value = arguments.get(name)
        if isinstance(value, str) and value:
            yield type_name, value


def weakenings(
    type_name: str, before: Arguments | None, after: Arguments | None, neighbours: Neighbours
) -> list[Weakening]:
    """What is weaker: of a resource that changes or is made anew, of one that is made (`before` is None) and says something
    of what stands, of one that goes (`after` is None) and kept something that stays.

    A value that only the apply tells is UNKNOWN_YET.
    """
    if (before is None or after is None) and not _is_about_what_stands(type_name, before, after, neighbours):
        return []
    found = [Weakening(path, Effect.EXPOSES, why) for path, why in opened(type_name, before, after, neighbours.is_new)]
    if before is not None and after is not None:
        found += (
            Weakening(path, Effect.UNPROTECTS, why)
            for path, why in taken_off(type_name, before, after)
            if not _destroys(type_name, path, before, after)
        )
    elif before is not None:
        found += (Weakening("", effect, why) for effect, why in taken_off_with(type_name, before))
    return found


def _destroys(type_name: str, path: str, before: Arguments, after: Arguments) -> bool:
    """Whether the change itself deletes what would be kept by less, which is said of it in any case."""
    fact = fact_of(type_name, path, at(before, path), at(after, path), after)
    return fact is not None and fact.effect is Effect.DESTROYS_DATA and not fact.replaces


def words(found: Sequence[Weakening]) -> str:
    """`ingress exposes: it lets in 0.0.0.0/0 to tcp 5432`, the worst first."""
    ordered = sorted(found, key=lambda one: one.effect, reverse=True)
    told = (f"{one.path} {one.effect}: {one.why}".strip() if one.path else one.why for one in ordered)
    return "; ".join(dict.fromkeys(told))


def _is_about_what_stands(
    type_name: str, before: Arguments | None, after: Arguments | None, neighbours: Neighbours
) -> bool:
    argument, *targets = ABOUT.get(type_name, ("",))
    value = (after or before or {}).get(argument) if argument else None
    if not isinstance(value, str) or not value:
        return False
    others = neighbours.made if before is None else neighbours.gone
    address = ".".join(value.split(".")[:2])
    return not any((one, name) in others for one in targets for name in (value, address))


def with_weakenings(fields: Sequence[FieldChange], found: Sequence[Weakening]) -> list[FieldChange]:
    """The fields that differ, each with what it opens or takes off."""
    return [_with(one, [each for each in found if _is_of(each.path, one.path)]) for one in fields]


def _with(one: FieldChange, found: Sequence[Weakening]) -> FieldChange:
    if not found:
        return one
    why = "; ".join(dict.fromkeys(filter(None, [*(each.why for each in found), one.why])))
    return replace(one, effect=max(one.effect, *(each.effect for each in found)), why=why)


def _is_of(path: str, field_path: str) -> bool:
    plain = without_index(field_path)
    return bool(path) and (plain == path or plain.startswith(f"{path}.") or path.startswith(f"{plain}."))


_ADDRESS: Final = re.compile(r"\b([a-z][a-z0-9_]*)\.[A-Za-z_][\w-]*")
NAMES: Final = (
    "id", "arn", "name", "bucket", "function_name", "identifier", "url", "repository", "key_id", "user_name", "cluster_name",
)  # fmt: skip
_BUCKET: Final = ("bucket", "aws_s3_bucket")
_FILES: Final = ("file_system_id", "aws_efs_file_system")
_ROLE: Final = ("role", "aws_iam_role")
_GROUP: Final = ("security_group_id", "aws_security_group", "aws_default_security_group")
_CLUSTER: Final = ("cluster_name", "aws_eks_cluster")
ABOUT: Final[Mapping[str, tuple[str, ...]]] = {
    "aws_ecr_repository_policy": ("repository", "aws_ecr_repository"),
    "aws_efs_backup_policy": _FILES,
    "aws_efs_file_system_policy": _FILES,
    "aws_eks_access_entry": _CLUSTER,
    "aws_eks_access_policy_association": _CLUSTER,
    "aws_iam_group_policy": ("group", "aws_iam_group"),
    "aws_iam_group_policy_attachment": ("group", "aws_iam_group"),
    "aws_iam_role_policy": _ROLE,
    "aws_iam_role_policy_attachment": _ROLE,
    "aws_iam_user_policy": ("user", "aws_iam_user"),
    "aws_iam_user_policy_attachment": ("user", "aws_iam_user"),
    "aws_kms_grant": ("key_id", "aws_kms_key"),
    "aws_kms_key_policy": ("key_id", "aws_kms_key"),
    "aws_lambda_function_url": ("function_name", "aws_lambda_function"),
    "aws_lambda_permission": ("function_name", "aws_lambda_function"),
    "aws_network_acl_rule": ("network_acl_id", "aws_network_acl", "aws_default_network_acl"),
    "aws_route": ("route_table_id", "aws_route_table", "aws_default_route_table"),
    "aws_s3_bucket_acl": _BUCKET,
    "aws_s3_bucket_object_lock_configuration": _BUCKET,
    "aws_s3_bucket_policy": _BUCKET,
    "aws_s3_bucket_public_access_block": _BUCKET,
    "aws_s3_bucket_server_side_encryption_configuration": _BUCKET,
    "aws_s3_bucket_versioning": _BUCKET,
    "aws_secretsmanager_secret_policy": ("secret_arn", "aws_secretsmanager_secret"),
    "aws_security_group_rule": _GROUP,
    "aws_sns_topic_policy": ("arn", "aws_sns_topic"),
    "aws_sqs_queue_policy": ("queue_url", "aws_sqs_queue"),
    "aws_vpc_security_group_ingress_rule": _GROUP,
    "aws_wafv2_web_acl_association": ("resource_arn", "aws_lb", "aws_alb"),
    "aws_wafv2_web_acl_logging_configuration": ("resource_arn", "aws_wafv2_web_acl"),
}
"""What is a resource of its own in Terraform and in AWS a setting of another: the argument that names that one, and its
types."""
