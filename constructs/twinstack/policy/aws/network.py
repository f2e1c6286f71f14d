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


@RULES("too-few-zones", "Subnets of one zone where two are wanted", "give it subnets of two zones", severity="error")
def too_few_zones(stack: Stack) -> Iterator[Fault]:
    """RDS, EKS and an application's load balancer refuse subnets of fewer than two zones, and where a subnet's zone is not
    said, EC2 chooses it.
    """
    for one in stack.of(*IN_TWO_ZONES):
        if one.literal("load_balancer_type") not in ("", "application"):
            continue
        path = IN_TWO_ZONES[one.type]
        subnets = [stack.referred(each) for each in texts(one.inner(*path.split(".")))]
        known = [each for each in subnets if each is not None and each.type == "aws_subnet"]
        if not known or len(known) < len(subnets):
            continue
        zones = {str(each.get("availability_zone") or each.get("availability_zone_id") or "") for each in known}
        if len(zones - {""}) < 2:
            said = ", ".join(sorted(zones - {""})) or "not said"
            yield Fault(one.address, path, f"zones: {said}", "two zones", doubtful="" in zones)


@RULES("way-out-leads-nowhere", "A NAT gateway in a subnet without a way out", "put it into a public subnet")
def way_out_leads_nowhere(stack: Stack) -> Iterator[Fault]:
    """A public NAT gateway whose own subnet does not lead to an internet gateway: it is made, and nothing comes out."""
    tables = {
        one.address: stack.referred(link.get("route_table_id"))
        for link in stack.of("aws_route_table_association")
        if (one := stack.referred(link.get("subnet_id"))) is not None
    }
    ways = [
        (table.address, stack.referred(route.get("gateway_id")))
        for route in stack.of("aws_route")
        if (table := stack.referred(route.get("route_table_id")))
        and route.literal("destination_cidr_block") == "0.0.0.0/0"
    ]
    for one in stack.of("aws_nat_gateway"):
        subnet = stack.referred(one.get("subnet_id"))
        table = tables.get(subnet.address) if subnet is not None else None
        mine = [gateway for address, gateway in ways if table is not None and address == table.address]
        leads = any(gateway is not None and gateway.type == "aws_internet_gateway" for gateway in mine)
        if one.literal("connectivity_type") != "private" and subnet is not None and mine and not leads:
            yield Fault(one.address, "subnet_id", subnet.address, "a subnet that leads to an internet gateway")


@RULES("alias-of-the-zone", "A CNAME for the zone itself", "use an alias record of type A", severity="error")
def alias_of_the_zone(stack: Stack) -> Iterator[Fault]:
    """Route 53 refuses a CNAME at the name of the zone, which has records of its own."""
    for one in stack.of("aws_route53_record"):
        name, zone = one.literal("name").rstrip(".").lower(), stack.zone_name(one.get("zone_id"))
        if one.literal("type") == "CNAME" and zone and name == zone.rstrip(".").lower():
            yield Fault(one.address, "type", f"CNAME at {name}", "A, with an alias block")


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


IN_TWO_ZONES: Final = {
    "aws_alb": "subnets",
    "aws_db_subnet_group": "subnet_ids",
    "aws_eks_cluster": "vpc_config.subnet_ids",
    "aws_lb": "subnets",
}
IDS: Final = {"subnet_id": "subnet-", "subnet_ids": "subnet-", "vpc_id": "vpc-", "security_group_id": "sg-"}
LONGEST: Final = {"aws_lb_target_group": 32, "aws_lb": 32, "aws_iam_role": 64, "aws_iam_policy": 128}
