"""What an edge behind ingress-nginx is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from twinstack.edge.certificate import Certificate, certificates_of
from twinstack.edge.host import covers
from twinstack.edge.issuer import Issued
from twinstack.edge.kind import Sources
from twinstack.environment.model import Finding


@dataclass(frozen=True, slots=True)
class Nginx(Issued):
    """ingress-nginx. It is retired, so it is warned of."""

    @property
    def class_name(self) -> str:
        return "nginx"

    @property
    def sources(self) -> Sources:
        return Sources(namespaces=(NAMESPACE,))

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

    def not_in_force(self) -> Mapping[str, str]:
        fields = ("certificate_arn", "controller", "access_log_bucket", "firewall", "deregistration_seconds")
        of_its_owner = {} if self.acme is self.edge.acme else {"acme": "the issuer is the cluster's, which exists"}
        return {**dict.fromkeys(fields, "it is about an ALB, and none is made"), **of_its_owner}

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
                    fix="use `kind: alb` or `gateway`, or route it to a service that redirects: its annotation takes no path since 1.12",
                )
        yield from self.wildcards()
        if self.edge.maintenance.active:
            yield Finding(
                "TW218",
                "an answer that ingress-nginx cannot give",
                ("maintenance", "active"),
                given="true",
                allowed="false: without snippets, which are off by default, it has no answer of its own",
                fix="use `kind: alb` or `gateway`, or answer so in the services",
            )

    def review(self) -> Iterator[Finding]:
        yield Finding(
            "TW504",
            "ingress-nginx was retired in March 2026",
            ("kind",),
            given="nginx",
            allowed="alb or gateway",
            fix="plan the move; security fixes are no longer published",
            warning=True,
        )


NAMESPACE: Final = "ingress-nginx"
