"""Production as others would have it keeps every rule: what the library makes of a supported choice is never warned of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from stacks import product
from tests.rehearsal.test_variants import IN_BASE, VARIANTS
from twinstack.errors import Problem
from twinstack.synthesis import synthesized

MORE: Mapping[str, Mapping[str, Any]] = {
    "another Kubernetes": {"cluster.version": "1.35"},
    "two zones": {"network.zones": ["a", "b"]},
}
TRIED = {**{name: values for name, values in VARIANTS.items() if name not in IN_BASE}, **MORE}


@pytest.mark.parametrize("variant", TRIED)
def test_a_variant_of_production_keeps_every_rule(variant: str) -> None:
    said: list[Problem] = []
    with synthesized(product, product.load_all(["prod"], set=TRIED[variant]), tell=said.extend):
        assert [str(one) for one in said] == []
