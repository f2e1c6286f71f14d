"""The length and character limits that AWS and Kubernetes set on names, checked when an environment loads."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from twinstack.environment.model import Finding
from twinstack.errors import UsageError
from twinstack.facts.judgement import fact_at


@dataclass(frozen=True, slots=True)
class NameRule:
    """What one kind of thing may be called, and within what a name must be unique."""

    longest: int
    pattern: re.Pattern[str]
    allowed: str
    shortest: int = 1
    scope: str = ""
    """Kinds of one scope share a name space; empty: the kind is its own."""
    refuses: Callable[[str], bool] = lambda _: False
    """Whether AWS takes the name all the same not, by its facts."""

    @classmethod
    def of(
        cls, type_: str, argument: str, pattern: re.Pattern[str], allowed: str, *, prefix: str = "", scope: str = ""
    ) -> NameRule:
        """The rule of a name that becomes an argument of AWS's provider, behind `prefix`: as long as AWS takes it, and within what
        AWS takes as plain as `pattern`.
        """
        known = fact_at(type_, argument)
        fact = known.values if known else None
        if fact is None or fact.longest is None:
            raise UsageError(f"how long {type_}.{argument} may be is not known: say it, NameRule(longest, …)")
        beside = len(prefix)
        return cls(
            fact.longest - beside,
            pattern,
            allowed,
            max(1, fact.shortest - beside),
            scope,
            lambda name: fact.refuses(f"{prefix}{name}"),
        )


def snake_case(name: str) -> str:
    """`WebService` is `web_service`: a class and the room it is of."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def check_name(kind: str, name: str, rule: NameRule) -> Finding | None:
    """A finding when AWS or Kubernetes would refuse this name for this kind of thing."""
    if len(name) > rule.longest or len(name) < rule.shortest:
        return Finding(
            "TW301",
            f"the {kind} name is too {'long' if len(name) > rule.longest else 'short'}",
            ("name",),
            given=f"{name} ({len(name)} characters)",
            allowed=f"{rule.shortest} to {rule.longest} characters",
            fix=f"set `name` to a part that is {abs(len(name) - rule.longest)} characters shorter"
            if len(name) > rule.longest
            else "set a longer `name`",
        )
    if not rule.pattern.fullmatch(name) or rule.refuses(name):
        return Finding(
            "TW302",
            f"the {kind} name has characters that are not accepted",
            ("name",),
            given=name,
            allowed=rule.allowed,
            fix="set `name` to a part that fits",
        )
    return None


_DNS_LABEL: Final = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")
_LETTER_FIRST: Final = re.compile(r"[a-z](?!.*--)[a-z0-9-]*(?<!-)")
_LETTER_FIRST_TEXT: Final = "lower-case letters, digits and single hyphens, a letter first, no hyphen last"
_LABEL_TEXT: Final = "lower-case letters, digits and hyphens, no hyphen first or last"

KINDS: Final[dict[str, NameRule]] = {
    "RDS instance": NameRule.of("aws_db_instance", "identifier", _LETTER_FIRST, _LETTER_FIRST_TEXT),
    "RDS parameter group": NameRule.of("aws_db_parameter_group", "name", _LETTER_FIRST, _LETTER_FIRST_TEXT),
    "RDS subnet group": NameRule.of("aws_db_subnet_group", "name", _LETTER_FIRST, _LETTER_FIRST_TEXT),
    "ElastiCache replication group": NameRule.of(
        "aws_elasticache_replication_group", "replication_group_id", _LETTER_FIRST, _LETTER_FIRST_TEXT
    ),
    "ElastiCache parameter group": NameRule.of(
        "aws_elasticache_parameter_group", "name", _LETTER_FIRST, _LETTER_FIRST_TEXT
    ),
    "ElastiCache subnet group": NameRule.of("aws_elasticache_subnet_group", "name", _LETTER_FIRST, _LETTER_FIRST_TEXT),
    "EFS file system": NameRule.of("aws_efs_file_system", "creation_token", re.compile(r"[a-z0-9-]+"), _LABEL_TEXT),
    "EKS cluster": NameRule.of(
        "aws_eks_cluster",
        "name",
        re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*"),
        "letters, digits, hyphens and underscores",
    ),
    "S3 bucket": NameRule.of("aws_s3_bucket", "bucket", re.compile(r"[a-z0-9-]+"), _LABEL_TEXT),
    "IAM role": NameRule.of("aws_iam_role", "name", re.compile(r"[A-Za-z0-9+=,.@_-]+"), "letters, digits and +=,.@_-"),
    "IAM policy": NameRule.of(
        "aws_iam_policy", "name", re.compile(r"[A-Za-z0-9+=,.@_-]+"), "letters, digits and +=,.@_-"
    ),
    "KMS alias": NameRule.of(
        "aws_kms_alias",
        "name",
        re.compile(r"[A-Za-z0-9/_-]+"),
        "letters, digits, slashes, underscores and hyphens",
        prefix="alias/",
    ),
    "CloudWatch log group": NameRule.of(
        "aws_cloudwatch_log_group", "name", re.compile(r"[A-Za-z0-9._/#-]+"), "letters, digits and ._/#-"
    ),
    "EC2 launch template": NameRule.of(
        "aws_launch_template", "name", re.compile(r"[A-Za-z0-9().\-/_]+"), "letters, digits and ().-/_"
    ),
    "security group": NameRule.of("aws_security_group", "name", re.compile(r".+"), "not starting with sg-"),
    "web ACL": NameRule.of(
        "aws_wafv2_web_acl", "name", re.compile(r"[A-Za-z0-9_-]+"), "letters, digits, hyphens and underscores"
    ),
    "Secrets Manager secret": NameRule.of(
        "aws_secretsmanager_secret",
        "name",
        re.compile(r"[A-Za-z0-9/_+=.@-]*[A-Za-z0-9/_+=.@](?<!-[A-Za-z0-9]{6})"),
        "letters, digits and /_+=.@-, not ending in a hyphen and six characters",
    ),
    "CloudWatch alarm": NameRule(255, re.compile(r"[A-Za-z0-9-]+"), "letters, digits and hyphens"),
    "SNS topic": NameRule(256, re.compile(r"[A-Za-z0-9_-]+"), "letters, digits, hyphens and underscores"),
    "Kubernetes workload": NameRule(52, _DNS_LABEL, _LABEL_TEXT),
    "Kubernetes Service": NameRule(63, re.compile(r"[a-z]([a-z0-9-]*[a-z0-9])?"), _LETTER_FIRST_TEXT),
    "Kubernetes Secret": NameRule(253, re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?"), _LABEL_TEXT),
    "Kubernetes namespace": NameRule(63, _DNS_LABEL, _LABEL_TEXT),
}
"""Sources: each service's API reference; Kubernetes, "Object Names and IDs". A workload's name leaves room for the
suffixes that Kubernetes adds to its pods and that twinstack adds to a Job."""
