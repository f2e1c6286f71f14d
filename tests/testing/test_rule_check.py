"""check_rules: rules that are good pass, and everything that is wrong with others is said at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from twinstack.policy import Fault, Rules
from twinstack.policy.aws import Stack
from twinstack.testing import check_rules

RIGHT = {
    "acme-a": [{"fails": {"aws_sqs_queue": {"jobs": {}}}, "passes": {"aws_sqs_queue": {"jobs": {"tags": {"a": "b"}}}}}]
}


def check(stack: Stack) -> Iterator[Fault]:
    """Whoever is woken at night has to find whose it is."""
    for one in stack.of("aws_sqs_queue"):
        if not one.data.get("tags"):
            yield Fault(one.address, "tags", "none")


def rules(tmp_path: Path, examples: Any, name: str = "acme-a", function: Any = check, **more: Any) -> Rules:
    file = tmp_path / "examples.yaml"
    file.write_text(yaml.safe_dump(examples))
    found = Rules("infrastructure", examples=file)
    found(name, "a title", "a fix", **more)(function)
    return found


def test_rules_with_good_examples_pass(tmp_path: Path) -> None:
    check_rules(rules(tmp_path, RIGHT))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"examples": {}}, "acme-a: no example"),
        ({"examples": []}, "examples.yaml has no rules"),
        ({"examples": {"acme-a": [{"fails": {}}]}}, "examples.yaml, acme-a: an example has `fails` and `passes`"),
        ({"examples": {**RIGHT, "acme-b": []}}, "acme-b: an example of no rule"),
        ({"examples": {"acme-a": [{"fails": {}, "passes": {}}]}}, "acme-a, example 1: it finds nothing in `fails`"),
        (
            {"examples": {"acme-a": [{**RIGHT["acme-a"][0], "passes": {"aws_sqs_queue": {"jobs": {}}}}]}},
            "acme-a, example 1: it finds aws_sqs_queue.jobs tags: none in `passes`",
        ),
        ({"compares": True}, "`fails` and `passes` have `before` and `after`, or do not, as the rule compares"),
        ({"name": "Owner"}, "Owner: its name is not two or more lower-case words with hyphens between them"),
        ({"function": lambda _: iter(())}, "acme-a: no description of why"),
        ({"function": lambda stack: [stack.no]}, "in `fails` it ends with AttributeError"),
        (
            {"function": lambda _: [Fault("", "", "")]},
            "what it finds has no subject, or does not say what stands there",
        ),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    with pytest.raises(AssertionError) as caught:
        check_rules(rules(tmp_path, **{"examples": RIGHT, **change}))
    assert said in str(caught.value)


def test_rules_without_examples_and_no_rules_at_all_are_wrong() -> None:
    with pytest.raises(AssertionError, match=r"there is no rule\nthere are no examples"):
        check_rules(Rules("workloads"))
