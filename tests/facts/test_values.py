"""What AWS takes: every kind of fact refuses its wrong value and lets its right one pass."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from twinstack.facts import ValueFact, facts_of, refused
from twinstack.facts.data import OLD, date_of_the_data, is_old, types_with_facts
from twinstack.facts.examples import EXAMPLES, Example
from twinstack.facts.free import FREE
from twinstack.facts.judgement import is_judged, literals

GOLDEN = Path(__file__).parents[1] / "golden"


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: f"{example.type}.{example.path}={example.wrong}"[:60])
def test_a_wrong_value_is_refused_and_a_right_one_is_not(example: Example) -> None:
    (found,) = refused(example.type, example.arguments(example.wrong), region=example.region)
    assert found.path == example.path
    assert found.allowed
    assert found.source
    if example.nearest:
        assert found.nearest == example.nearest
    assert not list(refused(example.type, example.arguments(example.right), region=example.region))


def test_every_nearest_value_is_itself_taken() -> None:
    for example in EXAMPLES:
        (found,) = refused(example.type, example.arguments(example.wrong), region=example.region)
        if found.nearest:
            value = [found.nearest] if isinstance(example.wrong, list) else found.nearest
            assert not list(refused(example.type, example.arguments(value), region=example.region)), found


def resources() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for file in sorted(GOLDEN.glob("*/cdk.tf.json")):
        for type_, blocks in json.loads(file.read_bytes())["resource"].items():
            for name, block in blocks.items():
                yield type_, f"{file.parent.name} {type_}.{name}", block


def test_nothing_in_the_reviewed_output_is_refused() -> None:
    found = [
        (address, one) for type_, address, block in resources() for one in refused(type_, block, region="us-west-2")
    ]
    assert not found


def test_every_argument_that_we_write_has_a_fact_or_a_reason_why_not() -> None:
    written = {
        (type_, path)
        for type_, _, block in resources()
        for path, value in literals(block)
        if not isinstance(value, bool)  # Terraform itself refuses what is neither true nor false
    }
    assert len(written) > 100, "the reviewed output is not read"
    without = {f"{type_}.{path}" for type_, path in written if not is_judged(type_, path)}
    assert without - FREE.keys() == set(), "say in facts/documented.py what AWS takes, or in facts/free.py why nothing"
    assert FREE.keys() - without == set(), "a reason that nothing needs: remove it from facts/free.py"


def test_what_is_computed_or_empty_is_passed_over() -> None:
    for value in ("${var.type}", "", None, "%{ if true }gp3%{ endif }"):
        assert not list(refused("aws_db_instance", {"storage_type": value}, region="us-west-2"))


def test_a_dynamic_block_is_looked_into() -> None:
    block = {"dynamic": {"versioning_configuration": {"for_each": "${[]}", "content": {"status": "On"}}}}
    (found,) = refused("aws_s3_bucket_versioning", block, region="us-west-2")
    assert found.path == "versioning_configuration.status"


def test_a_statement_in_statements_is_held_against_the_same_facts() -> None:
    inner = {"regex_match_statement": {"text_transformation": [{"priority": 0, "type": "LOWER_CASE"}]}}
    statement = {"rate_based_statement": {"scope_down_statement": {"or_statement": {"statement": [inner]}}}}
    (found,) = refused("aws_wafv2_web_acl", {"rule": [{"statement": statement}]}, region="us-west-2")
    assert (found.given, found.nearest) == ("LOWER_CASE", "LOWERCASE")


def test_a_type_that_is_not_known_and_a_region_that_is_not_are_passed_over() -> None:
    assert not facts_of("aws_no_such_thing")
    assert not list(refused("aws_instance", {"instance_type": "t4g.micro"}, region="xx-nowhere-9"))


def test_there_are_facts_for_far_more_types_than_ours() -> None:
    assert len(types_with_facts()) > 400


def test_a_machine_that_nobody_has_may_only_be_newer_than_the_data() -> None:
    newer, *_ = refused("aws_instance", {"instance_type": "m99g.large"}, region="us-west-2")
    elsewhere, *_ = refused("aws_instance", {"instance_type": "x8g.medium"}, region="ap-south-2")
    assert (newer.may_be_newer, elsewhere.may_be_newer) == (True, False)


def test_the_data_is_old_after_nine_months() -> None:
    made = date_of_the_data()
    assert not is_old(made + OLD)
    assert is_old(made + OLD + datetime.timedelta(days=1))


@pytest.mark.parametrize(
    ("fact", "value", "nearest"),
    [
        (ValueFact("", values=("true", "false")), True, None),
        (ValueFact("", values=("1", "3", "5")), 4, "3"),
        (ValueFact("", least=1, most=10), "11", "10"),
        (ValueFact("", least=1, most=10), "many", "1"),
        (ValueFact("", longest=3), "abcd", "abc"),
        (ValueFact("", pattern=r"[\p{L}]+"), "straße", None),
        (ValueFact("", pattern=r"[\p{L}]+"), "a b", ""),
    ],
)
def test_a_value_is_held_against_its_fact(fact: ValueFact, value: Any, nearest: str | None) -> None:
    assert fact.refuses(value) is (nearest is not None)
    if nearest is not None:
        assert fact.nearest(value) == nearest
