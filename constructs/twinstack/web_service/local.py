"""How a web service is reached on a developer's machine by whoever links to it. Its container is its own affair."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from twinstack.environment.stand_in import Entry, StandIn

if TYPE_CHECKING:
    from twinstack.web_service.spec import WebServiceSpec


def stand_in(spec: WebServiceSpec) -> StandIn:
    """Its address in the stack, and on this machine. Nothing where nobody links to it."""
    if not spec.environment.links_to(spec):
        return StandIn()
    offer = spec.offer(spec.access_levels[0])
    (variable,), (host, port) = offer.variables, offer.parts
    on_machine = spec.host_port(spec.port)
    return StandIn(
        variables={
            variable.name: f"http://{spec.compose_name}:{spec.port}",
            host.name: spec.compose_name,
            port.name: str(spec.port),
        },
        entries=(Entry(GROUP, variable.name, f"http://localhost:{on_machine}", f"where {spec.key} is"),),
        parts=(
            Entry(GROUP, host.name, "localhost", f"where {spec.key} is"),
            Entry(GROUP, port.name, str(on_machine), f"the port of {spec.key} on this machine"),
        ),
    )


GROUP: Final = "Services"
