"""What an edge behind ingress-nginx is in Kubernetes: annotations, and what its certificate needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from cdk8s import ApiObject
from cdk8s_plus_27 import k8s
from constructs import Construct

from twinstack.edge.addresses import Addresses, admitted, list_name
from twinstack.edge.host import Host, Route, covers
from twinstack.edge.ingress import Part, Rule, Tls
from twinstack.edge.issuer import CERT_MANAGER, Acme
from twinstack.edge.nginx.spec import NAMESPACE, Nginx
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
        return custom_object(
            self,
            "issuer",
            api_version="cert-manager.io/v1",
            kind="ClusterIssuer",
            name=spec.issuer,
            namespace=None,
            labels=labels,
            spec=Nginx(spec).issuer_spec(acme, {"ingress": {"ingressClassName": spec.class_name}}),
        )


def parts(spec: EdgeSpec) -> list[Part]:
    """For each host an Ingress for each limit and list of addresses, since an annotation holds for a whole Ingress. The first
    of all asks for every certificate; the others share them.
    """
    nginx = Nginx(spec)
    certificates = nginx.certificates
    found: list[Part] = []
    for host in spec.hosts:
        if not host.routes:
            continue
        leading = [one.name for one in spec.hosts if one.redirect_to == host.name]
        tls = tuple(
            Tls((host.name, *leading), nginx.secret_name(one))
            for one in certificates
            if any(covers(name, host.name) for name in one.names)
        )[:1]
        for suffix, limit, addresses, routes in _groups(spec, host):
            annotations = {**_annotations(spec, limit, addresses), **_redirects(leading)}
            found.append(Part(f"{spec.ingress_name}{suffix}", (Rule(host.name, routes),), tls, annotations))
    whole = tuple(Tls(one.names, nginx.secret_name(one)) for one in certificates)
    asks = {"cert-manager.io/cluster-issuer": spec.issuer}
    return [replace(found[0], tls=whole, annotations={**asks, **found[0].annotations}), *found[1:]]


def _groups(spec: EdgeSpec, host: Host) -> Iterator[tuple[str, RateLimit, Addresses, tuple[Route, ...]]]:
    """What the Ingress of some routes is called by, with their limit and their addresses: first those without a list."""
    key = "" if host.is_first else f"-{host.key}"
    limited, others = spec.routes_by_limit_of(host)
    groups: dict[tuple[bool, Addresses], list[Route]] = {}
    by_limit = [*((route, True) for route in limited), *((route, False) for route in others)]
    for route, is_limited in sorted(by_limit, key=lambda one: bool(one[0].inbound_cidrs)):
        groups.setdefault((is_limited, admitted(spec, host, route)), []).append(route)
    unlisted = admitted(spec, host)
    for index, ((is_limited, addresses), routes) in enumerate(groups.items()):
        if not index:
            suffix = key
        elif addresses == unlisted:
            suffix = f"{key}-rest"
        else:
            suffix = f"-{list_name(host, routes[0].path)}"
        yield suffix, spec.rate_limit if is_limited else spec.total_rate_limit, addresses, tuple(routes)


def _redirects(leading: Sequence[str]) -> dict[str, str]:
    """For the name with or without `www.`; external-dns learns of it from the certificate's names."""
    return {f"{PREFIX}/from-to-www-redirect": "true"} if leading else {}


def _annotations(spec: EdgeSpec, limit: RateLimit, addresses: Addresses) -> dict[str, str]:
    annotations = {
        f"{PREFIX}/force-ssl-redirect": "true",
        f"{PREFIX}/limit-rpm": str(limit.per_minute),
        f"{PREFIX}/proxy-body-size": f"{spec.body_limit_mib}m",
        f"{PREFIX}/proxy-read-timeout": str(spec.idle_timeout_seconds),
        f"{PREFIX}/proxy-send-timeout": str(spec.idle_timeout_seconds),
    }
    if addresses:
        annotations[f"{PREFIX}/whitelist-source-range"] = ",".join(str(block) for block in addresses)
    return annotations


PREFIX: Final = "nginx.ingress.kubernetes.io"
SOLVER_LABEL: Final = "acme.cert-manager.io/http01-solver"
SOLVER_PORT: Final = 8089
