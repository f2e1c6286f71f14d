"""What an edge is described by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from ipaddress import IPv4Network
from typing import TYPE_CHECKING, Annotated, ClassVar, Final

from pydantic import Field

from twinstack.environment.model import Finding, Model
from twinstack.environment.placement import ClusterPlan
from twinstack.environment.spec import Half, Spec, WorkloadSpec
from twinstack.environment.stand_in import ComposeOptions, StandIn
from twinstack.web_service.spec import WebServiceSpec

if TYPE_CHECKING:
    from twinstack.environment.base import Environment


class EdgeKind(StrEnum):
    """What serves it: an Application Load Balancer that EKS keeps, or an ingress-nginx that the cluster has."""

    ALB = "alb"
    NGINX = "nginx"


class Route(Model):
    """One path and the web service behind it."""

    path: Annotated[str, Field(pattern=r"^/[A-Za-z0-9._~/-]*$")]
    """The path and everything under it."""
    to: str
    """The web service's field in the environment."""

    def rules(self) -> Iterator[Finding]:
        if any(part in {".", ".."} for part in self.path.split("/")) or "//" in self.path:
            yield Finding(
                "TW736", "a path that Kubernetes refuses", ("path",), self.path, "no `//`, no `.` and no `..` between slashes", "write it in full",
            )  # fmt: skip


class RateLimit(Model):
    """How many requests one address may make."""

    requests: Annotated[int, Field(ge=10, le=2_000_000_000)]
    """Requests within the window."""
    window_seconds: int = 60
    """The window, in seconds: 60, 120, 300 or 600."""

    def rules(self) -> Iterator[Finding]:
        if self.window_seconds not in WAF_WINDOWS:
            yield Finding(
                "TW731", "no window of a rate limit", ("window_seconds",), str(self.window_seconds),
                ", ".join(map(str, WAF_WINDOWS)) + " seconds", "choose one of these",
            )  # fmt: skip


