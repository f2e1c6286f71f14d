"""Where a workload's pods may go without a link: the internet, and addresses of other networks."""

from collections.abc import Iterator
from ipaddress import IPv4Network
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field

from twinstack.environment.links import HTTPS
from twinstack.environment.model import Finding, Model
from twinstack.environment.quantities import Port

SMTP: Final = 25
LINK_LOCAL: Final = IPv4Network("169.254.0.0/16")
"""Where a node answers for its own credentials, which no pod may ask for."""
LOOPBACK: Final = IPv4Network("127.0.0.0/8")


Ports = Annotated[tuple[Port, ...], Field(min_length=1, max_length=20)]


def _tuple_of(given: Any) -> Any:
    # What a validator has looked at is no JSON any more, in which a list is a tuple.
    return tuple(given) if isinstance(given, list) else given


class Internet(Model):
    """Which ports of the internet its pods may reach."""

    ports: Annotated[Ports, BeforeValidator(_tuple_of)] = (HTTPS,)
    """TCP ports: 443 for HTTPS, 587 for mail, 5671 for AMQP over TLS."""


def _yes_or_no(given: Any) -> Any:
    return {} if given is True else None if given is False else given


class Destination(Model):
    """Addresses of another network that its pods may reach: of a peering, a VPN, or a partner's on the internet."""

    addresses: Annotated[tuple[IPv4Network, ...], Field(min_length=1)]
    """Ranges in CIDR form, `10.20.0.0/16`. The route that leads there is the network owner's."""
    ports: Ports
    """TCP ports."""

    def rules(self) -> Iterator[Finding]:
        for index, one in enumerate(self.addresses):
            is_own = one.overlaps(LINK_LOCAL) or one.overlaps(LOOPBACK)
            if not one.prefixlen or is_own:
                yield Finding(
                    "TW618",
                    "addresses of no other network",
                    ("addresses", index),
                    given=f"{one}, where the node's and the pod's own are"
                    if one.prefixlen
                    else f"{one}, which is everybody",
                    allowed="the ranges of a network that is known, for example 10.20.0.0/16",
                    fix="leave out 169.254.0.0/16 and 127.0.0.0/8"
                    if one.prefixlen
                    else "name the ranges; every public address is what `internet` opens",
                )


class WaysOut(Model):
    """What a workload says of the ways that no link opens."""

    internet: Annotated[
        Internet | None,
        BeforeValidator(_yes_or_no, json_schema_input_type=bool | Internet),
        Field(json_schema_extra={"base_only": True}),
    ] = None
    """Whether its pods may reach the internet: `true` by HTTPS alone, `{ports: [443, 587]}` by these. Links open their own ways."""
    reaches: tuple[Destination, ...] = ()
    """Addresses of other networks that its pods may reach. What the product has itself is linked to instead."""

    @property
    def internet_ports(self) -> tuple[int, ...]:
        """The ports of the internet that it may reach."""
        return tuple(dict.fromkeys(self.internet.ports)) if self.internet else ()

    def internet_reasons(self) -> Iterator[tuple[str, str]]:
        """What of it reaches the internet, each with the field that asks for it."""
        if ports := self.internet_ports:
            said = "HTTPS" if ports == (HTTPS,) else f"port{'s' if len(ports) > 1 else ''} {', '.join(map(str, ports))}"
            yield "internet", f"{said} to the internet"
        for index, one in enumerate(self.reaches):
            if public := [str(block) for block in one.addresses if block.is_global]:
                yield f"reaches[{index}]", f"{', '.join(public)} on the internet"

    def check_ways_out(self) -> Iterator[Finding]:
        """A warning for what AWS closes by itself. Source: Amazon EC2 User Guide, "Restriction on email sent using port 25"."""
        ports = self.internet_ports
        if SMTP in ports:
            yield Finding(
                "TW614",
                "AWS lets no mail out on port 25",
                ("internet", "ports", ports.index(SMTP)),
                given=str(SMTP),
                allowed="587 or 465, where a client hands its mail over; 25 where AWS has opened it for the account",
                fix="use the port for clients of the mail service",
                warning=True,
                acknowledgeable=True,
            )
