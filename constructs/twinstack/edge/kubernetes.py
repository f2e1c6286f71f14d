"""What an edge becomes in Kubernetes."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from cdk8s import ApiObject
from cdk8s_plus_27 import k8s

from twinstack.edge.ingress import Part, Rule
from twinstack.edge.spec import EdgeSpec
from twinstack.kubernetes import Room, Workloads


class Edge(Room[EdgeSpec]):
    """An Ingress, or one for each limit and list of addresses, and what its kind makes beside it (`side`); of a gateway that alone.

    Source: Kubernetes, "Ingress".
    """

    def __init__(self, scope: Workloads[Any], spec: EdgeSpec) -> None:
        super().__init__(scope, spec)
        room = import_module(f"twinstack.edge.{spec.kind}.kubernetes")
        self.side: Any = room.Side(self, spec, chart=scope, labels=self.common_labels)
        self.ingresses: list[k8s.KubeIngress] = [self._make_ingress(part) for part in room.parts(spec)]

    @property
    def ingress(self) -> k8s.KubeIngress:
        """The first Ingress. Raises IndexError for a gateway, which has none."""
        return self.ingresses[0]

    @property
    def resource(self) -> ApiObject:
        return self.ingresses[0] if self.ingresses else self.side.resource

    def _make_ingress(self, part: Part) -> k8s.KubeIngress:
        return k8s.KubeIngress(
            self,
            part.name,
            metadata=self.metadata(part.name, annotations=part.annotations),
            spec=k8s.IngressSpec(
                ingress_class_name=self.spec.class_name,
                tls=[k8s.IngressTls(hosts=list(tls.hosts), secret_name=tls.secret) for tls in part.tls],
                rules=[
                    k8s.IngressRule(host=rule.host, http=k8s.HttpIngressRuleValue(paths=self._paths(rule)))
                    for rule in part.rules
                ],
            ),
        )

    def _paths(self, rule: Rule) -> list[k8s.HttpIngressPath]:
        if rule.action:
            # The load balancer's controller reads the action from the annotation of this name: there is no such Service.
            return [_path("/", rule.action, k8s.ServiceBackendPort(name="use-annotation"))]
        targets = [(route, self.spec.target_of(route)) for route in rule.routes]
        return [
            _path(route.path, target.service_name, k8s.ServiceBackendPort(number=target.SERVICE_PORT))
            for route, target in targets
        ]


def _path(path: str, service: str, port: k8s.ServiceBackendPort) -> k8s.HttpIngressPath:
    backend = k8s.IngressBackend(service=k8s.IngressServiceBackend(name=service, port=port))
    return k8s.HttpIngressPath(path=path, path_type="Prefix", backend=backend)
