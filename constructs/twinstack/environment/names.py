"""The length and character limits that AWS and Kubernetes set on names, checked when an environment loads."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from twinstack.environment.model import Finding


@dataclass(frozen=True, slots=True)
class NameRule:
    """What one kind of thing may be called, and within what a name must be unique."""

    longest: int
    pattern: re.Pattern[str]
    allowed: str
    shortest: int = 1
    scope: str = ""
    """Kinds of one scope share a name space; empty: the kind is its own."""


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
    if not rule.pattern.fullmatch(name):
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
    "RDS instance": NameRule(63, _LETTER_FIRST, _LETTER_FIRST_TEXT),
    "ElastiCache replication group": NameRule(40, _LETTER_FIRST, _LETTER_FIRST_TEXT),
    "EKS cluster": NameRule(100, re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*"), "letters, digits, hyphens and underscores"),
    "S3 bucket": NameRule(
        63,
        re.compile(r"(?!xn--|sthree-)[a-z0-9][a-z0-9-]*[a-z0-9](?<!-s3alias)(?<!--ol-s3)"),
        _LABEL_TEXT,
        shortest=3,
    ),
    "IAM role": NameRule(64, re.compile(r"[A-Za-z0-9+=,.@_-]+"), "letters, digits and +=,.@_-"),
    "KMS alias": NameRule(250, re.compile(r"[A-Za-z0-9/_-]+"), "letters, digits, slashes, underscores and hyphens"),
    "CloudWatch log group": NameRule(512, re.compile(r"[A-Za-z0-9._/#-]+"), "letters, digits and ._/#-"),
    "security group": NameRule(
        255, re.compile(r"(?!sg-)[A-Za-z0-9 ._:/()#,@\[\]+=&;{}!$*-]+"), "not starting with sg-"
    ),
    "Secrets Manager secret": NameRule(
        512,
        re.compile(r"[A-Za-z0-9/_+=.@-]*[A-Za-z0-9/_+=.@](?<!-[A-Za-z0-9]{6})"),
        "letters, digits and /_+=.@-, not ending in a hyphen and six characters",
    ),
    "Kubernetes workload": NameRule(52, _DNS_LABEL, _LABEL_TEXT),
    "Kubernetes Service": NameRule(63, re.compile(r"[a-z]([a-z0-9-]*[a-z0-9])?"), _LETTER_FIRST_TEXT),
    "Kubernetes Secret": NameRule(253, re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?"), _LABEL_TEXT),
    "Kubernetes namespace": NameRule(63, _DNS_LABEL, _LABEL_TEXT),
}
"""Sources: each service's API reference; Kubernetes, "Object Names and IDs". A workload's name leaves room for the
suffixes that Kubernetes adds to its pods and that twinstack adds to a Job."""
