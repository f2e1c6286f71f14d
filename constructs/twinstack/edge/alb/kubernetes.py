"""What an edge behind a load balancer is in Kubernetes: a class, its parameters, and annotations of the Ingress."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from cdk8s import ApiObject
from cdk8s_plus_27 import k8s
from constructs import Construct

from twinstack.edge.alb.spec import Alb, Controller
from twinstack.edge.host import Host
from twinstack.edge.ingress import Part, Rule, Tls
from twinstack.edge.spec import EdgeSpec
from twinstack.kubernetes import Workloads, custom_object
from twinstack.kubernetes.labels import object_metadata


@dataclass(frozen=True, slots=True)
class Dialect:
    """What a controller calls its things."""

    group: str
    version: str
    controller: str
    certificates: str


class Side(Construct):
    """An IngressClass of the product's own with the parameters of its load balancer.

    Sources: Amazon EKS User Guide, "Create an IngressClass to configure an Application Load Balancer" (2026: firewalls by
    annotation of the Ingress); AWS Load Balancer Controller, "Ingress annotations", "IngressClass" and
    pkg/deploy/wafv2 of August 2026.
    """

    def __init__(self, scope: Construct, spec: EdgeSpec, *, chart: Workloads[Any], labels: Mapping[str, str]) -> None:
        super().__init__(scope, "alb")
        dialect = DIALECTS[spec.controller]
        chart.label_namespace(f"{dialect.group}/pod-readiness-gate-inject", "enabled")
        self.class_parameters: ApiObject = custom_object(
            self,
            "class-parameters",
            api_version=f"{dialect.group}/{dialect.version}",
            kind="IngressClassParams",
            name=spec.class_name,
            namespace=None,
            labels=labels,
            spec=_load_balancer(spec, dialect),
        )
        self.ingress_class: k8s.KubeIngressClass = k8s.KubeIngressClass(
            self,
            "class",
            metadata=object_metadata(spec.class_name, None, dict(labels)),
            spec=k8s.IngressClassSpec(
                controller=dialect.controller,
                parameters=k8s.IngressClassParametersReference(
                    api_group=dialect.group, kind="IngressClassParams", name=spec.class_name
                ),
            ),
        )


def parts(spec: EdgeSpec) -> list[Part]:
    """One Ingress: the firewall tells the hosts, the paths and who may come in apart."""
    hosts = spec.hosts
    # The load balancer takes the first rule that fits, and a wildcard fits what is described beside it.
    in_order = sorted(hosts, key=lambda host: host.name.startswith("*."))
    rules = tuple(Rule(host.name, host.routes, _action(host) if host.redirect_to else "") for host in in_order)
    # The certificate is the load balancer's.
    tls = (Tls(tuple(host.name for host in hosts), None),)
    return [Part(spec.ingress_name, rules, tls, _annotations(spec))]


def _action(host: Host) -> str:
    return f"redirect-{host.key}"


def load_balancer_attributes(spec: EdgeSpec) -> dict[str, str]:
    """What is set of a load balancer, by whatever it is described."""
    return {
        "idle_timeout.timeout_seconds": str(spec.idle_timeout_seconds),
        "routing.http.drop_invalid_header_fields.enabled": "true",
        **({"deletion_protection.enabled": "true"} if spec.context.protected else {}),
        **_access_logs(spec),
    }


def _load_balancer(spec: EdgeSpec, dialect: Dialect) -> dict[str, Any]:
    parameters: dict[str, Any] = {
        # No other namespace may put a host of its own on this load balancer.
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": spec.context.namespace}},
        "scheme": "internet-facing",
        "ipAddressType": "ipv4",
        "sslPolicy": TLS_POLICY,
        "loadBalancerAttributes": _pairs(load_balancer_attributes(spec)),
    }
    if tags := Alb(spec).tags:
        parameters["tags"] = _pairs(tags)
    if spec.certificate_arn:
        parameters[dialect.certificates] = [spec.certificate_arn]
    if spec.inbound_cidrs:
        parameters["inboundCIDRs"] = [str(block) for block in spec.inbound_cidrs]
    return parameters


def _access_logs(spec: EdgeSpec) -> dict[str, str]:
    """Source: Elastic Load Balancing, "Enable access logs for your Application Load Balancer"."""
    if spec.access_log_bucket is None:
        return {}
    return {
        "access_logs.s3.enabled": "true",
        "access_logs.s3.bucket": spec.access_log_bucket,
        "access_logs.s3.prefix": spec.environment.stack_id,
    }


def _annotations(spec: EdgeSpec) -> dict[str, str]:
    """Unless an ARN is given, the controller finds the certificate by the Ingress's host. The firewall is attached when
    the load balancer is made, and again whenever it is made anew.
    """
    prefix = "alb.ingress.kubernetes.io"
    return {
        "external-dns.alpha.kubernetes.io/hostname": ",".join(host.name for host in spec.hosts),
        f"{prefix}/wafv2-acl-name": Alb(spec).firewall_name,
        f"{prefix}/target-type": "ip",
        f"{prefix}/listen-ports": json.dumps([{"HTTP": 80}, {"HTTPS": 443}], separators=(",", ":")),
        f"{prefix}/ssl-redirect": "443",
        f"{prefix}/healthcheck-interval-seconds": "5",
        f"{prefix}/healthcheck-timeout-seconds": "4",
        f"{prefix}/healthy-threshold-count": "2",
        f"{prefix}/unhealthy-threshold-count": "2",
        f"{prefix}/success-codes": "200",
        f"{prefix}/target-group-attributes": f"deregistration_delay.timeout_seconds={spec.deregistration_seconds}",
        **{f"{prefix}/actions.{_action(host)}": _redirect(host.redirect_to) for host in spec.hosts if host.redirect_to},
    }


def _redirect(host: str) -> str:
    """To the same path and query of another host. Source: AWS Load Balancer Controller, "Ingress annotations", actions."""
    to = {"host": host, "port": "443", "protocol": "HTTPS", "statusCode": "HTTP_301"}
    return json.dumps({"type": "redirect", "redirectConfig": to}, separators=(",", ":"))


def _pairs(values: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in values.items()]


DIALECTS: Final[Mapping[Controller, Dialect]] = {
    Controller.EKS: Dialect("eks.amazonaws.com", "v1", "eks.amazonaws.com/alb", "certificateARNs"),
    Controller.SELF_MANAGED: Dialect("elbv2.k8s.aws", "v1beta1", "ingress.k8s.aws/alb", "certificateArn"),
}
TLS_POLICY: Final = "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"
"""TLS 1.3 and 1.2, with key exchanges that outlast quantum computers for clients that know them: what AWS recommends.
Source: Elastic Load Balancing, "Security policies for your Application Load Balancer", read in November 2026.
"""
