"""The pictures of analytics' environments, drawn from the outputs that were reviewed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from stacks import product
from twinstack.diagram.made import Made
from twinstack.diagram.pictures import draw, written
from twinstack.diagram.subject import Form, Subject

ENVIRONMENTS: Final = ("dev", "staging", "prod")
REVIEWED: Final = Path(__file__).parents[1] / "tests" / "golden"


def diagrams() -> Iterator[tuple[str, str]]:
    """The path of each picture in docs/, and its SVG."""
    for environment in map(product.load, ENVIRONMENTS):
        folder = REVIEWED / environment.name
        made = Made.read(folder, folder)
        for subject in Subject:
            drawing = draw(subject, environment, made)
            yield f"images/diagrams/{environment.stack_id}-{subject}.svg", written(drawing, Form.SVG)
