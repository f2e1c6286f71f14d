"""The ways in of a Gateway: routes of one host that are dealt with alike, each an HTTPRoute."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from twinstack.edge.addresses import Addresses, admitted, list_name
from twinstack.edge.host import Host, Route
from twinstack.edge.rate_limit import RateLimit
from twinstack.edge.spec import EdgeSpec


@dataclass(frozen=True, slots=True)
class Way:
    """Some routes of one host, with what holds for all of them."""

    name: str
    host: Host
    routes: tuple[Route, ...]
    limit: RateLimit
    addresses: Addresses = ()
    websocket: bool = False


def ways_by_host(spec: EdgeSpec) -> list[Way]:
    """One for each host: a firewall tells the paths, the addresses and the limits apart."""
    hosts = [host for host in spec.hosts if host.routes]
    return [
        one for host in hosts for one in _parted(Way(route_name(spec, host), host, host.routes, spec.total_rate_limit))
    ]


def ways_by_limit(spec: EdgeSpec) -> list[Way]:
    """For each host one for each limit and list of addresses, since a policy holds for a whole HTTPRoute, and websockets apart."""
    found: list[Way] = []
    for host in spec.hosts:
        limited, others = spec.routes_by_limit_of(host)
        groups: dict[tuple[bool, Addresses, bool], list[Route]] = {}
        for route, is_limited in (*((one, True) for one in limited), *((one, False) for one in others)):
            groups.setdefault((is_limited, admitted(spec, host, route), route.websocket), []).append(route)
        unlisted = admitted(spec, host)
        for (is_limited, addresses, websocket), routes in groups.items():
            unlike = "" if addresses == unlisted else list_name(host, routes[0].path)
            parts = ("" if is_limited else "rest", "ws" if websocket else "", unlike)
            name = ".".join((route_name(spec, host), *filter(None, parts)))
            limit = spec.rate_limit if is_limited else spec.total_rate_limit
            found += _parted(Way(name, host, tuple(routes), limit, addresses, websocket))
    return found


def route_name(spec: EdgeSpec, host: Host) -> str:
    """`analytics-route`, `analytics-route-api`; what is added to it comes after a dot, which no host is called with."""
    first = spec.context.kubernetes_name("route")
    return first if host.is_first else f"{first}-{host.key}"


def _parted(way: Way) -> Iterator[Way]:
    """As many as it takes: an HTTPRoute has so many rules and no more."""
    for index in range(0, len(way.routes), MOST_RULES):
        name = f"{way.name}.{index // MOST_RULES + 1}" if index else way.name
        yield replace(way, name=name, routes=way.routes[index : index + MOST_RULES])


MOST_RULES: Final = 16
"""Source: Gateway API specification 1.6, HTTPRouteSpec, rules."""
