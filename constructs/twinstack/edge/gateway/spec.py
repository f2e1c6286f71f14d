"""What an edge is that the Gateway API describes: a Gateway and its routes, with what its server reads beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from twinstack.edge.alb.spec import Alb, Controller
from twinstack.edge.issuer import Issued, Solver
from twinstack.edge.kind import Kind, Sources
from twinstack.edge.maintenance import Maintenance
from twinstack.environment.model import Finding

if TYPE_CHECKING:
    from twinstack.edge.spec import EdgeSpec
    from twinstack.web_service.spec import WebServiceSpec


def gateway(edge: EdgeSpec) -> Kind:
    """The edge as whoever serves its Gateway sees it."""
    return EnvoyGateway(edge) if edge.controller is Controller.ENVOY else BalancerGateway(edge)


@dataclass(frozen=True, slots=True)
class BalancerGateway(Alb):
    """A Gateway that AWS serves by an Application Load Balancer: all that an Ingress has there, and the same firewall.

    The controller attaches a firewall by its ARN alone, which AWS makes up: so it has to be given, once it is known.
    Source: AWS Load Balancer Controller 3.5, pkg/gateway/model/addons/model_build_addon.go, read in November 2026.
    """

    @property
    def class_name(self) -> str:
        return f"{self.edge.context.namespace}-gateway"

    @property
    def dns_source(self) -> str:
        return ROUTES

    def service_annotations(self, service: WebServiceSpec) -> Mapping[str, str]:  # noqa: ARG002  its TargetGroupConfiguration says it
        return {}

    def rules(self) -> Iterator[Finding]:
        yield from self.balancer_rules()

    def review(self) -> Iterator[Finding]:
        yield from Alb.review(self)
        context = self.edge.context
        place = f"arn:aws:wafv2:{context.region}:{context.account}:regional/webacl/{self.firewall_name}/"
        given = self.edge.firewall.arn
        if given is None or not given.startswith(place):
            yield Finding(
                "TW221",
                "a gateway whose firewall nobody could attach",
                ("firewall", "arn"),
                given=given or "none: a controller takes a Gateway's firewall by its ARN alone",
                allowed=f"{place}…, which AWS completes when Terraform makes it",
                fix=f"bring this environment out with `kind: alb` first, and take Terraform's output {self.edge.key}_firewall_arn; or use "
                "`controller: envoy`, which needs none",
            )
        if self.edge.controller is Controller.EKS:
            yield Finding(
                "TW508",
                "the form of EKS's own configuration objects was never seen",
                ("controller",),
                given="eks, whose LoadBalancerConfiguration is taken to be the open controller's, in the group eks.amazonaws.com/v1",
                allowed="self_managed or envoy, whose definitions are published",
                fix="switch EKS's Gateway API definitions on and rehearse with those of the cluster (docs/how-to/definitions.md)",
                warning=True,
            )


@dataclass(frozen=True, slots=True)
class EnvoyGateway(Issued):
    """A Gateway that an Envoy Gateway in the cluster serves, with certificates of cert-manager."""

    @property
    def class_name(self) -> str:
        return f"{self.edge.context.namespace}-gateway"

    @property
    def dns_source(self) -> str:
        return ROUTES

    @property
    def sources(self) -> Sources:
        """The proxies of this Gateway alone. Source: Envoy Gateway 1.9, internal/gatewayapi/translator.go."""
        owner = "gateway.envoyproxy.io/owning-gateway"
        pods = ((f"{owner}-name", self.edge.gateway_name), (f"{owner}-namespace", self.edge.context.namespace))
        return Sources(namespaces=(NAMESPACE,), pods=pods)

    def not_in_force(self) -> Mapping[str, str]:
        fields = ("certificate_arn", "access_log_bucket", "firewall", "deregistration_seconds")
        of_its_owner = {} if self.acme is self.edge.acme else {"acme": "the issuer is the cluster's, which exists"}
        return {**dict.fromkeys(fields, "it is about an ALB, and none is made"), **of_its_owner}

    def rules(self) -> Iterator[Finding]:
        yield from self.wildcards()
        maintenance = self.edge.maintenance
        if maintenance.active and maintenance.admits:
            yield Finding(
                "TW222",
                "addresses that Envoy cannot tell from others while it answers for all",
                ("maintenance", "admits"),
                given=", ".join(map(str, maintenance.admits)),
                allowed="none: a route of the Gateway API asks for no address",
                fix="remove them and look at the product by `kubectl port-forward`, or use `kind: alb`",
            )
        if maintenance.active and len(answer(maintenance).encode()) > LONGEST_ANSWER:
            yield Finding(
                "TW222",
                "an answer longer than Envoy gives",
                ("maintenance", "text"),
                given=f"{len(answer(maintenance).encode())} bytes",
                allowed=f"at most {LONGEST_ANSWER}; a percent sign counts twice",
                fix="shorten it: Envoy would refuse its whole configuration",
            )

    def review(self) -> Iterator[Finding]:
        if self.acme is not None and self.acme.solver is Solver.HTTP01:
            yield Finding(
                "TW222",
                "a challenge that nothing behind this gateway would answer",
                ("acme", "solver"),
                given="http01",
                allowed="dns01, or `acme: null` where somebody else keeps the issuer",
                fix="use dns01: cert-manager answers over HTTP through an Ingress, and there is none",
            )


def answer(maintenance: Maintenance) -> str:
    """The text under maintenance as Envoy's format strings have it: a percent sign begins a command there, and is written twice.

    Source: Envoy 1.40, "Access logging", "Format strings"; Envoy Gateway 1.9, internal/xds/translator/route.go.
    """
    return maintenance.text.replace("%", "%%")


NAMESPACE: Final = "envoy-gateway-system"
ROUTES: Final = "gateway-httproute"
"""What external-dns reads. Source: external-dns 0.22, "Gateway sources"."""
LONGEST_ANSWER: Final = 4096
"""Source: Envoy 1.40, RouteConfiguration, max_direct_response_body_size_bytes."""
