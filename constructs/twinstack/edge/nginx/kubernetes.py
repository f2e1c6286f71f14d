"""What an edge behind ingress-nginx is in Kubernetes: annotations, and what its certificate needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from cdk8s import ApiObject
from cdk8s_plus_27 import k8s
from constructs import Construct

from twinstack.edge.ingress import Part
from twinstack.edge.nginx.spec import CERT_MANAGER, NAMESPACE, Acme, Nginx
from twinstack.edge.rate_limit import RateLimit
from twinstack.edge.spec import EdgeSpec
from twinstack.kubernetes import Workloads, custom_object, from_namespace
from twinstack.kubernetes.labels import object_metadata
from twinstack.labels import PODS_MADE_BY


class Side(Construct):
    """The ClusterIssuer of a cluster of our own, and the way in to the pods that answer its authority over HTTP.

    cert-manager puts those pods into the product's namespace, where everything is closed. A ClusterIssuer and not an
    Issuer, because only of that may cert-manager take the rights of its own service account for DNS-01. Sources:
    ingress-nginx, "Annotations"; cert-manager 1.21, "Annotated Ingress", "HTTP01", pkg/issuer/acme/http (port, label) and
    its options (ambient credentials), read in November 2026.
    """

    def __init__(self, scope: Construct, spec: EdgeSpec, *, chart: Workloads[Any], labels: Mapping[str, str]) -> None:
        super().__init__(scope, "nginx")
        del chart
        nginx = Nginx(spec)
        self.issuer: ApiObject | None = self._make_issuer(spec, nginx.acme, labels) if nginx.acme else None
        self.solver_policy: k8s.KubeNetworkPolicy | None = None
        if not nginx.is_solved_in_dns:
            self.solver_policy = k8s.KubeNetworkPolicy(
                self,
                "solver-policy",
                metadata=object_metadata(
                    spec.context.kubernetes_name("acme-solver"),
                    spec.context.namespace,
                    dict(labels),
                    {PODS_MADE_BY: CERT_MANAGER},
                ),
                spec=k8s.NetworkPolicySpec(
                    pod_selector=k8s.LabelSelector(match_labels={SOLVER_LABEL: "true"}),
                    policy_types=["Ingress"],
                    ingress=list(from_namespace(NAMESPACE, SOLVER_PORT)),
                ),
            )

    def _make_issuer(self, spec: EdgeSpec, acme: Acme, labels: Mapping[str, str]) -> ApiObject:
        solver = (
            {"dns01": {"route53": {"region": spec.context.region}}, "selector": {"dnsZones": [spec.zone]}}
            if Nginx(spec).is_solved_in_dns
            else {"http01": {"ingress": {"ingressClassName": spec.class_name}}}
        )
        return custom_object(
            self,
            "issuer",
            api_version="cert-manager.io/v1",
            kind="ClusterIssuer",
            name=spec.issuer,
            namespace=None,
            labels=labels,
            spec={
                "acme": {
                    "server": acme.server,
                    **({"email": acme.email} if acme.email else {}),
                    "privateKeySecretRef": {"name": f"{spec.issuer}-account"},
                    "solvers": [solver],
                }
            },
        )


def parts(spec: EdgeSpec) -> list[Part]:
    """An Ingress for each limit, since an annotation holds for a whole Ingress. The second shares the first's certificate,
    and so does not ask for one.
    """
    limited, others = spec.routes_by_limit
    asks = {"cert-manager.io/cluster-issuer": spec.issuer}
    found = [Part(spec.ingress_name, limited, {**asks, **_annotations(spec, spec.rate_limit)})]
    if others:
        name = f"{spec.ingress_name}-rest"
        found.append(Part(name, others, _annotations(spec, spec.total_rate_limit)))
    return found


def tls_secret_name(spec: EdgeSpec) -> str | None:
    """Where cert-manager puts the certificate."""
    return spec.tls_secret_name


def _annotations(spec: EdgeSpec, limit: RateLimit) -> dict[str, str]:
    prefix = "nginx.ingress.kubernetes.io"
    annotations = {
        f"{prefix}/force-ssl-redirect": "true",
        f"{prefix}/limit-rpm": str(limit.per_minute),
        f"{prefix}/proxy-body-size": f"{spec.body_limit_mib}m",
        f"{prefix}/proxy-read-timeout": str(spec.idle_timeout_seconds),
        f"{prefix}/proxy-send-timeout": str(spec.idle_timeout_seconds),
    }
    if spec.inbound_cidrs:
        annotations[f"{prefix}/whitelist-source-range"] = ",".join(str(block) for block in spec.inbound_cidrs)
    return annotations


SOLVER_LABEL: Final = "acme.cert-manager.io/http01-solver"
SOLVER_PORT: Final = 8089
