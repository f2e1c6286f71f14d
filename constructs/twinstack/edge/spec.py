"""What an edge is described by."""

from collections.abc import Callable, Iterator, Mapping
from ipaddress import IPv4Network
from typing import TYPE_CHECKING, Annotated, ClassVar, Final

from pydantic import Field

from twinstack.edge.addresses import check_lists
from twinstack.edge.alb.lists import Firewall
from twinstack.edge.alb.spec import Alb, Controller
from twinstack.edge.certificate import Certificate, Certificates
from twinstack.edge.gateway.spec import gateway
from twinstack.edge.host import FIRST, Host, HostKey, HostName, OtherHost, Route
from twinstack.edge.host_rules import check_hosts, check_notes
from twinstack.edge.issuer import Acme
from twinstack.edge.kind import EdgeKind, Kind
from twinstack.edge.maintenance import Maintenance
from twinstack.edge.nginx.spec import Nginx
from twinstack.edge.rate_limit import PathRateLimit, RateLimit, check_once, is_under
from twinstack.environment.model import Finding, NotInForce
from twinstack.environment.monitoring import Monitoring
from twinstack.environment.placement import ClusterPlan
from twinstack.environment.spec import Half, Spec, WorkloadSpec
from twinstack.environment.stand_in import ComposeOptions, StandIn
from twinstack.web_service.spec import WebServiceSpec

if TYPE_CHECKING:
    from twinstack.environment.base import Environment


