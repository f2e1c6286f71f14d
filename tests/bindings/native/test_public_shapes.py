"""Programs of the shapes that others write make the same on every engine; what the native one refuses is node's, and stock's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.bindings.native.test_equality import differing_lines

if TYPE_CHECKING:
    from tests.bindings.native.conftest import Engine

SHAPES = (
    *("network", "serverless", "site", "cluster", "many_regions", "containers", "tagged", "escape_hatches", "values"),
    *("web_services", "dashboard", "ingress", "custom_resources"),
)
REFUSED = {
    "shape between_stacks": "from another stack",
    "shape iterated": "cdktf.TerraformIterator",
    "shape moved": "S3Bucket.move_to",
    "shape ordered": ".add_dependency",
    "whole web_services": "App.synth",
    "whole ingress": "App.synth",
}


@pytest.mark.parametrize("name", SHAPES)
def test_a_public_shape_makes_the_same(engines: tuple[Engine, Engine], name: str) -> None:
    native, node = (engine.answer(f"shape {name}") for engine in engines)
    assert "made" in node, node
    assert "made" in native, native
    assert len(native["made"]) > 250
    assert differing_lines(native["made"], node["made"]) == []


@pytest.mark.parametrize("program", REFUSED)
def test_what_is_refused_of_one_node_makes(engines: tuple[Engine, Engine], program: str) -> None:
    native, node = (engine.answer(program) for engine in engines)
    assert REFUSED[program] in native.get("refused", ""), native
    assert "made" in node, node


@pytest.mark.slow
@pytest.mark.parametrize("program", [*(f"shape {name}" for name in SHAPES), *REFUSED])
def test_stock_makes_what_node_makes(engines: tuple[Engine, Engine], stock: Engine, program: str) -> None:
    node, wanted = engines[1].answer(program), stock.answer(program)
    assert "made" in wanted, wanted
    assert differing_lines(node["made"], wanted["made"]) == []
