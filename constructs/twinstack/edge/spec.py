"""What an edge is described by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Network
from typing import TYPE_CHECKING, Annotated, ClassVar, Final

from pydantic import Field

from twinstack.edge.alb.lists import Firewall
from twinstack.edge.alb.spec import Alb, Controller
from twinstack.edge.kind import EdgeKind, Kind
from twinstack.edge.nginx.spec import Acme, Nginx
from twinstack.edge.rate_limit import PathRateLimit, RateLimit, RoutePath, check_once, check_path, is_under
from twinstack.environment.model import Finding, Model, NotInForce
from twinstack.environment.placement import ClusterPlan
from twinstack.environment.spec import Half, Spec, WorkloadSpec
from twinstack.environment.stand_in import ComposeOptions, StandIn
from twinstack.web_service.spec import WebServiceSpec

if TYPE_CHECKING:
    from twinstack.environment.base import Environment


DOMAIN: Final = r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+([a-z]{2,63}|xn--[a-z0-9-]{0,58}[a-z0-9])$"
"""The last label is of letters, or an internationalized one as DNS writes it, `xn--p1ai`. Sources: RFC 1123, section 2.1;
RFC 3696, section 2; RFC 5890, section 2.3.2.1.
"""
HostName = Annotated[str, Field(pattern=DOMAIN, max_length=253)]


class Route(Model):
    """One path and the web service behind it."""

    path: RoutePath
    """The path and everything under it."""
    to: str
    """The web service's field in the environment."""

    def rules(self) -> Iterator[Finding]:
        yield from check_path(self.path, ("path",))


