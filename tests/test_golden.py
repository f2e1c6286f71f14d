"""The output of every environment is what was reviewed. `make golden` accepts a change, and git shows it."""

from __future__ import annotations

import datetime

import pytest

from twinstack.testing import Golden, Twins

DAY = datetime.date(2026, 11, 24)
"""The day that ends of support are compared with, so that tests do not age."""
VARIANTS = {"dev": {}, "staging": {}, "prod": {}, "prod-nginx": {"edge.kind": "nginx"}}
"""The three environments, and production behind ingress-nginx, which carries the requirement's Ingress."""


@pytest.mark.parametrize("variant", VARIANTS)
def test_output_is_what_was_reviewed(twin: Twins, golden: Golden, variant: str) -> None:
    golden(f"golden/{variant}", twin(variant.split("-")[0], VARIANTS[variant], today=DAY).files)
