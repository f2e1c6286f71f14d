"""How a web service is reached on a developer's machine by whoever links to it. Its container is its own affair."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinstack.environment.stand_in import Entry, StandIn

if TYPE_CHECKING:
    from twinstack.web_service.spec import WebServiceSpec


def stand_in(spec: WebServiceSpec) -> StandIn:
    """Its address in the stack, and on this machine. Nothing where nobody links to it."""
    if not spec.environment.links_to(spec):
        return StandIn()
    (variable,) = spec.offer(spec.access_levels[0]).variables
    return StandIn(
        variables={variable.name: f"http://{spec.compose_name}:{spec.port}"},
        entries=(
            Entry("Services", variable.name, f"http://localhost:{spec.host_port(spec.port)}", f"where {spec.key} is"),
        ),
    )  # fmt: skip
