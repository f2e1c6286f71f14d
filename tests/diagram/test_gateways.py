"""The way in through a Gateway is drawn as that of an Ingress is."""

from __future__ import annotations

from typing import Any

import pytest

from stacks import product
from tests.edge.test_gateway import BALANCED, ENVOY
from tests.edge.test_kubernetes import everything
from twinstack.diagram.links import OUTSIDE, links
from twinstack.diagram.made import Made


@pytest.mark.parametrize(
    ("settings", "line"),
    [(BALANCED, "load balancer, internet-facing"), (ENVOY, "gateway class analytics-gateway")],
)
def test_each_route_of_a_gateway_is_an_arrow(settings: dict[str, Any], line: str) -> None:
    environment = product.load("prod", set={f"edge.{key}": value for key, value in settings.items()})
    flow = links(environment, Made({}, everything(**settings)))
    host = environment.edge.host
    arrows = {(one.source, one.target) for one in flow.arrows}
    assert {(OUTSIDE, host), (host, "backend"), (host, "frontend")} <= arrows
    (node,) = [one for one in flow.nodes if one.key == host]
    assert line in node.lines
