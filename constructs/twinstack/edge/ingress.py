"""One Ingress of an edge, before it is written: some kinds need several."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from twinstack.edge.spec import Route


@dataclass(frozen=True, slots=True)
class Part:
    """Some of the edge's routes, and the annotations that hold for them."""

    name: str
    routes: tuple[Route, ...]
    annotations: Mapping[str, str]
