"""What an edge is in Kubernetes that the Gateway API describes: a class, a Gateway, its routes, and what its server reads beside them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cdk8s import ApiObject
from constructs import Construct

from twinstack.edge.alb.spec import Controller
from twinstack.edge.gateway.balancer import Balancer
from twinstack.edge.gateway.drawing import GATEWAY_API, Drawing
from twinstack.edge.gateway.envoy import Envoy
from twinstack.edge.ingress import Part
from twinstack.edge.spec import EdgeSpec
from twinstack.kubernetes import Workloads


class Side(Construct):
    """A class of the product's own, a Gateway that takes routes of the product's namespace alone, and its HTTPRoutes; what is said
    over plain HTTP is sent to HTTPS.

    Source: Gateway API specification 1.6, "GatewayClass", "Gateway", "HTTPRoute".
    """

    def __init__(self, scope: Construct, spec: EdgeSpec, *, chart: Workloads[Any], labels: Mapping[str, str]) -> None:
        super().__init__(scope, "gateway")
        drawing = Drawing(self, spec, labels)
        self.server: Balancer | Envoy = Envoy(drawing) if spec.controller is Controller.ENVOY else Balancer(drawing)
        if label := self.server.namespace_label:
            chart.label_namespace(label, "enabled")
        self.gateway_class: ApiObject = drawing.draw(
            GATEWAY_API, "GatewayClass", spec.class_name, {"controllerName": self.server.controller}, is_of_cluster=True
        )
        listeners = [{"name": "http", "port": 80, "protocol": "HTTP"}, *self.server.listeners()]
        infrastructure = self.server.infrastructure
        self.gateway: ApiObject = drawing.draw(
            GATEWAY_API,
            "Gateway",
            spec.gateway_name,
            {
                "gatewayClassName": spec.class_name,
                **({"infrastructure": infrastructure} if infrastructure else {}),
                "listeners": [{**one, "allowedRoutes": {"namespaces": {"from": "Same"}}} for one in listeners],
            },
        )
        plain = f"{spec.context.kubernetes_name('route')}.http"
        self.routes: dict[str, ApiObject] = {plain: drawing.redirect(plain, "http"), **self.server.routes()}

    @property
    def resource(self) -> ApiObject:
        """The Gateway."""
        return self.gateway


def parts(spec: EdgeSpec) -> list[Part]:
    """No Ingress at all."""
    del spec
    return []
