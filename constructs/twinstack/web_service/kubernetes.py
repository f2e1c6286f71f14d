"""What a web service becomes in Kubernetes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from cdk8s_plus_27 import k8s

from twinstack.edge.spec import EdgeKind, EdgeSpec
from twinstack.environment import NetworkPlan
from twinstack.kubernetes import (
    Workload,
    Workloads,
    autoscaler,
    deployment,
    disruption_budget,
    from_addresses,
    from_namespace,
    from_workloads,
    http_health,
    number_or_percent,
    pod_template,
)
from twinstack.kubernetes.labels import selector
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
            metadata=self.metadata(spec.service_name, annotations=_health_check(spec, edges)),
            spec=k8s.ServiceSpec(
                type="ClusterIP",
                selector=selector(spec),
                ports=[
                    k8s.ServicePort(
                        name="http", port=spec.SERVICE_PORT, target_port=number_or_percent(spec.port), protocol="TCP"
                    )
                ],
            ),
        )
        self.deployment: k8s.KubeDeployment = self._make_deployment()
        self.autoscaler: k8s.KubeHorizontalPodAutoscalerV2 | None = autoscaler(self, spec.autoscaler_name, spec.scale)
        self.disruption_budget: k8s.KubePodDisruptionBudget = disruption_budget(self)

    @property
    def resource(self) -> k8s.KubeDeployment:
        return self.deployment

    def _make_deployment(self) -> k8s.KubeDeployment:
        spec = self.spec
        health = http_health(
            live=spec.health.live, ready=spec.health.ready, port=spec.port, start_seconds=spec.start_seconds
        )
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
    network = spec.environment.find(NetworkPlan)
    kinds = {edge.kind for edge in edges}
    if EdgeKind.ALB in kinds and network:
        yield from from_addresses(network.load_balancer_cidrs, spec.port)
    if EdgeKind.NGINX in kinds:
        yield from from_namespace("ingress-nginx", spec.port)
    yield from from_workloads((link.workload for link in spec.environment.links_to(spec)), spec.port)
    if spec.metrics and network:
        # The scraper has its addresses in the subnets of the pods.
        yield from from_addresses(network.private_cidrs, spec.port)


def _health_check(spec: WebServiceSpec, edges: list[EdgeSpec]) -> dict[str, str]:
    """A load balancer asks each service on a path of its own, so the path stands here and not on the Ingress."""
    if any(edge.kind is EdgeKind.ALB for edge in edges):
        return {"alb.ingress.kubernetes.io/healthcheck-path": spec.health.ready}
    return {}


MIN_READY_SECONDS: Final = 5
"""A pod that falls over at once must not count as a step of the rollout."""
