"""The zones' letters that an account usually has in a region.

Accounts differ: only `aws ec2 describe-availability-zones` knows. Sources, looked up on 2026-11-28: AWS Regions and
Availability Zones User Guide, "AWS Availability Zones" (how many a region has; since November 2025 new accounts have the same
letters); lists that people published of what their accounts showed, for the regions whose letters have a gap.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from twinstack.environment.model import Finding
from twinstack.environment.regions import REGIONS


def check_zones(region: str, zones: Sequence[str] | None) -> Iterator[Finding]:
    """A refusal where nobody chose zones and the region has others than the default; a warning for chosen letters that the
    account probably lacks: Terraform would fail at their first subnet, with the VPC made.
    """
    usual = USUAL.get(region, DEFAULT)
    unusual = [letter for letter in zones or DEFAULT if letter not in usual]
    if region not in REGIONS or not unusual:
        return
    if zones is None:
        yield Finding(
            "TW325",
            "the region has other zones than a, b and c",
            ("zones",),
            given=f"nothing, in {region}",
            allowed=f"`zones`, of those that the account has; usually {', '.join(usual)}",
            fix=f"add `zones: [{', '.join(usual[: len(DEFAULT)])}]`",
        )
        return
    yield Finding(
        "TW324",
        "a zone that accounts usually do not have",
        ("zones",),
        given=f"{', '.join(unusual)} of {region}",
        allowed=", ".join(usual),
        fix=f"see `aws ec2 describe-availability-zones --region {region}`, and name those that the account has",
        warning=True,
        acknowledgeable=True,
    )


def usual_zones(region: str) -> str:
    """The letters to write down for a new network there; empty where the default will do."""
    usual = USUAL.get(region, DEFAULT)
    return "" if usual.startswith(DEFAULT) else usual[: len(DEFAULT)]


DEFAULT: Final = "abc"
USUAL: Final = {
    "ap-northeast-1": "acd",
    "ap-northeast-2": "abcd",
    "ca-central-1": "abd",
    "us-east-1": "abcdef",
    "us-west-1": "ac",
    "us-west-2": "abcd",
}
"""Where they are not a, b and c."""
