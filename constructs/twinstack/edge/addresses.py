"""Lists of addresses, one within another: who may come in where the edge, the host and the route each have one."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from ipaddress import IPv4Network
from typing import TYPE_CHECKING

from twinstack.edge.host import Host, Route
from twinstack.environment.model import Finding

if TYPE_CHECKING:
    from twinstack.edge.spec import EdgeSpec

Addresses = tuple[IPv4Network, ...]


def admitted(spec: EdgeSpec, host: Host, route: Route | None = None) -> Addresses:
    """The addresses that every list lets in; empty where there is no list at all."""
    above = _within(spec.inbound_cidrs, host.inbound_cidrs)
    return _within(above, route.inbound_cidrs) if route else above


def _within(outer: Addresses, inner: Addresses) -> Addresses:
    if not outer or not inner:
        return outer or inner
    smaller = (a if a.prefixlen >= b.prefixlen else b for a in outer for b in inner if a.overlaps(b))
    return tuple(dict.fromkeys(smaller))


def list_name(host: Host, path: str = "") -> str:
    """What a list of a host, or of one of its paths, is called: in words as far as they go, and no two alike."""
    whole = f"{host.key}{path}"
    words = re.sub(r"[^a-z0-9]+", "-", whole.lower()).strip("-")[:40].rstrip("-")
    return f"{words}-{hashlib.sha256(whole.encode()).hexdigest()[:6]}"


def check_lists(spec: EdgeSpec) -> Iterator[Finding]:
    """A finding for a list beside which nobody is left whom the lists above it admit."""
    for host in spec.hosts:
        place = () if host.is_first else ("other_hosts", host.key)
        if host.inbound_cidrs and not _is_left(spec.inbound_cidrs, host.inbound_cidrs):
            yield _nobody((*place, "inbound_cidrs"), host.inbound_cidrs, spec.inbound_cidrs)
            continue
        above = admitted(spec, host)
        for index, route in enumerate(host.routes):
            if route.inbound_cidrs and not _is_left(above, route.inbound_cidrs):
                yield _nobody((*place, "routes", index, "inbound_cidrs"), route.inbound_cidrs, above)


def _is_left(outer: Addresses, inner: Addresses) -> bool:
    return not outer or bool(_within(outer, inner))


def _nobody(place: tuple[str | int, ...], given: Addresses, outer: Addresses) -> Finding:
    return Finding(
        "TW217",
        "a list of addresses that lets nobody in",
        place,
        given=", ".join(map(str, given)),
        allowed="addresses within " + ", ".join(map(str, outer)) + ", which are let in above it",
        fix="correct the list, or widen the one above it",
    )
