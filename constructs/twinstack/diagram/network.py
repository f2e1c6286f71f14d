"""The network: its tiers over the zones, what stands in them, how each gets out, and who is let in where."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from twinstack.diagram.drawing import Box, Nest
from twinstack.diagram.made import Made, address_in
from twinstack.diagram.text import clipped
from twinstack.policy.aws.stack import Resource, texts


def network(title: str, made: Made) -> Nest:
    """The picture of a stack's network. One that is there already is shown by the ids that the stack names."""
    vpcs = made.of_type("aws_vpc")
    tiers = _tiers(made)
    inside = [_tier(name, subnets, made) for name, subnets in tiers.items()] or _existing(made)
    extra = [_endpoints(made)] if made.of_type("aws_vpc_endpoint") else []
    if vpcs:
        box = Box(f"VPC {_title(vpcs[0])}", (vpcs[0].literal("cidr_block"),), (*inside, *extra))
    else:
        box = Box("a network that is there already", (), (*inside, *extra))
    return Nest(title, box, list(_rules(made)))


def tiers_by_range(made: Made) -> dict[str, str]:
    """The tier of each range of addresses that a subnet has: `10.40.128.0/22` is `public subnets`."""
    return {one.literal("cidr_block"): f"{name} subnets" for name, subnets in _tiers(made).items() for one in subnets}


def _tiers(made: Made) -> dict[str, list[Resource]]:
    """Subnets by tier, those that the internet reaches first, each in the order of their zones."""
    found: dict[str, list[Resource]] = {}
    for subnet in made.of_type("aws_subnet"):
        zone = subnet.literal("availability_zone")
        name = re.sub(rf"_{zone[-1:]}$", "", subnet.name) if zone else subnet.name
        found.setdefault(name.removeprefix(f"{made.owner_of(subnet)}_"), []).append(subnet)
    for subnets in found.values():
        subnets.sort(key=lambda one: one.literal("availability_zone"))
    rank = {_PUBLIC: 0, _PRIVATE: 1, _CLOSED: 2}
    return dict(sorted(found.items(), key=lambda pair: rank[_tone(pair[1][0], made)]))


def _tier(name: str, subnets: Sequence[Resource], made: Made) -> Box:
    tone = _tone(subnets[0], made)
    return Box(
        f"{name} subnets",
        tuple(_inhabitants(subnets, made)),
        tuple(_zone(subnet, made, tone) for subnet in subnets),
        is_row=True,
    )


def _zone(subnet: Resource, made: Made, tone: str) -> Box:
    gateways = [_gateway(one) for one in made.of_type("aws_nat_gateway") if _refers(one, "subnet_id", subnet)]
    lines = (subnet.literal("cidr_block"), *gateways, _way_out(subnet, made))
    return Box(subnet.literal("availability_zone") or subnet.name, lines, tone=tone)


def _title(one: Resource) -> str:
    return str(one.inner("tags", "Name") or one.name)


def _gateway(one: Resource) -> str:
    return f"NAT gateway {_title(one).rsplit('-', 1)[-1]}"


def _refers(one: Resource, argument: str, other: Resource) -> bool:
    return address_in(one.get(argument)) == other.address


def _routes(subnet: Resource, made: Made) -> list[Resource]:
    tables = {
        address_in(one.get("route_table_id"))
        for one in made.of_type("aws_route_table_association")
        if _refers(one, "subnet_id", subnet)
    }
    return [one for one in made.of_type("aws_route") if address_in(one.get("route_table_id")) in tables]


def _tone(subnet: Resource, made: Made) -> str:
    routes = _routes(subnet, made)
    if any(one.get("gateway_id") for one in routes):
        return _PUBLIC
    is_for_pods = any(subnet.address in _subnets(one) for one in made.of_type("aws_eks_cluster"))
    return _PRIVATE if routes or is_for_pods else _CLOSED


def _way_out(subnet: Resource, made: Made) -> str:
    for route in _routes(subnet, made):
        if route.get("gateway_id"):
            return "out: internet gateway"
        nat = made.named(route.get("nat_gateway_id"))
        return f"out: {_gateway(nat)}" if nat else "out: a route of its own"
    return "no way out"


def _inhabitants(subnets: Sequence[Resource], made: Made) -> Iterator[str]:
    """What stands in a tier: a cluster's pods, databases by their subnet groups, load balancers by their tag."""
    addresses = {one.address for one in subnets}
    if any(one.inner("tags", "kubernetes.io/role/elb") for one in subnets):
        yield "load balancers that the internet reaches"
    for one in made.of_type("aws_eks_cluster"):
        if addresses & _subnets(one):
            yield f"nodes and pods of {one.literal('name') or one.name}"
    groups = {one.address for one in made.resources if one.type.endswith("_subnet_group") and addresses & _subnets(one)}
    for one in made.resources:
        names = (value for key, value in one.data.items() if key.endswith("subnet_group_name"))
        if groups & {address_in(name) for name in names}:
            yield f"{made.owner_of(one)}: {one.type.removeprefix('aws_').replace('_', ' ')}"
    for one in made.of_type("aws_efs_mount_target"):
        if address_in(one.get("subnet_id")) in addresses:
            yield f"{made.owner_of(one)}: shared files"
            break


def _subnets(one: Resource) -> set[str]:
    """The addresses of the subnets that a resource is given."""
    return {address_in(each) for each in _named_subnets(one)} - {""}


def _named_subnets(one: Resource) -> list[str]:
    return texts(one.get("subnet_ids") or one.inner("vpc_config", "subnet_ids"))


def _endpoints(made: Made) -> Box:
    def title(one: Resource) -> str:
        return (one.literal("service_name") or one.name).rsplit(".", 1)[-1]

    boxes = [
        Box(title(one), ((one.literal("vpc_endpoint_type") or "Gateway").lower(),))
        for one in sorted(made.of_type("aws_vpc_endpoint"), key=title)
    ]
    return Box("endpoints of AWS services", (), boxes, is_row=True)


def _existing(made: Made) -> list[Box]:
    ids = {each for one in made.resources for each in _named_subnets(one) if each.startswith("subnet-")}
    return [Box(one) for one in sorted(ids)]


def _rules(made: Made) -> Iterator[str]:
    """Each rule of a security group that lets something in, as a sentence."""
    for one in made.of_type("aws_vpc_security_group_ingress_rule"):
        source = one.literal("cidr_ipv4") or one.literal("cidr_ipv6") or _source(one, made)
        ports = dict.fromkeys(filter(None, (one.literal("from_port"), one.literal("to_port"))))
        ways = f"{one.literal('ip_protocol')} {' to '.join(ports)}".strip()
        said = ways if ways != "-1" else "every port"
        yield clipped(f"{made.owner_of(one)} lets in {source} on {said}", _LONGEST)


def _source(rule: Resource, made: Made) -> str:
    group = made.named(rule.get("referenced_security_group_id"))
    if group is not None and group.type == "aws_eks_cluster":
        return f"the pods of {group.literal('name') or group.name}"
    return f"the security group of {made.owner_of(group)}" if group else "a security group"


_PUBLIC: Final = "public"
_PRIVATE: Final = "private"
_CLOSED: Final = "closed"
_LONGEST: Final = 90
