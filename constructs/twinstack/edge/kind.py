"""What anybody may ask of a kind of edge. Each kind is a room of its own beside this file, named after the kind.

A further kind is one folder (`mesh/{spec,aws,kubernetes}.py`), a member of `EdgeKind` and a line in `spec.KINDS`:
nobody outside asks which kind it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Network
from typing import TYPE_CHECKING

from twinstack.edge.certificate import Certificate, certificates_of
from twinstack.environment.model import Finding
from twinstack.environment.monitoring import Monitoring

if TYPE_CHECKING:
    from twinstack.edge.spec import EdgeSpec
    from twinstack.web_service.spec import WebServiceSpec


class EdgeKind(StrEnum):
    """What serves it: an Application Load Balancer that EKS keeps for an Ingress, an ingress-nginx that the cluster has, or whoever
    serves a Gateway.
    """

    ALB = "alb"
    GATEWAY = "gateway"
    NGINX = "nginx"


@dataclass(frozen=True, slots=True)
class Sources:
    """Where requests come from that have passed the edge: what a service's pods have to admit."""

    addresses: tuple[IPv4Network, ...] = ()
    namespaces: tuple[str, ...] = ()
    pods: tuple[tuple[str, str], ...] = ()
    """Labels of the pods there; every pod unless given."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One edge, as its kind sees it."""

    edge: EdgeSpec

    @property
    def class_name(self) -> str:
        """The IngressClass or GatewayClass."""
        raise NotImplementedError(f"{type(self).__name__}.class_name")

    @property
    def sources(self) -> Sources:
        """Who brings the requests to the pods."""
        raise NotImplementedError(f"{type(self).__name__}.sources")

    @property
    def dns_source(self) -> str:
        """Where external-dns reads the hosts and the address."""
        return "ingress"

    @property
    def certificates(self) -> tuple[Certificate, ...]:
        """The certificates of its hosts, and the names on each."""
        return certificates_of(self.edge.certificates, self.edge.hosts)

    def service_annotations(self, service: WebServiceSpec) -> Mapping[str, str]:  # noqa: ARG002  for the kinds
        """What it has to be told of a service, on the Service itself."""
        return {}

    def not_in_force(self) -> Mapping[str, str]:
        """The edge's fields that mean nothing to it, each with the reason."""
        return {}

    def names(self) -> Iterator[tuple[str, str]]:
        """What it gives names to, beside what every edge does."""
        yield from ()

    def internet_reasons(self) -> Iterator[tuple[str, str]]:
        """Fields for whose sake something in the cluster calls the internet, each with what and why."""
        yield from ()

    def monitoring(self) -> Monitoring:
        """What is watched of it."""
        return Monitoring()

    def rules(self) -> Iterator[Finding]:
        """What its own fields must agree on."""
        yield from ()

    def review(self) -> Iterator[Finding]:
        """What it needs of the rest of the environment."""
        yield from ()
