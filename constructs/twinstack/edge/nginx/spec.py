"""What an edge behind ingress-nginx is, and what its certificate is had by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field

from twinstack.edge.kind import Kind, Sources
from twinstack.environment.model import Finding, Model
from twinstack.environment.placement import ClusterPlan


class Solver(StrEnum):
    """How the certificate authority is shown that the host is ours: by an answer over HTTP, or by a record in DNS."""

    HTTP01 = "http01"
    DNS01 = "dns01"


class Acme(Model):
    """The certificate authority that a ClusterIssuer asks, and how it is convinced.

    Source: cert-manager 1.21, "ACME", "HTTP01", "DNS01: Route53".
    """

    server: Annotated[str, Field(pattern=r"^https://[!-~]+$")] = "https://acme-v02.api.letsencrypt.org/directory"
    """The authority's directory; Let's Encrypt's production unless given."""
    email: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$")] | None = None
    """Whom the authority may write to; Let's Encrypt asks for none."""
    solver: Solver = Solver.HTTP01
    """`http01`: the host is reached from the internet on port 80; `dns01`: a record of the zone, for a host that is not."""


@dataclass(frozen=True, slots=True)
class Nginx(Kind):
    """ingress-nginx. It is retired, so it is warned of."""

    @property
    def class_name(self) -> str:
        return "nginx"

    @property
    def sources(self) -> Sources:
        return Sources(namespaces=(NAMESPACE,))

    @property
    def acme(self) -> Acme | None:
        """What the issuer is made from. None where the cluster's owner has one, as the other add-ons."""
        cluster = self.edge.environment.find(ClusterPlan)
        return self.edge.acme if cluster is not None and cluster.is_own else None

    @property
    def is_solved_in_dns(self) -> bool:
        """Whether cert-manager has to write into the zone."""
        return self.acme is not None and self.acme.solver is Solver.DNS01

    @property
    def issuer_role_name(self) -> str:
        """`shadower-analytics-cert-manager`."""
        return self.edge.context.aws_name(CERT_MANAGER)

    def not_in_force(self) -> Mapping[str, str]:
        fields = ("certificate_arn", "controller", "access_log_bucket", "firewall", "deregistration_seconds")
        of_its_owner = {} if self.acme is self.edge.acme else {"acme": "the issuer is the cluster's, which exists"}
        return {**dict.fromkeys(fields, "it is about an ALB, and none is made"), **of_its_owner}

    def names(self) -> Iterator[tuple[str, str]]:
        yield "Kubernetes Secret", self.edge.tls_secret_name
        if self.is_solved_in_dns:
            yield "IAM role", self.issuer_role_name

    def internet_reasons(self) -> Iterator[tuple[str, str]]:
        yield "kind", "cert-manager asks a certificate authority, and its challenge, from inside the cluster"

    def review(self) -> Iterator[Finding]:
        yield Finding(
            "TW504",
            "ingress-nginx was retired in March 2026",
            ("kind",),
            given="nginx",
            allowed="alb",
            fix="plan the move; security fixes are no longer published",
            warning=True,
        )


NAMESPACE: Final = "ingress-nginx"
CERT_MANAGER: Final = "cert-manager"
"""The add-on, its namespace and its service account. Source: Amazon EKS User Guide, "Community add-ons", cert-manager."""
