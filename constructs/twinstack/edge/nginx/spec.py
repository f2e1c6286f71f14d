"""What an edge behind ingress-nginx is, and what its certificate is had by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field

from twinstack.edge.certificate import Certificate, Certificates, certificates_of
from twinstack.edge.host import covers
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

    @property
    def certificates(self) -> tuple[Certificate, ...]:
        """A host that only redirects stands on the certificate of the host that it leads to: nginx answers for it with that.

        Source: ingress-nginx, "Redirect from/to www", and buildRedirects in internal/ingress/controller/nginx.go.
        """
        hosts = self.edge.hosts
        found = certificates_of(self.edge.certificates, (host for host in hosts if host.routes))
        return tuple(replace(one, names=(*one.names, *self._led_to(one))) for one in found)

    def _led_to(self, certificate: Certificate) -> tuple[str, ...]:
        """The names of redirects to hosts of a certificate that are not on it yet."""
        ways = ((host.name, host.redirect_to) for host in self.edge.hosts if host.redirect_to)
        on_it = certificate.names
        return tuple(
            name
            for name, target in ways
            if any(covers(one, target) for one in on_it) and not any(covers(one, name) for one in on_it)
        )

    def secret_name(self, certificate: Certificate) -> str:
        """`analytics-tls` of the first host's, `analytics-tls-api` of another's."""
        first = certificate.host
        return self.edge.tls_secret_name if first.is_first else f"{self.edge.tls_secret_name}-{first.key}"

    def not_in_force(self) -> Mapping[str, str]:
        fields = ("certificate_arn", "controller", "access_log_bucket", "firewall", "deregistration_seconds")
        of_its_owner = {} if self.acme is self.edge.acme else {"acme": "the issuer is the cluster's, which exists"}
        return {**dict.fromkeys(fields, "it is about an ALB, and none is made"), **of_its_owner}

    def names(self) -> Iterator[tuple[str, str]]:
        for certificate in self.certificates:
            yield "Kubernetes Secret", self.secret_name(certificate)
        if self.is_solved_in_dns:
            yield "IAM role", self.issuer_role_name

    def internet_reasons(self) -> Iterator[tuple[str, str]]:
        yield "kind", "cert-manager asks a certificate authority, and its challenge, from inside the cluster"

    def rules(self) -> Iterator[Finding]:
        for key, one in self.edge.other_hosts.items():
            target = self.edge.name_of(one.redirect_to)
            if target and f"www.{target}" != one.host and f"www.{one.host}" != target:
                yield Finding(
                    "TW218",
                    "a redirect that ingress-nginx cannot make",
                    ("other_hosts", key, "redirect_to"),
                    given=f"{one.host} to {target}",
                    allowed="from a name to the same with `www.`, or back",
                    fix="use `kind: alb`, or route it to a service that redirects: its annotation takes no path since 1.12",
                )
            if one.host.startswith("*.") and self._asks_over_http:
                yield _not_over_http(("other_hosts", key, "host"), one.host)
        if self.edge.certificates is Certificates.WILDCARD and self._asks_over_http:
            yield _not_over_http(("certificates",), "wildcard")
        if self.edge.maintenance.active:
            yield Finding(
                "TW218",
                "an answer that ingress-nginx cannot give",
                ("maintenance", "active"),
                given="true",
                allowed="false: without snippets, which are off by default, it has no answer of its own",
                fix="use `kind: alb`, or answer so in the services",
            )

    @property
    def _asks_over_http(self) -> bool:
        """Whether the edge says that its certificates are had over HTTP, in whosever cluster."""
        return self.edge.acme is not None and self.edge.acme.solver is Solver.HTTP01

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


def _not_over_http(place: tuple[str, ...], given: str) -> Finding:
    return Finding(
        "TW219",
        "a wildcard certificate that no authority gives over HTTP",
        place,
        given=f"{given}, with `acme.solver: http01`",
        allowed="`acme: {solver: dns01}`, or `acme: null` where somebody else keeps the issuer",
        fix="use dns01, or name the hosts",
    )


NAMESPACE: Final = "ingress-nginx"
CERT_MANAGER: Final = "cert-manager"
"""The add-on, its namespace and its service account. Source: Amazon EKS User Guide, "Community add-ons", cert-manager."""
