"""What a certificate of cert-manager is had by: the authority, and how it is convinced that the host is ours."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import Field

from twinstack.edge.certificate import Certificate, Certificates
from twinstack.edge.kind import Kind
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
class Issued(Kind):
    """An edge in the cluster, whose certificates cert-manager has issued and keeps in Secrets."""

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

    def issuer_spec(self, acme: Acme, over_http: Mapping[str, Any]) -> dict[str, Any]:
        """What the ClusterIssuer of a cluster of our own is; `over_http` says who brings the authority's requests to the pods that
        answer it.
        """
        edge = self.edge
        solver = (
            {"dns01": {"route53": {"region": edge.context.region}}, "selector": {"dnsZones": list(edge.zones)}}
            if self.is_solved_in_dns
            else {"http01": over_http}
        )
        return {
            "acme": {
                "server": acme.server,
                **({"email": acme.email} if acme.email else {}),
                "privateKeySecretRef": {"name": f"{edge.issuer}-account"},
                "solvers": [solver],
            }
        }

    def secret_name(self, certificate: Certificate) -> str:
        """`analytics-tls` of the first host's, `analytics-tls-api` of another's."""
        first = certificate.host
        return self.edge.tls_secret_name if first.is_first else f"{self.edge.tls_secret_name}-{first.key}"

    def names(self) -> Iterator[tuple[str, str]]:
        for certificate in self.certificates:
            yield "Kubernetes Secret", self.secret_name(certificate)
        if self.is_solved_in_dns:
            yield "IAM role", self.issuer_role_name

    def internet_reasons(self) -> Iterator[tuple[str, str]]:
        yield "kind", "cert-manager asks a certificate authority, and its challenge, from inside the cluster"

    @property
    def asks_over_http(self) -> bool:
        """Whether the edge says that its certificates are had over HTTP, in whosever cluster."""
        return self.edge.acme is not None and self.edge.acme.solver is Solver.HTTP01

    def wildcards(self) -> Iterator[Finding]:
        """A finding for each wildcard that is to be had over HTTP."""
        if not self.asks_over_http:
            return
        for key, one in self.edge.other_hosts.items():
            if one.host.startswith("*."):
                yield _not_over_http(("other_hosts", key, "host"), one.host)
        if self.edge.certificates is Certificates.WILDCARD:
            yield _not_over_http(("certificates",), "wildcard")


def _not_over_http(place: tuple[str, ...], given: str) -> Finding:
    return Finding(
        "TW219",
        "a wildcard certificate that no authority gives over HTTP",
        place,
        given=f"{given}, with `acme.solver: http01`",
        allowed="`acme: {solver: dns01}`, or `acme: null` where somebody else keeps the issuer",
        fix="use dns01, or name the hosts",
    )


CERT_MANAGER: Final = "cert-manager"
"""The add-on, its namespace and its service account. Source: Amazon EKS User Guide, "Community add-ons", cert-manager."""
