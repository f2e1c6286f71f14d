"""The rules over Terraform's JSON: each finds its examples alone, and nothing in the repaired form or in our own output."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from twinstack.policy.aws import faults
from twinstack.policy.aws.catalogue import RULES

GOLDEN = sorted((Path(__file__).parents[2] / "golden").glob("*/cdk.tf.json"))
CASES: dict[str, list[dict[str, Any]]] = yaml.safe_load(
    Path(__file__).with_name("cases.yaml").read_text(encoding="utf-8")
)
PAIRS = [
    pytest.param(rule, one["wrong"], one["right"], id=f"{rule}-{index}")
    for rule, every in CASES.items()
    for index, one in enumerate(every)
]


@pytest.mark.parametrize(("rule", "wrong", "right"), PAIRS)
def test_a_rule_finds_its_example_alone_and_not_the_repaired_form(rule: str, wrong: Any, right: Any) -> None:
    found = list(faults({"resource": wrong}))
    assert {one.id for one, _ in found} == {rule}
    assert all(fault.subject and fault.given for _, fault in found)
    assert [*faults({"resource": right})] == []


def test_every_rule_has_an_example_and_says_what_to_do() -> None:
    assert sorted(CASES) == sorted(rule.id for rule in RULES)
    assert all(rule.title and rule.fix and rule.why.endswith(".") for rule in RULES)


@pytest.mark.parametrize("file", GOLDEN, ids=lambda file: file.parent.name)
def test_nothing_is_found_in_what_we_write(file: Path) -> None:
    assert [*faults(json.loads(file.read_bytes()))] == []
    assert GOLDEN
