"""One Ingress of an edge, before it is written: some kinds need several."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from twinstack.edge.host import Route


@dataclass(frozen=True, slots=True)
class Rule:
    """A host of an Ingress: its routes, or the action of the load balancer that answers instead."""

    host: str
    routes: tuple[Route, ...] = ()
    action: str = ""


@dataclass(frozen=True, slots=True)
class Tls:
    """Host names, and the Secret with their certificate; None where the load balancer has it."""

    hosts: tuple[str, ...]
    secret: str | None


@dataclass(frozen=True, slots=True)
class Part:
    """Some of the edge's hosts and routes, and the annotations that hold for them."""

    name: str
    rules: tuple[Rule, ...]
    tls: tuple[Tls, ...]
    annotations: Mapping[str, str]
