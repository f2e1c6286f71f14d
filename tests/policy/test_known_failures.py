"""The failures that others had: each is found as it was, and nothing in its repaired form."""

from __future__ import annotations

from typing import Any

import pytest

from docs_generator.failures import failures
from twinstack.policy.aws.catalogue import EXAMPLES, RULES
from twinstack.policy.examples import found_by, read_examples
from twinstack.policy.kubernetes import faults, faults_between
from twinstack.policy.kubernetes.examples import edited, right

ROWS = failures()
OF_AWS = {rule.id: rule for rule in RULES}
KNOWN = (
    "R02 R05 R08 R11 R14 R17 R20 R23 C01 C04 C07 C10 C13 E03 E06 E09 E12 E15 E18 E21 E24 V01 V04 V07 V10 L03 L06 L09 L12 S03 S06 S09 "
    "S12 K02 K05 K08 K11 K14 K17 K20 K23 K26 K29 K32 K35"
)


@pytest.mark.parametrize("row", [row for row in ROWS if "edits" in row], ids=lambda row: row["id"])
def test_a_failure_of_others_is_found_in_manifests(row: dict[str, Any]) -> None:
    before = edited(right(), [one for one in row["edits"] if not one.get("after")])
    after = edited(before, [one for one in row["edits"] if one.get("after")])
    found = {rule.id for rule, _ in (*faults(after), *faults_between(before, after))}
    assert row["by"] in found


@pytest.mark.parametrize("row", [row for row in ROWS if "example" in row], ids=lambda row: row["id"])
def test_a_failure_of_others_is_found_in_a_stack(row: dict[str, Any]) -> None:
    example = read_examples(EXAMPLES)[row["by"]][row["example"]]
    assert found_by(OF_AWS[row["by"]], example.fails)
    assert found_by(OF_AWS[row["by"]], example.passes) == []


def test_every_known_failure_has_its_row() -> None:
    assert {row["id"].partition(",")[0] for row in ROWS} == set(KNOWN.split())
