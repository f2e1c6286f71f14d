"""What the firewall before a load balancer looks for: AWS's lists, what they do, and what they cost."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field

from twinstack.environment.model import Finding, Model
from twinstack.environment.quantities import RetentionDays
from twinstack.environment.writes import Writes

LARGEST_COUNT: Final = 99
"""One less than AWS takes, which leaves room for a rule of `CONTRADICTED`. Source: AWS WAF API Reference,
ManagedRuleGroupStatement, RuleActionOverrides."""


class ManagedList(StrEnum):
    """A list that AWS keeps, by its name without `AWSManagedRules`."""

    IP_REPUTATION = "AmazonIpReputationList"
    ANONYMOUS_IP = "AnonymousIpList"
    KNOWN_BAD_INPUTS = "KnownBadInputsRuleSet"
    COMMON = "CommonRuleSet"
    ADMIN_PROTECTION = "AdminProtectionRuleSet"
    SQL_INJECTION = "SQLiRuleSet"
    LINUX = "LinuxRuleSet"
    UNIX = "UnixRuleSet"

    @property
    def aws_name(self) -> str:
        """`AWSManagedRulesCommonRuleSet`."""
        return f"AWSManagedRules{self.value}"

    @property
    def capacity(self) -> int:
        """Its web ACL capacity units."""
        return CAPACITY[self]


class ListAction(StrEnum):
    """What happens to a request that a list knows: refused, or counted and let through."""

    BLOCK = "block"
    COUNT = "count"


class FirewallList(Model):
    """One list, and what it does."""

    list: ManagedList
    """The list."""
    action: ListAction = ListAction.BLOCK
    """`block`, or `count`: told in the log and the metrics, and let through. A new list is counted first."""
    count: Annotated[
        tuple[Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,128}$")], ...],
        Field(max_length=LARGEST_COUNT),
        Writes("aws_wafv2_web_acl", "rule.statement.managed_rule_group_statement.rule_action_override.name"),
    ] = ()
    """Rules of a list that blocks which count only: those that the log showed to be wrong about this product."""

    @property
    def counted(self) -> tuple[str, ...]:
        """The rules that only count: those named, and those that no edge can obey."""
        return tuple(dict.fromkeys((*CONTRADICTED.get(self.list, ()), *self.count)))


class Firewall(Model):
    """What the firewall of a load balancer looks for, beside the rate limits, and how long it is remembered."""

    lists: tuple[FirewallList, ...] = (
        FirewallList(list=ManagedList.IP_REPUTATION),
        FirewallList(list=ManagedList.KNOWN_BAD_INPUTS),
        FirewallList(list=ManagedList.COMMON, action=ListAction.COUNT),
        FirewallList(list=ManagedList.SQL_INJECTION, action=ListAction.COUNT),
    )
    """AWS's lists, in the order in which they are asked. The last two read what people write, and so count at first."""
    log_retention_days: RetentionDays = 90
    """Days that a request which was blocked or counted is remembered; others are not logged."""
    arn: (
        Annotated[
            str, Field(pattern=r"^arn:aws[a-z-]*:wafv2:[a-z0-9-]+:[0-9]{12}:regional/webacl/[A-Za-z0-9_-]+/[0-9a-f-]+$")
        ]
        | None
    ) = None
    """What AWS calls it, once Terraform has made it: the output `edge_firewall_arn`. A `gateway` names it so; an `alb` by its name."""

    @property
    def capacity(self) -> int:
        """The capacity units of everything: the lists, and the two rate limits with their paths."""
        return RATE_LIMITS_CAPACITY + sum(one.list.capacity for one in self.lists)

    def rules(self) -> Iterator[Finding]:
        named = [one.list for one in self.lists]
        for index, one in enumerate(named):
            if one in named[:index]:
                yield Finding(
                    "TW741", "a list of the firewall stands twice", ("lists", index, "list"), one, "each list once", "remove one"
                )  # fmt: skip
        if self.capacity > LARGEST_CAPACITY:
            yield Finding(
                "TW742",
                "the firewall's lists cost more than its price covers",
                ("lists",),
                given=f"{self.capacity} capacity units",
                allowed=f"at most {LARGEST_CAPACITY}",
                fix="leave out a list: " + ", ".join(f"{one} {one.capacity}" for one in named),
            )


CAPACITY: Final[Mapping[ManagedList, int]] = {
    ManagedList.IP_REPUTATION: 25,
    ManagedList.ANONYMOUS_IP: 50,
    ManagedList.KNOWN_BAD_INPUTS: 200,
    ManagedList.COMMON: 700,
    ManagedList.ADMIN_PROTECTION: 100,
    ManagedList.SQL_INJECTION: 200,
    ManagedList.LINUX: 200,
    ManagedList.UNIX: 100,
}
"""Source: AWS WAF Developer Guide, "AWS Managed Rules rule groups list", read in November 2026."""
RATE_LIMITS_CAPACITY: Final = 2 + 2 + 3 + (3 + 2 * 10)
"""Two rate rules at 2, a pattern at 3, and one at 3 with two transformations at 10. Source: the same guide, "Rate-based
rule statement", "Regex match rule statement"."""
LARGEST_CAPACITY: Final = 1500
"""What the basic price covers. Source: the same guide, "Web ACL capacity units (WCUs)"."""
CONTRADICTED: Final[Mapping[ManagedList, tuple[str, ...]]] = {ManagedList.COMMON: ("SizeRestrictions_BODY",)}
"""It refuses bodies of more than 8 KiB, and `body_limit_mib` promises one MiB or more."""
