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
        nodes = {host.name: edge.key if host.is_first else f"{edge.key}_{host.key}" for host in edge.hosts}
        for host in edge.hosts:
            yield f'{nodes[host.name]}(["{host.name}"])'
            for route in host.routes:
                yield f'{nodes[host.name]} -->|"{route.path}"| {route.to}'
            if host.redirect_to:
                yield f"{nodes[host.name]} -.->|301| {nodes[host.redirect_to]}"
    for link in environment.links:
        yield f"{link.workload.key} -->|{link.access}| {link.resource.key}"
