"""The pictures that there are, by name, each in its two forms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinstack.diagram.access import access
from twinstack.diagram.drawing import Drawing, Flow, Nest
from twinstack.diagram.flow_svg import flow_svg
from twinstack.diagram.links import links
from twinstack.diagram.made import Made
from twinstack.diagram.matrix_svg import matrix_svg
from twinstack.diagram.mermaid import mermaid
from twinstack.diagram.nest_svg import nest_svg
from twinstack.diagram.network import network
from twinstack.diagram.subject import Form, Subject

if TYPE_CHECKING:
    from twinstack.environment.base import Environment


def draw(subject: Subject, environment: Environment, made: Made) -> Drawing:
    """What the picture shows."""
    match subject:
        case Subject.LINKS:
            return links(environment, made)
        case Subject.NETWORK:
            return network(f"{environment.stack_id}: the network", made)
        case Subject.ACCESS:
            return access(f"{environment.stack_id}: who may reach what", made)


def written(drawing: Drawing, form: Form) -> str:
    """The picture as text: the same for the same outputs, byte for byte."""
    if form is Form.MERMAID:
        return mermaid(drawing)
    if isinstance(drawing, Flow):
        return flow_svg(drawing)
    return nest_svg(drawing) if isinstance(drawing, Nest) else matrix_svg(drawing)
