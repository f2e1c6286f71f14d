"""What an edge behind an Application Load Balancer is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from twinstack.edge.certificate import Certificates
from twinstack.edge.kind import Kind, Sources
from twinstack.environment.model import Finding
from twinstack.environment.monitoring import Monitoring
from twinstack.environment.placement import ClusterPlan, NetworkPlan

if TYPE_CHECKING:
    from twinstack.web_service.spec import WebServiceSpec


class Controller(StrEnum):
    """Who serves an edge: EKS Auto Mode, or an AWS Load Balancer Controller or Envoy Gateway that the cluster's operators run."""

    EKS = "eks"
    SELF_MANAGED = "self_managed"
    ENVOY = "envoy"


@dataclass(frozen=True, slots=True)
class Alb(Kind):
    """An Application Load Balancer with a firewall."""

    @property
    def class_name(self) -> str:
        """One of the product's own, called after the namespace: the whole cluster sees it."""
        return f"{self.edge.context.namespace}-alb"

    @property
    def sources(self) -> Sources:
        network = self.edge.environment.find(NetworkPlan)
        return Sources(addresses=network.load_balancer_cidrs if network else ())

    @property
    def firewall_name(self) -> str:
        """The web ACL, `shadower-analytics-edge`: a literal on both sides, by which the controller attaches it."""
        return self.edge.aws_name

    @property
    def tags(self) -> Mapping[str, str]:
        """The load balancer's tags, for the bill. EKS refuses every tag of one's own unless the cluster's role allows it,
        which only a cluster of our own is known to do.

        Source: Amazon EKS User Guide, "Amazon EKS Auto Mode cluster IAM role", custom tags.
        """
        cluster = self.edge.environment.find(ClusterPlan)
        return self.edge.context.tags if cluster is not None and cluster.is_own else {}

    def service_annotations(self, service: WebServiceSpec) -> Mapping[str, str]:
        """A load balancer asks each service on a path of its own, so the path stands there and not on the Ingress."""
        return {"alb.ingress.kubernetes.io/healthcheck-path": str(service.health.ready)}

    def not_in_force(self) -> Mapping[str, str]:
        return dict.fromkeys(("issuer", "acme"), "an ALB has its certificate from ACM")

    def names(self) -> Iterator[tuple[str, str]]:
        yield "web ACL", self.firewall_name

    def monitoring(self) -> Monitoring:
        from twinstack.edge.alb.monitoring import monitoring

        return monitoring(self)

    def rules(self) -> Iterator[Finding]:
        if self.edge.controller is Controller.ENVOY:
            yield Finding(
                "TW220",
                "a controller that serves no Ingress",
                ("controller",),
                given="envoy, with kind alb",
                allowed="eks or self_managed; envoy with `kind: gateway`",
                fix="use `kind: gateway`, or another controller",
            )
        yield from self.balancer_rules()

    def balancer_rules(self) -> Iterator[Finding]:
        """What a load balancer asks, by whatever it is described."""
        edge = self.edge
        former: dict[tuple[str | int, ...], str] = {
            ("former_hosts", index): host for index, host in enumerate(edge.former_hosts)
        }
        made = {} if edge.certificate_arn else {one.host.place: one.names[0] for one in edge.certificates_made}
        for place, host in {**made, **former}.items():
            if len(host) > LONGEST_CERTIFICATE_NAME:
                yield Finding(
                    "TW737",
                    "the host is too long for a certificate of ACM",
                    place,
                    given=f"{host} ({len(host)} characters)",
                    allowed=f"at most {LONGEST_CERTIFICATE_NAME} characters",
                    fix="remove it: there was no certificate of it"
                    if host in edge.former_hosts
                    else "choose a shorter host, or give a certificate_arn",
                )
        yield from self._patterns()
        if edge.certificates is Certificates.SHARED and not edge.certificate_arn and edge.other_hosts:
            yield Finding(
                "TW215",
                "a certificate of all names could not be changed behind a load balancer",
                ("certificates",),
                given="shared",
                allowed="each, wildcard, or a `certificate_arn` that is kept elsewhere",
                fix="use `wildcard`: ACM deletes no certificate that a load balancer holds, so a further name would fail the apply",
            )

    def _patterns(self) -> Iterator[Finding]:
        edge = self.edge
        for host in edge.hosts:
            paths = edge.limited_paths_of(host) if host.rate_limited else ()
            if len(pattern_of(paths)) > LONGEST_PATTERN:
                yield Finding(
                    "TW740",
                    "more paths than one rule of the firewall can tell",
                    ("rate_limit", "paths"),
                    given=f"{len(paths)} paths, a pattern of {len(pattern_of(paths))} characters",
                    allowed=f"at most {LONGEST_PATTERN} characters",
                    fix="name the paths above them, or `/`",
                )
                return

    def internet_reasons(self) -> Iterator[tuple[str, str]]:
        """Auto Mode's controller works from outside. Source: AWS Load Balancer Controller, "Installation", which has it do
        without firewalls where nodes have no way to the internet; read in November 2026.
        """
        if self.edge.controller is Controller.SELF_MANAGED:
            yield "controller", "it asks AWS for certificates and firewalls from inside the cluster"

    def review(self) -> Iterator[Finding]:
        edge = self.edge
        cluster = edge.environment.find(ClusterPlan)
        place = f"arn:aws:acm:{edge.context.region}:{edge.context.account}:"
        if edge.certificate_arn and not edge.certificate_arn.startswith(place):
            yield Finding(
                "TW745",
                "a certificate that the load balancer cannot have",
                ("certificate_arn",),
                given=edge.certificate_arn,
                allowed=f"one of this account and region, {place}certificate/…",
                fix="name the certificate that lies beside the load balancer, or leave it out and one is made",
            )
        if len(edge.inbound_cidrs) * len(PORTS) > RULES_OF_A_GROUP:
            yield Finding(
                "TW748",
                "more addresses than a security group takes unasked",
                ("inbound_cidrs",),
                given=f"{len(edge.inbound_cidrs)} ranges, a rule each for the ports {' and '.join(map(str, PORTS))}",
                allowed=f"{RULES_OF_A_GROUP} rules, unless AWS was asked for more",
                fix="join the ranges, or ask AWS for more (Service Quotas, Inbound or outbound rules per security group)",
                warning=True,
            )
        made = () if edge.certificate_arn else edge.certificates_made
        if len(made) > CERTIFICATES_OF_A_LISTENER:
            yield Finding(
                "TW216",
                "more certificates than a load balancer takes unasked",
                ("other_hosts",),
                given=f"{len(made)} certificates for {len(edge.hosts)} hosts",
                allowed=f"{CERTIFICATES_OF_A_LISTENER}, unless AWS was asked for more",
                fix="use `certificates: wildcard`, or ask AWS for more (Service Quotas, Certificates per Application Load Balancer)",
                warning=True,
            )
        if edge.controller is Controller.EKS and cluster is not None and not cluster.is_auto:
            yield Finding(
                "TW735",
                "nothing in this cluster makes the load balancer",
                ("kind",),
                given=f"{edge.kind}, with {cluster.key}.mode managed",
                allowed=f"{cluster.key}.mode auto, or `controller: self_managed` with an AWS Load Balancer Controller in it",
                fix="use Auto Mode, whose own controller serves it, or install the other one and say so",
            )
        for target in edge.targets:
            if target.health.ready is None:
                yield Finding(
                    "TW617",
                    f"the load balancer asks by HTTP, and {target.key} does not answer so",
                    ("routes",),
                    given=f"{target.key}, whose health is asked in another way",
                    allowed="services with `health: {live: …, ready: …}`",
                    fix=f"give {target.key} paths that answer for its health, or use `kind: nginx`, which asks nothing itself",
                )
            if edge.deregistration_seconds >= target.drain_seconds:
                yield Finding(
                    "TW734",
                    f"{target.key} stops serving before the load balancer has let go of it",
                    ("deregistration_seconds",),
                    given=f"deregistration_seconds {edge.deregistration_seconds}, {target.key}.drain_seconds {target.drain_seconds}",
                    allowed=f"less than {target.drain_seconds}",
                    fix=f"lower it, or raise {target.key}.drain_seconds",
                )


def pattern_of(paths: Sequence[str]) -> str:
    """Paths as one pattern, element by element; empty where every path is meant."""
    if any(not path.rstrip("/") for path in paths):
        return ""
    return f"^({'|'.join(path.rstrip('/').replace('.', '[.]') for path in paths)})(/|$)"


PORTS: Final = (80, 443)
"""Where the load balancer listens."""
RULES_OF_A_GROUP: Final = 60
"""Source: Amazon VPC User Guide, "Amazon VPC quotas"."""
CERTIFICATES_OF_A_LISTENER: Final = 1 + 25
"""Its default one and 25 more. Source: Elastic Load Balancing, "Quotas for your Application Load Balancers"."""
LONGEST_CERTIFICATE_NAME: Final = 64
"""Source: AWS Certificate Manager API, RequestCertificate, DomainName."""
LONGEST_PATTERN: Final = 512
"""Source: AWS WAF API Reference, RegexMatchStatement, RegexString."""
