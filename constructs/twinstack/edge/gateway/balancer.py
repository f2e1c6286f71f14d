"""What a Gateway is that AWS serves: the configuration of its load balancer, and of each service's targets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from cdk8s import ApiObject

from twinstack.edge.alb.kubernetes import TLS_POLICY, load_balancer_attributes
from twinstack.edge.alb.spec import Alb, Controller
from twinstack.edge.gateway.drawing import Drawing, pairs
from twinstack.edge.gateway.ways import route_name, ways_by_host
from twinstack.edge.spec import EdgeSpec
from twinstack.web_service.spec import WebServiceSpec


@dataclass(frozen=True, slots=True)
class Dialect:
    """What a controller calls its things."""

    controller: str
    api: str
    readiness_gate: str


class Balancer:
    """A LoadBalancerConfiguration of the Gateway, a TargetGroupConfiguration of each service, and a route of each host.

    The certificates are found by the hosts of the routes. Sources: AWS Load Balancer Controller 3.5, "LoadBalancerConfiguration",
    "TargetGroupConfiguration", "Gateway API", read in November 2026; of EKS Auto Mode, the name of its controller alone (Amazon
    EKS User Guide, "Configure the Kubernetes Gateway API in EKS Auto Mode").
    """

    def __init__(self, drawing: Drawing) -> None:
        self.drawing = drawing
        self.spec: EdgeSpec = drawing.spec
        self.dialect: Dialect = DIALECTS[self.spec.controller]
        self.configuration: ApiObject = drawing.draw(
            self.dialect.api, "LoadBalancerConfiguration", self.spec.gateway_name, self._load_balancer()
        )
        self.targets: dict[str, ApiObject] = {
            target.key: drawing.draw(
                self.dialect.api, "TargetGroupConfiguration", target.service_name, self._targets(target)
            )
            for target in self.spec.targets
        }

    @property
    def controller(self) -> str:
        """Whose class it is."""
        return self.dialect.controller

    @property
    def namespace_label(self) -> str:
        """What lets pods count as ready only when the load balancer has found them so."""
        return f"{self.dialect.readiness_gate}/pod-readiness-gate-inject"

    @property
    def infrastructure(self) -> Mapping[str, Any]:
        """What the Gateway says of its load balancer."""
        group = self.dialect.api.partition("/")[0]
        return {"parametersRef": {"group": group, "kind": "LoadBalancerConfiguration", "name": self.spec.gateway_name}}

    def listeners(self) -> list[dict[str, Any]]:
        """One for all hosts: their certificates are the load balancer's."""
        return [{"name": HTTPS, "port": 443, "protocol": "HTTPS"}]

    def routes(self) -> dict[str, ApiObject]:
        """The routes of each host, by their names."""
        found = {way.name: self.drawing.route(way, HTTPS) for way in ways_by_host(self.spec)}
        for host in self.spec.hosts:
            if host.redirect_to:
                name = route_name(self.spec, host)
                found[name] = self.drawing.redirect(name, HTTPS, host.name, host.redirect_to)
        return found

    def _load_balancer(self) -> dict[str, Any]:
        spec = self.spec
        listener: dict[str, Any] = {"protocolPort": "HTTPS:443", "sslPolicy": TLS_POLICY}
        if spec.certificate_arn:
            listener["defaultCertificate"] = spec.certificate_arn
        configuration: dict[str, Any] = {
            "scheme": "internet-facing",
            "ipAddressType": "ipv4",
            "loadBalancerAttributes": pairs(load_balancer_attributes(spec)),
            "listenerConfigurations": [listener],
            "wafV2": {"webACL": spec.firewall.arn},
        }
        if tags := Alb(spec).tags:
            configuration["tags"] = dict(tags)
        if spec.inbound_cidrs:
            configuration["sourceRanges"] = [str(block) for block in spec.inbound_cidrs]
        return configuration

    def _targets(self, target: WebServiceSpec) -> dict[str, Any]:
        return {
            "targetReference": {"group": "", "kind": "Service", "name": target.service_name},
            "defaultConfiguration": {
                "targetType": "ip",
                "healthCheckConfig": {
                    "healthCheckProtocol": "HTTP",
                    "healthCheckPath": str(target.health.ready),
                    "healthCheckInterval": 5,
                    "healthCheckTimeout": 4,
                    "healthyThresholdCount": 2,
                    "unhealthyThresholdCount": 2,
                    "matcher": {"httpCode": "200"},
                },
                "targetGroupAttributes": pairs(
                    {"deregistration_delay.timeout_seconds": str(self.spec.deregistration_seconds)}
                ),
            },
        }


HTTPS: Final = "https"
DIALECTS: Final[Mapping[Controller, Dialect]] = {
    Controller.EKS: Dialect("eks.amazonaws.com/gateway-alb", "eks.amazonaws.com/v1", "eks.amazonaws.com"),
    Controller.SELF_MANAGED: Dialect("gateway.k8s.aws/alb", "gateway.k8s.aws/v1", "elbv2.k8s.aws"),
}