class EdgeSpec(Spec):
    """The way in: one host, its routes, TLS, and the limits on what comes through. docs/edge.md has the behaviour.

    What one kind alone does stands in its room, `alb/` or `nginx/`.
    """

    built_in: ClassVar[frozenset[Half]] = frozenset({Half.INFRASTRUCTURE, Half.WORKLOADS})

    kind: EdgeKind = EdgeKind.ALB
    """`alb` or `nginx`."""
    host: HostName
    """The host name, in lower case."""
    former_hosts: tuple[HostName, ...] = ()
    """Hosts it had before, the latest last: their certificates stay until they are taken off this list, and external-dns
    may still remove their records."""
    zone: Annotated[str, Field(pattern=DOMAIN, max_length=253)]
    """The public Route 53 hosted zone of the environment's account that the host lies in; it is looked up by name."""
    routes: Annotated[tuple[Route, ...], Field(min_length=1, json_schema_extra={"base_only": True})]
    """Paths and the web services behind them; the longest matching path wins."""
    body_limit_mib: Annotated[int, Field(ge=1, le=1024)] = 10
    """The largest request body, in MiB. nginx refuses more; behind an ALB the service itself does."""
    rate_limit: PathRateLimit
    """How many requests one address may make to what is dear: every route but `/`, unless it names `paths`."""
    total_rate_limit: RateLimit = RateLimit(requests=2000)
    """How many requests one address may make altogether, pages and their files included."""
    idle_timeout_seconds: Annotated[int, Field(ge=60, le=4000)] = 3600
    """How long a silent connection (a websocket) is kept."""
    deregistration_seconds: Annotated[int, Field(ge=0, le=3600)] = 15
    """How long the load balancer lets requests finish on a pod that goes; less than the services' `drain_seconds`."""
    certificate_arn: (
        Annotated[str, Field(pattern=r"^arn:aws[a-z-]*:acm:[a-z0-9-]+:[0-9]{12}:certificate/[0-9a-f-]+$")] | None
    ) = None
    """Uses this certificate instead of making one (`alb`)."""
    controller: Controller = Controller.EKS
    """Who makes the load balancer (`alb`): `eks`, Auto Mode's own controller, or `self_managed`, one in the cluster."""
    access_log_bucket: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")] | None = None
    """An S3 bucket of this region that Elastic Load Balancing may write to, for a line on each request (`alb`)."""
    firewall: Firewall = Firewall()
    """What the firewall looks for, and how long it remembers it (`alb`)."""
    issuer: Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$")] = "letsencrypt-prod"
    """The cert-manager ClusterIssuer that signs the certificate (`nginx`)."""
    acme: Acme | None = Acme()
    """What that issuer is made from, in a cluster of our own (`nginx`); null: somebody else makes it."""
    compose: ComposeOptions = ComposeOptions()
    """How it appears in the local stack."""
    inbound_cidrs: tuple[IPv4Network, ...] = ()
    """Addresses that may come in; none given: everybody."""

    decided_together: ClassVar[frozenset[str]] = frozenset({"TW744"})
    BODY_LIMIT: ClassVar = "BODY_LIMIT_MIB"

    @property
    def served(self) -> Kind:
        """The edge as its kind sees it: whoever needs to know asks here, and never which kind it is."""
        return KINDS[self.kind](self)

    @property
    def aws_services(self) -> tuple[str, ...]:
        """external-dns writes its records from inside the cluster."""
        return ("route53",)

    def not_in_force(self) -> Mapping[str, NotInForce]:
        return {field: NotInForce("kind", reason) for field, reason in self.served.not_in_force().items()}

    def internet_reasons(self) -> Iterator[tuple[str, str]]:
        yield from self.served.internet_reasons()

    def own_variables_of(self, workload: WorkloadSpec) -> Mapping[str, str]:
        """The largest body, for the services it routes to: behind an ALB they are the ones to refuse more."""
        is_target = any(route.to == workload.key for route in self.routes)
        return {self.BODY_LIMIT: str(self.body_limit_mib)} if is_target else {}

    @property
    def fixed_ports(self) -> tuple[int, ...]:
        from twinstack.edge.local import PORT

        return (self.compose.port or PORT,)

    def local(self) -> StandIn:
        from twinstack.edge.local import stand_in

        return stand_in(self)

    @property
    def ingress_name(self) -> str:
        """`analytics-ingress`."""
        return self.context.kubernetes_name("ingress")

    @property
    def tls_secret_name(self) -> str:
        """`analytics-tls`."""
        return self.context.kubernetes_name("tls")

    @property
    def class_name(self) -> str:
        """The IngressClass."""
        return self.served.class_name

    @property
    def limited_paths(self) -> tuple[str, ...]:
        """The paths that `rate_limit` counts; `/` stands for all."""
        return self.rate_limit.paths or tuple(route.path for route in self.routes if route.path != "/") or ("/",)

    @property
    def routes_by_limit(self) -> tuple[tuple[Route, ...], tuple[Route, ...]]:
        """The routes that `rate_limit` counts, a limited path below a route being one of its own, and the others."""
        if "/" in self.limited_paths:
            return self.routes, ()
        own = {route.path.rstrip("/"): route for route in self.routes}
        below = [
            Route(path=path, to=self._route_of(path).to) for path in self.limited_paths if path.rstrip("/") not in own
        ]
        counted = {
            route.path for route in self.routes if any(is_under(route.path, path) for path in self.limited_paths)
        }
        limited = [route for route in self.routes if route.path in counted]
        return (*limited, *below), tuple(route for route in self.routes if route.path not in counted)

    def _route_of(self, path: str) -> Route:
        """The longest route that leads to a path."""
        return max((route for route in self.routes if is_under(path, route.path)), key=lambda route: len(route.path))

    def target_of(self, route: Route) -> WebServiceSpec:
        """The web service behind a route."""
        return next(target for target in self.targets if target.key == route.to)

    @property
    def dns_role_name(self) -> str:
        """The role of external-dns, `shadower-analytics-external-dns`."""
        return self.context.aws_name("external-dns")

    @property
    def targets(self) -> tuple[WebServiceSpec, ...]:
        """The web services that are reached from outside, each once."""
        keys = dict.fromkeys(route.to for route in self.routes)
        return tuple(spec for key in keys if isinstance(spec := self.environment.specs.get(key), WebServiceSpec))

    def admits(self, spec: WebServiceSpec) -> bool:
        """Whether this web service is reached from outside."""
        return any(route.to == spec.key for route in self.routes)

    def names(self) -> Iterator[tuple[str, str]]:
        if self.environment.find(EdgeSpec) is not self:
            return  # refused as a whole (TW749): no other name would make a second one right
        cluster = self.environment.find(ClusterPlan)
        if cluster is not None and cluster.is_own:
            yield "IAM role", self.dns_role_name
        yield from self.served.names()

    def rules(self) -> Iterator[Finding]:
        yield from self.served.rules()
        if self.host != self.zone and not self.host.endswith(f".{self.zone}"):
            yield Finding(
                "TW732",
                "the host lies outside the zone",
                ("host",),
                self.host,
                f"a name that ends in .{self.zone}",
                "correct host or zone",
            )
        paths = [route.path for route in self.routes]
        for index in range(len(paths)):
            yield from check_once(paths, index, ("routes", index, "path"))
        if self.total_rate_limit.per_minute < self.rate_limit.per_minute:
            yield Finding(
                "TW738",
                "a rate limit that is never reached",
                ("total_rate_limit",),
                given=f"{self.total_rate_limit.per_minute} a minute altogether, {self.rate_limit.per_minute} on some of the paths",
                allowed=f"{self.rate_limit.per_minute} a minute or more altogether",
                fix="raise total_rate_limit, or lower rate_limit",
            )
        for index, path in enumerate(self.rate_limit.paths):
            if not any(is_under(path, route) for route in paths):
                yield Finding(
                    "TW743",
                    "a limit on a path that no route serves",
                    ("rate_limit", "paths", index),
                    path,
                    "a path under " + ", ".join(paths),
                    "correct or remove it",
                )
        for index, host in enumerate(self.former_hosts):
            if (host == self.host and not self.certificate_arn) or host in self.former_hosts[:index]:
                yield Finding(
                    "TW739",
                    "a former host that is listed twice, or is the host",
                    ("former_hosts", index),
                    host,
                    "each host once",
                    "remove it",
                )

    def review(self) -> Iterator[Finding]:
        environment: Environment = self.environment
        services = sorted(key for key, spec in environment.specs.items() if isinstance(spec, WebServiceSpec))
        for index, route in enumerate(self.routes):
            # A service whose own section is wrong is missing here, and has its own findings.
            is_broken = route.to in type(environment).__pydantic_fields__ and route.to not in environment.specs
            if route.to not in services and not is_broken:
                yield Finding(
                    "TW206", "a route to something that is no web service", ("routes", index, "to"), route.to, ", ".join(services),
                    "name the web service's field",
                )  # fmt: skip
        yield from self.served.review()
        others = [other.key for other in environment.find_all(EdgeSpec)]
        if others[0] != self.key:
            yield Finding(
                "TW749",
                "a second way in",
                (),
                given=f"{self.key}, beside {others[0]}",
                allowed="one edge in an environment: its Ingress, its class and external-dns are called after the product",
                fix=f"give {others[0]} its routes, or make it a product of its own",
            )
        cluster = environment.find(ClusterPlan)
        if cluster is not None and cluster.is_own:
            yield from self._notes_of_external_dns()

    def _notes_of_external_dns(self) -> Iterator[Finding]:
        """external-dns knows a record as its own by a note beside it, `aaaa-{host}`, and makes none whose first label is too
        long: such a record it never changes again. The notes of a zone's own name are called otherwise.

        Source: kubernetes-sigs/external-dns#3017 and #2839; registry/mapper of 0.22.
        """
        label = self.host.partition(".")[0]
        if self.host != self.zone and len(label) > LONGEST_NOTED_LABEL:
            yield Finding(
                "TW746",
                "the host's first label is too long for the note of external-dns",
                ("host",),
                given=f"{label} ({len(label)} characters)",
                allowed=f"at most {LONGEST_NOTED_LABEL} characters before the first dot",
                fix="choose a shorter host",
            )
        for index, former in enumerate(self.former_hosts):
            if (former == self.zone) is not (self.host == self.zone):
                yield Finding(
                    "TW747",
                    "a record that external-dns no longer knows as its own",
                    ("former_hosts", index),
                    given=f"{former}, before {self.host}: one of them is the zone itself",
                    allowed="two hosts below the zone, whose notes are called alike",
                    fix=f"delete the records of {former} and their notes by hand, once the new host answers",
                    warning=True,
                )


LONGEST_NOTED_LABEL: Final = 63 - len("aaaa-")
"""Source of the 63: Amazon Route 53 Developer Guide, "DNS domain name format"."""
KINDS: Final[Mapping[EdgeKind, type[Kind]]] = {EdgeKind.ALB: Alb, EdgeKind.NGINX: Nginx}
"""Each kind's room."""
