"""What an edge becomes in Kubernetes."""

from __future__ import annotations

import json
from typing import Any, Final

from cdk8s import ApiObject
from cdk8s_plus_27 import k8s

from twinstack.edge.spec import EdgeKind, EdgeSpec
from twinstack.kubernetes import Room, Workloads, custom_object
from twinstack.kubernetes.labels import object_metadata
from twinstack.web_service.spec import WebServiceSpec


class Edge(Room[EdgeSpec]):
    """An Ingress, and for an `alb` the class and parameters of the load balancer that EKS makes for it.

    Sources: Amazon EKS User Guide, "Create an IngressClass to configure an Application Load Balancer"; AWS Load
    Balancer Controller, "Ingress annotations"; ingress-nginx, "Annotations"; cert-manager, "Annotated Ingress".
    """

    def __init__(self, scope: Workloads[Any], spec: EdgeSpec) -> None:
        super().__init__(scope, spec)
        self.class_parameters: ApiObject | None = None
        self.ingress_class: k8s.KubeIngressClass | None = None
        if spec.kind is EdgeKind.ALB:
            scope.label_namespace("eks.amazonaws.com/pod-readiness-gate-inject", "enabled")
            self.class_parameters = custom_object(
                self,
                "class-parameters",
                api_version="eks.amazonaws.com/v1",
                kind="IngressClassParams",
                name=spec.class_name,
                namespace=None,
                labels=self.common_labels,
                spec=_load_balancer(spec),
            )
            self.ingress_class = self._make_class()
        self.ingress: k8s.KubeIngress = self._make_ingress(_alb(spec) if spec.kind is EdgeKind.ALB else _nginx(spec))

    @property
    def resource(self) -> k8s.KubeIngress:
        return self.ingress

    def _make_class(self) -> k8s.KubeIngressClass:
        return k8s.KubeIngressClass(
            self,
            "class",
            metadata=object_metadata(self.spec.class_name, None, self.common_labels),
            spec=k8s.IngressClassSpec(
                controller="eks.amazonaws.com/alb",
                parameters=k8s.IngressClassParametersReference(
                    api_group="eks.amazonaws.com", kind="IngressClassParams", name=self.spec.class_name
                ),
            ),
        )

    def _make_ingress(self, annotations: dict[str, str]) -> k8s.KubeIngress:
        spec = self.spec
        secret = spec.tls_secret_name if spec.kind is EdgeKind.NGINX else None
        return k8s.KubeIngress(
            self,
            "ingress",
            metadata=self.metadata(spec.ingress_name, annotations=annotations),
            spec=k8s.IngressSpec(
                ingress_class_name=spec.class_name,
                tls=[k8s.IngressTls(hosts=[spec.host], secret_name=secret)],
                rules=[k8s.IngressRule(host=spec.host, http=k8s.HttpIngressRuleValue(paths=self._make_paths()))],
            ),
        )

    def _make_paths(self) -> list[k8s.HttpIngressPath]:
        services = {target.key: target for target in self.spec.targets}
        return [
            k8s.HttpIngressPath(path=route.path, path_type="Prefix", backend=_backend(services[route.to]))
            for route in self.spec.routes
        ]


def _backend(target: WebServiceSpec) -> k8s.IngressBackend:
    port = k8s.ServiceBackendPort(number=target.SERVICE_PORT)
    return k8s.IngressBackend(service=k8s.IngressServiceBackend(name=target.service_name, port=port))


def _load_balancer(spec: EdgeSpec) -> dict[str, Any]:
    attributes = {
        "idle_timeout.timeout_seconds": str(spec.idle_timeout_seconds),
        "routing.http.drop_invalid_header_fields.enabled": "true",
        **({"deletion_protection.enabled": "true"} if spec.context.protected else {}),
    }
    parameters: dict[str, Any] = {
        # No other namespace may put a host of its own on this load balancer.
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": spec.context.namespace}},
        "scheme": "internet-facing",
        "ipAddressType": "ipv4",
        "sslPolicy": TLS_POLICY,
        "loadBalancerAttributes": _pairs(attributes),
        "tags": _pairs(spec.load_balancer_tags),
    }
    if spec.certificate_arn:
        parameters["certificateARNs"] = [spec.certificate_arn]
    if spec.inbound_cidrs:
        parameters["inboundCIDRs"] = [str(block) for block in spec.inbound_cidrs]
    return parameters


def _alb(spec: EdgeSpec) -> dict[str, str]:
    """Unless an ARN is given, the controller finds the certificate by the Ingress's host."""
    prefix = "alb.ingress.kubernetes.io"
    return {
        "external-dns.alpha.kubernetes.io/hostname": spec.host,
        f"{prefix}/target-type": "ip",
        f"{prefix}/listen-ports": json.dumps([{"HTTP": 80}, {"HTTPS": 443}], separators=(",", ":")),
        f"{prefix}/ssl-redirect": "443",
        f"{prefix}/healthcheck-interval-seconds": "5",
        f"{prefix}/healthcheck-timeout-seconds": "4",
        f"{prefix}/healthy-threshold-count": "2",
        f"{prefix}/unhealthy-threshold-count": "2",
        f"{prefix}/success-codes": "200",
        f"{prefix}/target-group-attributes": f"deregistration_delay.timeout_seconds={spec.deregistration_seconds}",
    }


def _nginx(spec: EdgeSpec) -> dict[str, str]:
    prefix = "nginx.ingress.kubernetes.io"
    per_minute = max(1, spec.rate_limit.requests * 60 // spec.rate_limit.window_seconds)
    annotations = {
        "cert-manager.io/cluster-issuer": spec.issuer,
        f"{prefix}/force-ssl-redirect": "true",
        f"{prefix}/limit-rpm": str(per_minute),
        f"{prefix}/proxy-body-size": f"{spec.body_limit_mib}m",
        f"{prefix}/proxy-read-timeout": str(spec.idle_timeout_seconds),
        f"{prefix}/proxy-send-timeout": str(spec.idle_timeout_seconds),
    }
    if spec.inbound_cidrs:
        annotations[f"{prefix}/whitelist-source-range"] = ",".join(str(block) for block in spec.inbound_cidrs)
    return annotations


def _pairs(values: dict[str, str]) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in values.items()]


TLS_POLICY: Final = "ELBSecurityPolicy-TLS13-1-2-2021-06"
"""TLS 1.3 and 1.2. Source: Elastic Load Balancing, "Security policies for your Application Load Balancer"."""
