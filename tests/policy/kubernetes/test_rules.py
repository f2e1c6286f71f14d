"""The rules over manifests: each finds its example and its siblings, and nothing in what is right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from twinstack.policy.kubernetes import faults, faults_between
from twinstack.policy.kubernetes.catalogue import RULES
from twinstack.policy.kubernetes.examples import edited, edits, right, wrong

ROOT = Path(__file__).parents[3]
CASES = yaml.safe_load(Path(__file__).with_name("cases.yaml").read_text(encoding="utf-8"))
FOUND: list[tuple[str, str, list[dict[str, Any]]]] = CASES["found"]
RIGHT: list[tuple[str, list[dict[str, Any]]]] = CASES["right"]


def found_in(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    every = [*faults(before), *faults(after), *faults_between(before, after)]
    return {rule.id: f"{fault.subject}: {fault.path}: {fault.given}" for rule, fault in every}


def of(changes: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    before = edited(right(), [one for one in changes if not one.get("after")])
    return found_in(before, edited(before, [one for one in changes if one.get("after")]))


def test_nothing_is_found_in_what_is_right() -> None:
    assert found_in(right(), right()) == {}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_finds_its_example_and_says_what_to_do(rule: Any) -> None:
    before, after = wrong(rule.id)
    every = [*(faults_between(before, after) if rule.compares else faults(after))]
    mine = [fault for one, fault in every if one is rule]
    assert mine, every
    assert all(fault.subject and fault.given for fault in mine)
    assert rule.why.endswith((".", ":"))
    assert rule.title
    assert rule.fix


def test_every_rule_has_an_example_and_a_name_of_its_own() -> None:
    assert sorted(edits()) == sorted(rule.id for rule in RULES)


@pytest.mark.parametrize(("rule", "name", "changes"), FOUND, ids=[f"{one[0]}: {one[1]}" for one in FOUND])
def test_a_sibling_is_found(rule: str, name: str, changes: list[dict[str, Any]]) -> None:
    assert rule in of(changes)


@pytest.mark.parametrize(("name", "changes"), RIGHT, ids=[one[0] for one in RIGHT])
def test_the_repaired_form_is_not(name: str, changes: list[dict[str, Any]]) -> None:
    assert of(changes) == {}


@pytest.mark.parametrize("environment", ["dev", "staging", "prod", "prod-nginx", "prod-gateway"])
def test_the_reviewed_output_is_right(environment: str) -> None:
    documents = [
        document
        for file in sorted((ROOT / "tests/golden" / environment).glob("*.k8s.yaml"))
        for document in yaml.safe_load_all(file.read_text(encoding="utf-8"))
    ]
    assert found_in(documents, documents) == {}


ODD: list[Any] = [None, "text", 7, True, ["text"], [None], [{}], {"a": "b"}, {"a": None}]


@pytest.mark.parametrize("turn", range(len(ODD)))
def test_no_shape_of_a_value_ends_a_rule(turn: int) -> None:
    """An escape hatch writes what it likes, and no schema has looked at it yet: each place has each odd value in turn."""
    places = [paths(one) for one in right()]
    for index in range(turn, max(map(len, places)), len(ODD)):
        for odd in ODD:
            manifests = [
                replaced(one, there[index], odd) if index < len(there) else one
                for one, there in zip(right(), places, strict=True)
            ]
            list(faults(manifests))
            list(faults_between(right(), manifests))


def paths(data: Any) -> list[tuple[Any, ...]]:
    """Every place in a manifest."""
    if not isinstance(data, dict | list):
        return []
    items = data.items() if isinstance(data, dict) else enumerate(data)
    return [(key, *rest) for key, value in items for rest in ((), *paths(value))]


def replaced(data: Any, path: tuple[Any, ...], odd: object) -> Any:
    """A copy with something odd at one place."""
    if not path:
        return odd
    copied = dict(data) if isinstance(data, dict) else list(data)
    copied[path[0]] = replaced(data[path[0]], path[1:], odd)
    return copied


def test_what_a_secret_holds_is_not_shown() -> None:
    manifests = [{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a"}, "data": {"pin": 91735}}]
    (fault,) = [fault for rule, fault in faults(manifests) if rule.id == "data-is-none"]
    assert "91735" not in f"{fault.given} {fault.allowed}"
