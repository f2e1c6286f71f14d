"""The failures that others had: each is found as it was, and nothing in its repaired form, which is the right example."""

from __future__ import annotations

from typing import Any

import pytest

from docs_generator.failures import failures
from twinstack.policy.kubernetes import faults, faults_between
from twinstack.policy.kubernetes.examples import edited, right

ROWS = failures()


@pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])
def test_a_failure_of_others_is_found(row: dict[str, Any]) -> None:
    before = edited(right(), [one for one in row["edits"] if not one.get("after")])
    after = edited(before, [one for one in row["edits"] if one.get("after")])
    found = {rule.id for rule, _ in (*faults(after), *faults_between(before, after))}
    assert row["by"] in found
