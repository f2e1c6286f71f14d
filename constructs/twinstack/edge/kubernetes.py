"""What an edge becomes in Kubernetes."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from cdk8s_plus_27 import k8s
from constructs import Construct

from twinstack.edge.ingress import Part
from twinstack.edge.spec import EdgeSpec, Route
from twinstack.kubernetes import Room, Workloads


class Edge(Room[EdgeSpec]):
    """An Ingress, or one for each rate limit, and what its kind makes beside it (`side`).

    Source: Kubernetes, "Ingress".
    """

    def __init__(self, scope: Workloads[Any], spec: EdgeSpec) -> None:
        super().__init__(scope, spec)
        room = import_module(f"twinstack.edge.{spec.kind}.kubernetes")
        self.side: Construct = room.Side(self, spec, chart=scope, labels=self.common_labels)
        self.ingresses: list[k8s.KubeIngress] = [
            self._make_ingress(part, room.tls_secret_name(spec)) for part in room.parts(spec)
        ]
        self.ingress: k8s.KubeIngress = self.ingresses[0]

    @property
    def resource(self) -> k8s.KubeIngress:
        return self.ingress

    def _make_ingress(self, part: Part, secret: str | None) -> k8s.KubeIngress:
        spec = self.spec
        return k8s.KubeIngress(
            self,
            part.name,
            metadata=self.metadata(part.name, annotations=part.annotations),
            spec=k8s.IngressSpec(
                ingress_class_name=spec.class_name,
                tls=[k8s.IngressTls(hosts=[spec.host], secret_name=secret)],
                rules=[
                    k8s.IngressRule(
                        host=spec.host,
                        http=k8s.HttpIngressRuleValue(paths=[self._path(route) for route in part.routes]),
                    )
                ],
            ),
        )

    def _path(self, route: Route) -> k8s.HttpIngressPath:
        target = self.spec.target_of(route)
        port = k8s.ServiceBackendPort(number=target.SERVICE_PORT)
        backend = k8s.IngressBackend(service=k8s.IngressServiceBackend(name=target.service_name, port=port))
        return k8s.HttpIngressPath(path=route.path, path_type="Prefix", backend=backend)