class EdgeSpec(Spec):
    """The way in: hosts, their routes, TLS, and the limits on what comes through. docs/edge.md has the behaviour.

    What one kind alone does stands in its room, `alb/`, `gateway/` or `nginx/`.
    """

    built_in: ClassVar[frozenset[Half]] = frozenset({Half.INFRASTRUCTURE, Half.WORKLOADS})

    kind: EdgeKind = EdgeKind.ALB
    """`alb`, `nginx` or `gateway`."""
    host: HostName
    """The host name, in lower case."""
    former_hosts: tuple[HostName, ...] = ()
    """Hosts it had before, the latest last: their certificates stay until they are taken off this list, and external-dns
    may still remove their records."""
    zone: HostName
    """The public Route 53 hosted zone of the environment's account that the host lies in; it is looked up by name."""
    routes: Annotated[tuple[Route, ...], Field(min_length=1, json_schema_extra={"base_only": True})]
    """Paths and the web services behind them; the longest matching path wins."""
    other_hosts: dict[HostKey, OtherHost] = Field(default_factory=dict)
    """Further hosts by names of one's own, `api` or `www`: each with routes, or a redirect to another host."""
    certificates: Certificates = Certificates.EACH
    """`each`: one for every host; `wildcard`: one for all hosts that lie one label below the same name; `shared`: one with all
    names (where cert-manager has it)."""
    maintenance: Maintenance = Maintenance()
    """An answer that everybody gets instead of the product, while it is switched on (`alb`, `gateway`)."""
    body_limit_mib: Annotated[int, Field(ge=1, le=1024)] = 10
    """The largest request body, in MiB. nginx and Envoy refuse more; behind an ALB the service itself does."""
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
    """Uses this certificate instead of making one (a load balancer's)."""
    controller: Controller = Controller.EKS
    """Who serves it (`alb`, `gateway`): `eks`, Auto Mode's own controller, or `self_managed`, an AWS Load Balancer Controller in the
    cluster; a `gateway` also `envoy`, an Envoy Gateway in the cluster."""
    access_log_bucket: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")] | None = None
    """An S3 bucket of this region that Elastic Load Balancing may write to, for a line on each request (a load
    balancer's)."""
    firewall: Firewall = Firewall()
    """What the firewall of a load balancer looks for, and how long it remembers it."""
    issuer: Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$")] = "letsencrypt-prod"
    """The cert-manager ClusterIssuer that signs the certificate (`nginx`, and `gateway` with Envoy)."""
    acme: Acme | None = Acme()
    """What that issuer is made from, in a cluster of our own; null: somebody else makes it."""
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
        is_target = any(route.to == workload.key for _, route in self.routes_of_all)
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
    def gateway_name(self) -> str:
        """`analytics-gateway`."""
        return self.context.kubernetes_name("gateway")

    @property
    def tls_secret_name(self) -> str:
        """`analytics-tls`."""
        return self.context.kubernetes_name("tls")

    @property
    def class_name(self) -> str:
        """The IngressClass or GatewayClass."""
        return self.served.class_name

    @property
    def hosts(self) -> tuple[Host, ...]:
        """Every host: the first one, and the others in the order in which they are written."""
        others = (
            Host(
                key,
                one.host,
                one.zone or self.zone,
                one.routes,
                self.name_of(one.redirect_to),
                one.inbound_cidrs,
                one.rate_limited,
            )
            for key, one in self.other_hosts.items()
        )
        return (Host(FIRST, self.host, self.zone, self.routes), *others)

    @property
    def in_words(self) -> str:
        """`shop.example.com`, or `shop.example.com and 2 more`."""
        return f"{self.host} and {len(self.other_hosts)} more" if self.other_hosts else self.host

    def name_of(self, key: str | None) -> str:
        """The host name that a redirect names by its key; empty where there is none."""
        if key == FIRST:
            return self.host
        return self.other_hosts[key].host if key in self.other_hosts else ""

    def zone_of(self, former: str) -> str:
        """The zone that a former host lies in: the innermost of the edge's."""
        zones = {host.zone for host in self.hosts if former == host.zone or former.endswith(f".{host.zone}")}
        return max(zones, key=len, default=self.zone)

    @property
    def zones(self) -> tuple[str, ...]:
        """The zones of all hosts, the first host's first."""
        return tuple(dict.fromkeys(host.zone for host in self.hosts))

    @property
    def certificates_made(self) -> tuple[Certificate, ...]:
        """The certificates of all hosts."""
        return self.served.certificates

    @property
    def routes_of_all(self) -> tuple[tuple[Host, Route], ...]:
        """Every route of every host."""
        return tuple((host, route) for host in self.hosts for route in host.routes)

    def limited_paths_of(self, host: Host) -> tuple[str, ...]:
        """The paths of a host that `rate_limit` counts; `/` stands for all."""
        if not host.rate_limited:
            return ()
        return self.rate_limit.paths or tuple(route.path for route in host.routes if route.path != "/") or ("/",)

    def routes_by_limit_of(self, host: Host) -> tuple[tuple[Route, ...], tuple[Route, ...]]:
        """The routes that `rate_limit` counts, a limited path below a route being one of its own, and the others."""
        limited_paths = self.limited_paths_of(host)
        if "/" in limited_paths:
            return host.routes, ()
        own = {route.path.rstrip("/") for route in host.routes}
        above = {path: _route_above(host, path) for path in limited_paths if path.rstrip("/") not in own}
        below = [
            Route(path=path, to=route.to, inbound_cidrs=route.inbound_cidrs, websocket=route.websocket)
            for path, route in above.items()
            if route is not None
        ]
        counted = {route.path for route in host.routes if any(is_under(route.path, path) for path in limited_paths)}
        limited = [route for route in host.routes if route.path in counted]
        return (*limited, *below), tuple(route for route in host.routes if route.path not in counted)

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
        keys = dict.fromkeys(route.to for _, route in self.routes_of_all)
        return tuple(spec for key in keys if isinstance(spec := self.environment.specs.get(key), WebServiceSpec))

    def admits(self, spec: WebServiceSpec) -> bool:
        """Whether this web service is reached from outside."""
        return any(route.to == spec.key for _, route in self.routes_of_all)

    def monitoring(self) -> Monitoring:
        return self.served.monitoring()

    def names(self) -> Iterator[tuple[str, str]]:
        if self.environment.find(EdgeSpec) is not self:
            return  # refused as a whole (TW749): no other name would make a second one right
        cluster = self.environment.find(ClusterPlan)
        if cluster is not None and cluster.is_own:
            yield "IAM role", self.dns_role_name
        yield from self.served.names()

    def rules(self) -> Iterator[Finding]:
        yield from self.served.rules()
        yield from check_hosts(self)
        yield from check_lists(self)
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
        served = dict.fromkeys(route.path for _, route in self.routes_of_all)
        for index, path in enumerate(self.rate_limit.paths):
            if not any(is_under(path, route) for route in served):
                yield Finding(
                    "TW743",
                    "a limit on a path that no route serves",
                    ("rate_limit", "paths", index),
                    path,
                    "a path under " + ", ".join(served),
                    "correct or remove it",
                )
        held = () if self.certificate_arn else tuple(name for one in self.certificates_made for name in one.names)
        for index, host in enumerate(self.former_hosts):
            if host in held or host in self.former_hosts[:index]:
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
        for host, route in self.routes_of_all:
            place = ("routes",) if host.is_first else ("other_hosts", host.key, "routes")
            # A service whose own section is wrong is missing here, and has its own findings.
            is_broken = route.to in type(environment).__pydantic_fields__ and route.to not in environment.specs
            if route.to not in services and not is_broken:
                yield Finding(
                    "TW206", "a route to something that is no web service", (*place, host.routes.index(route), "to"), route.to,
                    ", ".join(services), "name the web service's field",
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
            yield from check_notes(self)


def _route_above(host: Host, path: str) -> Route | None:
    """The longest route of a host that leads to a path."""
    found = [route for route in host.routes if is_under(path, route.path)]
    return max(found, key=lambda route: len(route.path), default=None)


KINDS: Final[Mapping[EdgeKind, Callable[[EdgeSpec], Kind]]] = {
    EdgeKind.ALB: Alb,
    EdgeKind.GATEWAY: gateway,
    EdgeKind.NGINX: Nginx,
}
"""Each kind's room."""
