"""`twinstack graph`: who uses what, as a Mermaid diagram."""

from __future__ import annotations

from collections.abc import Iterator

from twinstack.edge.spec import EdgeSpec
from twinstack.environment.base import Environment
from twinstack.environment.spec import WorkloadSpec


def mermaid(environment: Environment) -> str:
    """The links, and the edge's routes, as the text of a Mermaid flowchart."""
    return "\n".join(["flowchart LR", *(f"    {line}" for line in _lines(environment))])


def _lines(environment: Environment) -> Iterator[str]:
    for workload in environment.workloads:
        yield f'{workload.key}["{workload.key}"]'
    for resource in environment.resources:
        if not isinstance(resource, WorkloadSpec):
            yield f'{resource.key}[("{resource.key}")]'
    edge = environment.find(EdgeSpec)
    if edge is not None:
        yield f'{edge.key}(["{edge.host}"])'
        for route in edge.routes:
            yield f'{edge.key} -->|"{route.path}"| {route.to}'
    for link in environment.links:
        yield f"{link.workload.key} -->|{link.access}| {link.resource.key}"
