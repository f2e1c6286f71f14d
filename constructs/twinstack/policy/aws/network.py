"""Rules over networks and names."""

from __future__ import annotations

import ipaddress
from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations
from typing import Any, Final

from twinstack.environment.spec import Half
from twinstack.policy.aws.stack import Resource, Stack, texts
from twinstack.policy.rule import Fault, Rules

RULES: Final = Rules(Half.INFRASTRUCTURE)


@RULES(
    "subnets-overlap", "Subnets that overlap, or lie askew or outside", "give each a block of its own", severity="error"
)
def subnets_overlap(stack: Stack) -> Iterator[Fault]:
    """EC2 refuses a subnet that shares addresses with another of its network, lies outside, or does not begin where its
    size allows.
    """
    by_network: dict[str, list[tuple[Resource, Any]]] = defaultdict(list)
    for one in stack.of("aws_subnet"):
        block = "" if one.varies else one.literal("cidr_block")
        network = _network(block)
        if network is None or str(network.network_address) != block.partition("/")[0]:
            if block:
                yield Fault(one.address, "cidr_block", block, "an address at which a block of this size begins")
            continue
        by_network[str(one.get("vpc_id"))].append((one, network))
        whole = stack.referred(one.get("vpc_id"))
        outer = _network(whole.literal("cidr_block")) if whole else None
        more = any(stack.of("aws_vpc_ipv4_cidr_block_association"))
        if outer and not more and not network.subnet_of(outer):
            yield Fault(one.address, "cidr_block", block, f"a part of {outer}")
    for placed in by_network.values():
        for (_, first), (one, second) in combinations(placed, 2):
            if first.overlaps(second):
                yield Fault(one.address, "cidr_block", f"{second}, and {first} beside it", "blocks that do not overlap")


@RULES("too-few-zones", "A subnet group in one zone", "give it subnets of two zones", severity="error")
def too_few_zones(stack: Stack) -> Iterator[Fault]:
    """RDS and EKS refuse subnets of fewer than two zones, and where a subnet's zone is not said, EC2 chooses it."""
    for one in stack.of("aws_db_subnet_group"):
        subnets = [stack.referred(each) for each in texts(one.get("subnet_ids"))]
        known = [each for each in subnets if each is not None and each.type == "aws_subnet"]
        if not known or len(known) < len(subnets):
            continue
        zones = {str(each.get("availability_zone") or each.get("availability_zone_id") or "") for each in known}
        if len(zones - {""}) < 2:
            said = ", ".join(sorted(zones - {""})) or "not said"
            yield Fault(one.address, "subnet_ids", f"zones: {said}", "two zones", doubtful="" in zones)


@RULES("no-such-id", "A block of addresses where an id is wanted", "refer to the resource", severity="error")
def no_such_id(stack: Stack) -> Iterator[Fault]:
    """EC2 refuses what is no id."""
    for one in stack.of():
        if not one.type.startswith("aws_"):
            continue  # another cloud's ids are others
        for key in IDS:
            for value in one.get(key) if isinstance(one.get(key), list) else [one.literal(key)]:
                if value and isinstance(value, str) and "${" not in value and not value.startswith(IDS[key]):
                    yield Fault(one.address, key, value, f"{IDS[key]}…")


@RULES("priority-twice", "Two rules of a listener with one priority", "number them apart", severity="error")
def priority_twice(stack: Stack) -> Iterator[Fault]:
    """A listener takes a priority once."""
    seen: set[tuple[str, str]] = set()
    for one in stack.of("aws_lb_listener_rule"):
        place = (str(one.get("listener_arn")), one.literal("priority"))
        if one.varies:
            continue
        if place[1] and place in seen:
            yield Fault(one.address, "priority", place[1], "a number of its own")
        seen.add(place)


@RULES(
    "name-does-not-fit",
    "A name that is too long, or that another has",
    "shorten it with a part that differs",
    severity="error",
)
def name_does_not_fit(stack: Stack) -> Iterator[Fault]:
    """AWS refuses a name over its limit, and the second of one name."""
    seen: set[tuple[str, str]] = set()
    for one in stack.of(*LONGEST):
        name = one.literal("name")
        if len(name) > LONGEST[one.type]:
            yield Fault(one.address, "name", name, f"{LONGEST[one.type]} characters")
        if one.varies or {"provider", "region"} & set(one.data):
            continue
        if name and (one.type, name.lower()) in seen:
            yield Fault(one.address, "name", name, "a name of its own")
        seen.add((one.type, name.lower()))


def _network(block: str) -> ipaddress.IPv4Network | None:
    try:
        return ipaddress.IPv4Network(block, strict=False)
    except ValueError:
        return None


IDS: Final = {"subnet_id": "subnet-", "subnet_ids": "subnet-", "vpc_id": "vpc-", "security_group_id": "sg-"}
LONGEST: Final = {"aws_lb_target_group": 32, "aws_lb": 32, "aws_iam_role": 64, "aws_iam_policy": 128}