class EdgeSpec(Spec):
    """The way in: one host, its routes, TLS, and the limits on what comes through. docs/edge.md has the behaviour.

    Sources: Amazon EKS User Guide, "Create an IngressClass to configure an Application Load Balancer"; AWS WAF Developer
    Guide, "Rate-based rule"; ingress-nginx, "Annotations".
    """

    built_in: ClassVar[frozenset[Half]] = frozenset({Half.INFRASTRUCTURE, Half.WORKLOADS})

    kind: EdgeKind = EdgeKind.ALB
    """`alb` or `nginx`."""
    host: Annotated[str, Field(pattern=r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$", max_length=253)]
    """The host name, in lower case."""
    zone: Annotated[str, Field(pattern=r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$")]
    """The Route 53 hosted zone that the host lies in; it is looked up by name."""
    routes: Annotated[tuple[Route, ...], Field(min_length=1, json_schema_extra={"base_only": True})]
    """Paths and the web services behind them; the longest matching path wins."""
    body_limit_mib: Annotated[int, Field(ge=1, le=1024)] = 10
    """The largest request body, in MiB. nginx refuses more; behind an ALB the service itself does."""
    rate_limit: RateLimit
    """How many requests one address may make."""
    idle_timeout_seconds: Annotated[int, Field(ge=60, le=4000)] = 3600
    """How long a silent connection (a websocket) is kept."""
    deregistration_seconds: Annotated[int, Field(ge=0, le=3600)] = 15
    """How long the load balancer lets requests finish on a pod that goes; less than the services' `drain_seconds`."""
    certificate_arn: (
        Annotated[str, Field(pattern=r"^arn:aws[a-z-]*:acm:[a-z0-9-]+:[0-9]{12}:certificate/[0-9a-f-]+$")] | None
    ) = None
    """Uses this certificate instead of making one (`alb`)."""
    issuer: Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$")] = "letsencrypt-prod"
    """The cert-manager ClusterIssuer that signs the certificate (`nginx`)."""
    compose: ComposeOptions = ComposeOptions()
    """How it appears in the local stack."""
    inbound_cidrs: tuple[IPv4Network, ...] = ()
    """Addresses that may come in; none given: everybody."""

    BODY_LIMIT: ClassVar = "BODY_LIMIT_MIB"
    TAG: ClassVar = "twinstack:edge"

    def own_variables_of(self, workload: WorkloadSpec) -> Mapping[str, str]:
        """The largest body, for the services it routes to: behind an ALB they are the ones to refuse more."""
        is_target = any(route.to == workload.key for route in self.routes)
        return {self.BODY_LIMIT: str(self.body_limit_mib)} if is_target else {}

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
        """The IngressClass: `nginx`, or one of the product's own, called after the namespace: the whole cluster sees it."""
        return "nginx" if self.kind is EdgeKind.NGINX else f"{self.context.namespace}-alb"

    @property
    def load_balancer_tags(self) -> dict[str, str]:
        """The tags of the load balancer (`alb`). Terraform finds it by the first, a literal on both sides."""
        return {self.TAG: self.environment.stack_id, **self.context.tags}

    @property
    def targets(self) -> tuple[WebServiceSpec, ...]:
        """The web services that are reached from outside, each once."""
        keys = dict.fromkeys(route.to for route in self.routes)
        return tuple(spec for key in keys if isinstance(spec := self.environment.specs.get(key), WebServiceSpec))

    def admits(self, spec: WebServiceSpec) -> bool:
        """Whether this web service is reached from outside."""
        return any(route.to == spec.key for route in self.routes)

    def names(self) -> Iterator[tuple[str, str]]:
        if self.kind is EdgeKind.NGINX:
            yield "Kubernetes Secret", self.tls_secret_name

    def rules(self) -> Iterator[Finding]:
        if len(self.host) > LONGEST_CERTIFICATE_NAME and self.kind is EdgeKind.ALB and not self.certificate_arn:
            yield Finding(
                "TW737",
                "the host is too long for a certificate of ACM",
                ("host",),
                given=f"{self.host} ({len(self.host)} characters)",
                allowed=f"at most {LONGEST_CERTIFICATE_NAME} characters",
                fix="choose a shorter host, or give a certificate_arn",
            )
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
        for index, path in enumerate(paths):
            if path in paths[:index]:
                yield Finding(
                    "TW733", "a path stands twice", ("routes", index, "path"), path, "each path once", "remove one"
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
        cluster = environment.find(ClusterPlan)
        if self.kind is EdgeKind.ALB and cluster is not None and not cluster.is_auto:
            yield Finding(
                "TW735", "nothing in this cluster makes the load balancer", ("kind",), f"alb, with {cluster.key}.mode managed",
                f"alb with {cluster.key}.mode auto, or nginx", "use Auto Mode, whose own controller serves it, or another kind",
            )  # fmt: skip
        for target in self.targets:
            if self.kind is EdgeKind.ALB and self.deregistration_seconds >= target.drain_seconds:
                yield Finding(
                    "TW734",
                    f"{target.key} stops serving before the load balancer has let go of it",
                    ("deregistration_seconds",),
                    given=f"deregistration_seconds {self.deregistration_seconds}, {target.key}.drain_seconds {target.drain_seconds}",
                    allowed=f"less than {target.drain_seconds}",
                    fix=f"lower it, or raise {target.key}.drain_seconds",
                )
        if self.kind is EdgeKind.NGINX:
            yield Finding(
                "TW504",
                "ingress-nginx was retired in March 2026",
                ("kind",),
                given="nginx",
                allowed="alb",
                fix="plan the move; security fixes are no longer published",
                warning=True,
            )


LONGEST_CERTIFICATE_NAME: Final = 64
"""Source: AWS Certificate Manager API, RequestCertificate, DomainName."""
WAF_WINDOWS: Final = (60, 120, 300, 600)
