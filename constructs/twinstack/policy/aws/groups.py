"""Rules over security groups: one rule of each, in one place.

Source: Amazon EC2 API reference, AuthorizeSecurityGroupIngress; AWS provider, aws_security_group, "Avoiding rule conflicts".
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Final

from twinstack.environment.spec import Half
from twinstack.policy.aws.stack import Resource, Stack, texts
from twinstack.policy.rule import Fault, Rules

RULES: Final = Rules(Half.INFRASTRUCTURE)


@RULES("rule-twice", "One rule of a security group twice", "keep one", severity="error")
def rule_twice(stack: Stack) -> Iterator[Fault]:
    """EC2 refuses a second rule of the same direction, protocol, ports and peer: a description makes no difference."""
    seen: set[str] = set()
    for one in stack.of(*RULE_TYPES):
        same = {key: value for key, value in one.data.items() if key in RULE_KEYS and not _is_nothing(value)}
        identity = json.dumps([one.type, same], sort_keys=True, default=str)
        if one.varies:
            continue
        if same and identity in seen:
            yield Fault(one.address, "", "the same rule as another", "a rule that differs in ports or peer")
        seen.add(identity)
    for group in stack.of(GROUP):
        for direction in DIRECTIONS:
            inline: set[tuple[Any, ...]] = set()
            for row in group.blocks(direction):
                named = [peer for key in PEERS for peer in texts(row.get(key))]
                ports = (str(row.get("protocol")), str(row.get("from_port")), str(row.get("to_port")))
                for peer in named:
                    if (*ports, peer) in inline:
                        yield Fault(group.address, direction, f"{' '.join(ports)} {peer} twice", "each rule once")
                    inline.add((*ports, peer))


@RULES(
    "rules-in-two-places",
    "A security group with rules of its own and rules beside it",
    "keep them in one of the two: rules that are resources of their own",
    severity="error",
)
def rules_in_two_places(stack: Stack) -> Iterator[Fault]:
    """Rules within a group are all that it may have: each apply takes away those that stand beside it, and the next one makes them
    again.
    """
    beside: dict[str, list[str]] = defaultdict(list)
    for one in stack.of(*RULE_TYPES):
        group = stack.referred(one.get("security_group_id"))
        if group is not None:
            beside[group.address].append(f"{_direction(one)}:{one.address}")
    for group in stack.of(GROUP, "aws_default_security_group"):
        ignored = texts(group.lifecycle.get("ignore_changes"))
        for direction in DIRECTIONS:
            # A list that is empty says that there are to be none.
            owns = isinstance(group.data.get(direction), list) or bool(group.blocks(direction))
            other = next((one for one in beside[group.address] if one.startswith(direction)), "")
            if owns and other and not {"all", direction} & set(ignored):
                yield Fault(group.address, direction, f"rules, and {other.partition(':')[2]}", "one of the two")


@RULES(
    "groups-hold-each-other",
    "Two security groups that hold each other",
    "write the rules as resources of their own, so that they go before the groups",
)
def groups_hold_each_other(stack: Stack) -> Iterator[Fault]:
    """EC2 deletes no group that a rule of another one names: two that name each other can only be made and destroyed where the rules
    are resources of their own.
    """
    inline: dict[str, set[str]] = {}
    beside: dict[str, set[str]] = defaultdict(set)
    for group in stack.of(GROUP):
        rows = [row for direction in DIRECTIONS for row in group.blocks(direction)]
        inline[group.address] = _groups(stack, [peer for row in rows for peer in texts(row.get("security_groups"))])
    for one in stack.of(*RULE_TYPES):
        owner = stack.referred(one.get("security_group_id"))
        if owner is not None:
            peers = [str(one.get(key)) for key in ("referenced_security_group_id", "source_security_group_id")]
            beside[owner.address] |= _groups(stack, peers)
    for address, named in inline.items():
        for other in sorted(named - {address}):
            back = inline.get(other, set()) | beside[other]
            if address in back and not (other < address and address in inline.get(other, set())):
                yield Fault(address, "", f"names {other}, which names it", "rules that are resources of their own")


@RULES("open-to-the-world", "A port of a server's own open to the world", "name who may come: a network or a group")
def open_to_the_world(stack: Stack) -> Iterator[Fault]:
    """Databases, caches and ways into machines that every address reaches, or every port: they are found within minutes."""
    for one in stack.of("aws_vpc_security_group_ingress_rule", "aws_security_group_rule", GROUP):
        inline = one.type == GROUP
        for row in one.blocks("ingress") if inline else [one.data] if _direction(one) == "ingress" else []:
            every = [each for key in NETWORKS for each in texts(row.get(key)) if each in WORLD]
            protocol = str(row.get("ip_protocol") or row.get("protocol") or "-1").lower()
            ends = [str(row.get(key)) for key in ("from_port", "to_port")]
            ports = range(int(ends[0]), int(ends[1]) + 1) if all(each.isdigit() for each in ends) else range(0)
            named = sorted(port for port in OWN_PORTS if port in ports)
            if every and (protocol in ("-1", "all") or named):
                what = "every port" if protocol in ("-1", "all") or len(named) > 1 else f"port {named[0]}"
                yield Fault(
                    one.address, "ingress" if inline else "", f"{what} from {every[0]}", "a network of your own"
                )


def _is_nothing(value: Any) -> bool:
    """A port 0 is something, though Python takes it for False."""
    return value is None or value is False or value == []


def _direction(rule: Resource) -> str:
    if rule.type == "aws_security_group_rule":
        return rule.literal("type")
    return "ingress" if "ingress" in rule.type else "egress"


def _groups(stack: Stack, peers: list[str]) -> set[str]:
    found = [stack.referred(peer) for peer in peers]
    return {one.address for one in found if one is not None and one.type == GROUP}


GROUP: Final = "aws_security_group"
NETWORKS: Final = ("cidr_ipv4", "cidr_ipv6", "cidr_blocks", "ipv6_cidr_blocks")
WORLD: Final = frozenset({"0.0.0.0/0", "::/0"})
OWN_PORTS: Final = frozenset({
    22, 23, 135, 445, 1433, 1521, 2049, 2375, 2376, 2379, 3306, 3389, 5432, 5439, 5601, 5672, 5900, 6379, 6380, 9042, 9092, 9200,
    10250, 11211, 27017,
})  # fmt: skip
"""Of ways into machines, of databases, caches, queues and clusters: none that the world is to reach."""
DIRECTIONS: Final = ("ingress", "egress")
PEERS: Final = ("cidr_blocks", "ipv6_cidr_blocks", "prefix_list_ids", "security_groups")
RULE_TYPES: Final = (
    "aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule", "aws_security_group_rule",
)  # fmt: skip
RULE_KEYS: Final = frozenset(
    {
        "security_group_id", "type", "protocol", "ip_protocol", "from_port", "to_port", "cidr_ipv4", "cidr_ipv6",
        "prefix_list_id", "prefix_list_ids", "referenced_security_group_id", "source_security_group_id", "cidr_blocks",
        "ipv6_cidr_blocks", "self",
    }
)  # fmt: skip
