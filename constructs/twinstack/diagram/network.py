"""The network: its tiers over the zones, what stands in them, how each gets out, and who is let in where."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from twinstack.diagram.drawing import Box, Nest
from twinstack.diagram.made import Block, Made, address_in, first
from twinstack.diagram.text import clipped


def network(title: str, made: Made) -> Nest:
    """The picture of a stack's network. One that is there already is shown by the ids that the stack names."""
    vpcs = made.of_type("aws_vpc")
    tiers = _tiers(made)
    inside = [_tier(name, subnets, made) for name, subnets in tiers.items()] or _existing(made)
    extra = [_endpoints(made)] if made.of_type("aws_vpc_endpoint") else []
    if vpcs:
        arguments = vpcs[0].arguments
        name = first(arguments.get("tags")).get("Name", vpcs[0].name)
        box = Box(f"VPC {name}", (str(arguments.get("cidr_block", "")),), (*inside, *extra))
    else:
        box = Box("a network that is there already", (), (*inside, *extra))
    return Nest(title, box, list(_rules(made)))


def tiers_by_range(made: Made) -> dict[str, str]:
    """The tier of each range of addresses that a subnet has: `10.40.128.0/22` is `public subnets`."""
    return {
        str(one.arguments.get("cidr_block")): f"{name} subnets"
        for name, subnets in _tiers(made).items()
        for one in subnets
    }


def _tiers(made: Made) -> dict[str, list[Block]]:
    """Subnets by tier, those that the internet reaches first, each in the order of their zones."""
    found: dict[str, list[Block]] = {}
    for subnet in made.of_type("aws_subnet"):
        zone = str(subnet.arguments.get("availability_zone", ""))
        name = re.sub(rf"_{zone[-1:]}$", "", subnet.name) if zone else subnet.name
        found.setdefault(name.removeprefix(f"{subnet.owner}_"), []).append(subnet)
    for subnets in found.values():
        subnets.sort(key=lambda one: str(one.arguments.get("availability_zone")))
    rank = {_PUBLIC: 0, _PRIVATE: 1, _CLOSED: 2}
    return dict(sorted(found.items(), key=lambda pair: rank[_tone(pair[1][0], made)]))


def _tier(name: str, subnets: Sequence[Block], made: Made) -> Box:
    tone = _tone(subnets[0], made)
    return Box(
        f"{name} subnets",
        tuple(_inhabitants(subnets, made)),
        tuple(_zone(subnet, made, tone) for subnet in subnets),
        is_row=True,
    )


def _zone(subnet: Block, made: Made, tone: str) -> Box:
    arguments = subnet.arguments
    gateways = [
        f"NAT gateway {first(one.arguments.get('tags')).get('Name', one.name).rsplit('-', 1)[-1]}"
        for one in made.of_type("aws_nat_gateway")
        if address_in(one.arguments.get("subnet_id")) == subnet.address
    ]
    lines = (str(arguments.get("cidr_block", "")), *gateways, _way_out(subnet, made))
    return Box(str(arguments.get("availability_zone", subnet.name)), lines, tone=tone)


def _routes(subnet: Block, made: Made) -> list[Mapping[str, Any]]:
    tables = {
        address_in(one.arguments.get("route_table_id"))
        for one in made.of_type("aws_route_table_association")
        if address_in(one.arguments.get("subnet_id")) == subnet.address
    }
    return [
        one.arguments for one in made.of_type("aws_route") if address_in(one.arguments.get("route_table_id")) in tables
    ]


def _tone(subnet: Block, made: Made) -> str:
    routes = _routes(subnet, made)
    if any(one.get("gateway_id") for one in routes):
        return _PUBLIC
    return _PRIVATE if routes or _is_for_pods(subnet, made) else _CLOSED


def _way_out(subnet: Block, made: Made) -> str:
    for route in _routes(subnet, made):
        if route.get("gateway_id"):
            return "out: internet gateway"
        nat = made.named(route.get("nat_gateway_id"))
        if nat is not None:
            return f"out: NAT gateway {first(nat.arguments.get('tags')).get('Name', nat.name).rsplit('-', 1)[-1]}"
        if route:
            return "out: a route of its own"
    return "no way out"


def _is_for_pods(subnet: Block, made: Made) -> bool:
    return any(subnet.address in _subnets(one.arguments) for one in made.of_type("aws_eks_cluster"))


def _inhabitants(subnets: Sequence[Block], made: Made) -> Iterator[str]:
    """What stands in a tier: a cluster's pods, databases by their subnet groups, load balancers by their tag."""
    addresses = {one.address for one in subnets}
    if any("kubernetes.io/role/elb" in first(one.arguments.get("tags")) for one in subnets):
        yield "load balancers that the internet reaches"
    for one in made.of_type("aws_eks_cluster"):
        if addresses & _subnets(one.arguments):
            yield f"nodes and pods of {one.arguments.get('name', one.name)}"
    groups = {
        one.address for one in made.blocks if one.type.endswith("_subnet_group") and addresses & _subnets(one.arguments)
    }
    for one in made.blocks:
        names = (value for key, value in one.arguments.items() if key.endswith("subnet_group_name"))
        if groups & {address_in(name) for name in names}:
            yield f"{one.owner}: {one.type.removeprefix('aws_').replace('_', ' ')}"
    for one in made.of_type("aws_efs_mount_target"):
        if address_in(one.arguments.get("subnet_id")) in addresses:
            yield f"{one.owner}: shared files"
            break


def _subnets(arguments: Mapping[str, Any]) -> set[str]:
    named = arguments.get("subnet_ids") or first(arguments.get("vpc_config")).get("subnet_ids") or ()
    return {address for one in named if (address := address_in(one))} if not isinstance(named, str) else set()


def _endpoints(made: Made) -> Box:
    def title(one: Block) -> str:
        return str(one.arguments.get("service_name", one.name)).rsplit(".", 1)[-1]

    boxes = [
        Box(title(one), (str(one.arguments.get("vpc_endpoint_type", "Gateway")).lower(),))
        for one in sorted(made.of_type("aws_vpc_endpoint"), key=title)
    ]
    return Box("endpoints of AWS services", (), boxes, is_row=True)


def _existing(made: Made) -> list[Box]:
    ids = {
        str(one)
        for block in made.blocks
        for one in block.arguments.get("subnet_ids") or first(block.arguments.get("vpc_config")).get("subnet_ids") or ()
        if str(one).startswith("subnet-")
    }
    return [Box(one, ()) for one in sorted(ids)]


def _rules(made: Made) -> Iterator[str]:
    """Each rule of a security group that lets something in, as a sentence."""
    for one in made.of_type("aws_vpc_security_group_ingress_rule"):
        arguments = one.arguments
        source = arguments.get("cidr_ipv4") or arguments.get("cidr_ipv6") or _source(arguments, made)
        ports = {str(arguments.get("from_port", "")), str(arguments.get("to_port", ""))} - {""}
        ways = f"{arguments.get('ip_protocol', '')} {' to '.join(sorted(ports))}".strip()
        yield clipped(f"{one.owner} lets in {source} on {ways if ways != '-1' else 'every port'}", _LONGEST)


def _source(arguments: Mapping[str, Any], made: Made) -> str:
    group = made.named(arguments.get("referenced_security_group_id"))
    if group is not None and group.type == "aws_eks_cluster":
        return f"the pods of {group.arguments.get('name', group.name)}"
    return f"the security group of {group.owner}" if group else "a security group"


_PUBLIC: Final = "public"
_PRIVATE: Final = "private"
_CLOSED: Final = "closed"
_LONGEST: Final = 90
