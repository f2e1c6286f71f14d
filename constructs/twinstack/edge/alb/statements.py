"""What the firewall's own rules say: who is counted, who may come in where, and who is told to come back later.

Sources: AWS WAF API Reference, "Statement"; AWS WAF Developer Guide, "Customized web requests and responses"; read in November
2026.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Any, Final

from twinstack.edge.addresses import list_name
from twinstack.edge.alb.spec import pattern_of
from twinstack.edge.host import Host, Route
from twinstack.edge.rate_limit import is_under
from twinstack.edge.spec import EdgeSpec

Statement = dict[str, Any]


@dataclass(frozen=True, slots=True)
class AddressList:
    """Addresses that may come in somewhere: to a host, to one of its routes, or past the maintenance answer."""

    name: str
    """What it is called among the edge's lists: `admin-0a1b2c`."""
    description: str
    addresses: tuple[IPv4Network, ...]
    host: Host | None = None
    route: Route | None = None


def address_lists(spec: EdgeSpec) -> tuple[AddressList, ...]:
    """Every list but the load balancer's own, in the order in which they are asked."""
    return (*_admitted(spec), *_lists_of_hosts(spec))


def _admitted(spec: EdgeSpec) -> Iterator[AddressList]:
    if spec.maintenance.active:
        yield AddressList(MAINTENANCE, "who comes past the maintenance answer", spec.maintenance.admits)


def _lists_of_hosts(spec: EdgeSpec) -> Iterator[AddressList]:
    for host in spec.hosts:
        if host.inbound_cidrs:
            yield AddressList(list_name(host), f"who may come in to {host.key}", host.inbound_cidrs, host)
        for route in host.routes:
            if route.inbound_cidrs:
                yield AddressList(
                    list_name(host, route.path),
                    f"who may come in to {route.path[:200]} of {host.key}",
                    route.inbound_cidrs,
                    host,
                    route,
                )


def not_admitted(spec: EdgeSpec, one: AddressList, arn: str) -> Statement:
    """A request that comes in where the list is asked, from an address that is not on it."""
    where: list[Statement] = []
    if one.host is not None and len(spec.hosts) > 1:
        where += _to_host(spec, one.host)
    if one.host is not None and one.route is not None:
        where += _to_route(one.host, one.route)
    outside = {"not_statement": {"statement": [{"ip_set_reference_statement": {"arn": arn}}]}}
    return {"and_statement": {"statement": [*where, outside]}} if where else outside


def counted(spec: EdgeSpec, host: Host) -> Statement | None:
    """What `rate_limit` counts of a host; None where it counts everything."""
    is_alone = sum(bool(one.routes) for one in spec.hosts) == 1
    paths = read_both_ways(pattern_of(spec.limited_paths_of(host)))
    if is_alone:
        return either(paths) if paths else None
    return every([*_to_host(spec, host), *([either(paths)] if paths else [])])


def _to_route(host: Host, route: Route) -> Iterator[Statement]:
    """A request for the route, however its path is written, unless a longer route has it however it is read."""
    if pattern := pattern_of((route.path,)):
        yield either(read_both_ways(pattern))
    longer = [one.path for one in host.routes if one is not route and is_under(one.path, route.path)]
    if longer:
        yield {"not_statement": {"statement": [every(read_both_ways(pattern_of(longer)))]}}


def _to_host(spec: EdgeSpec, host: Host) -> Iterator[Statement]:
    """A request for the host. Behind a wildcard stand all hosts below it but those that are described themselves."""
    yield _is_host(host.name)
    if host.name.startswith("*."):
        for other in spec.hosts:
            if other is not host and other.name.endswith(host.name[1:]):
                yield {"not_statement": {"statement": [_is_host(other.name)]}}


def _is_host(name: str) -> Statement:
    """Source: Elastic Load Balancing, "Condition types for listener rules": a `*` of a host stands for several labels too."""
    pattern = name.replace(".", "[.]").replace("*", "[^:]+")
    return _matches(f"^{pattern}[.]?(:|$)", {"single_header": {"name": "host"}}, "LOWERCASE")


def read_both_ways(pattern: str) -> list[Statement]:
    """The path as it was sent, which the load balancer routes by, and as the service may read it: no way of writing a path
    escapes a rule that holds when either is meant.
    """
    if not pattern:
        return []
    return [_matches(pattern, PATH), _matches(pattern, PATH, "URL_DECODE", "NORMALIZE_PATH")]


def either(statements: list[Statement]) -> Statement:
    """One of them, or several joined by `or`."""
    return statements[0] if len(statements) == 1 else {"or_statement": {"statement": statements}}


def every(statements: list[Statement]) -> Statement:
    """One of them, or several joined by `and`."""
    return statements[0] if len(statements) == 1 else {"and_statement": {"statement": statements}}


def _matches(pattern: str, field: Statement, *transformations: str) -> Statement:
    return {
        "regex_match_statement": {
            "regex_string": pattern,
            "field_to_match": field,
            "text_transformation": [
                {"priority": priority, "type": one} for priority, one in enumerate(transformations or ("NONE",))
            ],
        }
    }


PATH: Final[Statement] = {"uri_path": {}}
MAINTENANCE: Final = "maintenance"
