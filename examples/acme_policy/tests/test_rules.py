"""Each rule finds its examples, and nothing in the repaired form."""

from __future__ import annotations

import pytest

from acme_policy import INFRASTRUCTURE, WORKLOADS
from twinstack.policy import Rules
from twinstack.testing import check_rules


@pytest.mark.parametrize("rules", [INFRASTRUCTURE, WORKLOADS], ids=lambda rules: rules.half)
def test_its_rules_are_good(rules: Rules) -> None:
    check_rules(rules)
