"""Which certificates an edge has, and the names on each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from twinstack.edge.host import Host


class Certificates(StrEnum):
    """How the hosts share certificates."""

    EACH = "each"
    WILDCARD = "wildcard"
    SHARED = "shared"


@dataclass(frozen=True, slots=True)
class Certificate:
    """One certificate: its names, the zone that they lie in, and the host that it was first needed for."""

    names: tuple[str, ...]
    zone: str
    host: Host


def certificates_of(plan: Certificates, hosts: Iterable[Host]) -> tuple[Certificate, ...]:
    """The certificates of these hosts, in their order."""
    groups: dict[str, list[Host]] = {}
    for host in hosts:
        groups.setdefault("" if plan is Certificates.SHARED else _name(plan, host), []).append(host)
    return tuple(
        Certificate(tuple(dict.fromkeys(_name(plan, host) for host in group)), group[0].zone, group[0])
        for group in groups.values()
    )


def _name(plan: Certificates, host: Host) -> str:
    """What stands on the certificate for a host. No wildcard stands for the zone itself."""
    if plan is not Certificates.WILDCARD or host.is_apex:
        return host.name
    return f"*.{host.name.partition('.')[2]}"


def address_of(name: str) -> str:
    """A name as part of an address in the state. Two underscores where a wildcard stands: no host name has them."""
    return name.replace("*", "any_").replace(".", "_")
