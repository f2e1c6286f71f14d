"""The hosts of an edge: the first one, further ones by names of one's own, and what each of them serves."""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Annotated, Final

from pydantic import Field

from twinstack.edge.rate_limit import RoutePath, check_once, check_path
from twinstack.environment.model import Finding, Model

_NAME: Final = r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+([a-z]{2,63}|xn--[a-z0-9-]{0,58}[a-z0-9])$"
DOMAIN: Final = f"^{_NAME}"
"""The last label is of letters, or an internationalized one as DNS writes it, `xn--p1ai`. Sources: RFC 1123, section 2.1;
RFC 3696, section 2; RFC 5890, section 2.3.2.1.
"""
DOMAIN_OR_WILDCARD: Final = rf"^(\*\.)?{_NAME}"
HostName = Annotated[str, Field(pattern=DOMAIN, max_length=253)]
HostKey = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,30}$")]


class Route(Model):
    """One path and the web service behind it."""

    path: RoutePath
    """The path and everything under it."""
    to: str
    """The web service's field in the environment."""
    inbound_cidrs: tuple[IPv4Network, ...] = ()
    """Addresses that may come in here; none given: everybody whom the host and the edge admit. A longer path has its own list."""
    websocket: bool = False
    """Whether websockets come in here. Envoy looks at whole bodies, and so serves such a path apart; others need not be told."""

    def rules(self) -> Iterator[Finding]:
        yield from check_path(self.path, ("path",))


class OtherHost(Model):
    """A further host: it has routes of its own, or sends everybody to another host."""

    host: Annotated[str, Field(pattern=DOMAIN_OR_WILDCARD, max_length=253)]
    """The host name, in lower case; `*.shop.example.org` is every name one label below, unless it is a host of its own."""
    zone: HostName | None = None
    """The public Route 53 hosted zone of the account that it lies in; the edge's unless given."""
    routes: tuple[Route, ...] = ()
    """Paths and the web services behind them; the longest matching path wins."""
    redirect_to: HostKey | None = None
    """Sends every request to the same path of another host (301): `host`, or the name of another one of `other_hosts`."""
    inbound_cidrs: tuple[IPv4Network, ...] = ()
    """Addresses that may come in to this host; none given: everybody whom the edge admits."""
    rate_limited: bool = True
    """Whether `rate_limit` counts here: every route but `/`, and where there is only that, every request."""

    def rules(self) -> Iterator[Finding]:
        if bool(self.routes) is (self.redirect_to is not None):
            yield Finding(
                "TW211",
                "a host that serves nothing" if not self.routes else "a host that serves and redirects",
                () if not self.routes else ("redirect_to",),
                given=f"{self.host}, without `routes` and without `redirect_to`"
                if not self.routes
                else f"{self.host}, with `routes` and with `redirect_to`",
                allowed="`routes`, or `redirect_to`",
                fix="add one of them" if not self.routes else "remove one of them",
            )
        if self.redirect_to is not None and self.inbound_cidrs:
            yield Finding(
                "TW211",
                "a list of addresses for a host that only redirects",
                ("inbound_cidrs",),
                given=", ".join(map(str, self.inbound_cidrs)),
                allowed="a list on the host that it leads to, which decides who may come in",
                fix=f"remove it, or move it to {self.redirect_to}",
            )
        paths = [route.path for route in self.routes]
        for index in range(len(paths)):
            yield from check_once(paths, index, ("routes", index, "path"))


@dataclass(frozen=True, slots=True)
class Host:
    """One host as it is served, with what the edge gives it where it says nothing itself."""

    key: str
    """`host`, or its name in `other_hosts`."""
    name: str
    zone: str
    routes: tuple[Route, ...] = ()
    redirect_to: str = ""
    """The host name that everybody is sent to; empty where it has routes."""
    inbound_cidrs: tuple[IPv4Network, ...] = ()
    rate_limited: bool = True

    @property
    def is_first(self) -> bool:
        """Whether it is the edge's own `host`."""
        return self.key == FIRST

    @property
    def is_apex(self) -> bool:
        """Whether it is the zone itself: a note beside it, `a-{host}`, would lie outside the zone."""
        return self.name == self.zone

    @property
    def place(self) -> tuple[str, ...]:
        """Where its name is written, in the edge."""
        return (FIRST,) if self.is_first else ("other_hosts", self.key, "host")


def covers(pattern: str, host: str) -> bool:
    """Whether a certificate's or an Ingress's name, `*.example.com`, is this host or stands for it: for one label alone."""
    return pattern == host or (pattern.startswith("*.") and host.partition(".")[2] == pattern[2:])


FIRST: Final = "host"
