"""What a web service becomes in Kubernetes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from cdk8s_plus_27 import k8s

from twinstack.edge.spec import EdgeSpec
from twinstack.kubernetes import (
    Workload,
    Workloads,
    autoscaler,
    deployment,
    disruption_budget,
    from_addresses,
    from_namespace,
    from_workloads,
    number_or_percent,
    pod_template,
    service_health,
)
from twinstack.kubernetes.headroom import headroom
from twinstack.kubernetes.labels import selector
from twinstack.kubernetes.network_policy import from_scrapers
from twinstack.web_service.spec import WebServiceSpec


class WebService(Workload[WebServiceSpec]):
    """A Deployment behind a Service, replaced without losing a request and scaled by load.

    Sources: Kubernetes, "Termination of Pods"; Amazon EKS User Guide, "Route application and HTTP traffic with
    Application Load Balancers".
    """

    def __init__(self, scope: Workloads[Any], spec: WebServiceSpec) -> None:
        edges = [edge for edge in spec.environment.specs.values() if isinstance(edge, EdgeSpec) and edge.admits(spec)]
        super().__init__(scope, spec, ingress=_ingress(spec, edges))
        self.service: k8s.KubeService = k8s.KubeService(
            self,
            "service",
            metadata=self.metadata(spec.service_name, annotations=_annotations(spec, edges)),
            spec=k8s.ServiceSpec(
                type="ClusterIP",
                selector=selector(spec),
                ports=[
                    k8s.ServicePort(name=name, port=port, target_port=number_or_percent(spec.port), protocol="TCP")
                    for name, port in spec.service_ports.items()
                ],
            ),
        )
        self.deployment: k8s.KubeDeployment = self._make_deployment()
        self.autoscaler: k8s.KubeHorizontalPodAutoscalerV2 | None = autoscaler(self, spec.autoscaler_name, spec.scale)
        self.disruption_budget: k8s.KubePodDisruptionBudget = disruption_budget(self)
        self.headroom: k8s.KubeDeployment | None = headroom(self)

    @property
    def resource(self) -> k8s.KubeDeployment:
        return self.deployment

    def _make_deployment(self) -> k8s.KubeDeployment:
        spec = self.spec
        health = service_health(spec.health, port=spec.port, start_seconds=spec.start_seconds)
        template = pod_template(spec, grace_seconds=spec.grace_seconds, health=health, port=spec.port, spread=True)
        return deployment(
            self,
            template,
            scale=spec.scale,
            # A pod goes on serving until the load balancers have forgotten it.
            lifecycle={"preStop": {"sleep": {"seconds": spec.drain_seconds}}},
            min_ready_seconds=MIN_READY_SECONDS,
            start_seconds=spec.start_seconds,
        )


def _ingress(spec: WebServiceSpec, edges: list[EdgeSpec]) -> Iterator[k8s.NetworkPolicyIngressRule]:
    for sources in dict.fromkeys(edge.served.sources for edge in edges):
        yield from from_addresses(sources.addresses, spec.port)
        for namespace in sources.namespaces:
            yield from from_namespace(namespace, spec.port, dict(sources.pods))
    yield from from_workloads((link.workload for link in spec.environment.links_to(spec)), spec.port)
    yield from from_scrapers(spec)


def _annotations(spec: WebServiceSpec, edges: list[EdgeSpec]) -> dict[str, str]:
    return {name: value for edge in edges for name, value in edge.served.service_annotations(spec).items()}


MIN_READY_SECONDS: Final = 5
"""A pod that falls over at once must not count as a step of the rollout."""
