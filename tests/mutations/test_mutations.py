"""Production broken in each listed way is caught by the layer that is listed with it; as it is, no layer says a word."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.mutations import layers
from tests.rehearsal.conftest import api_server  # noqa: F401  a fixture
from tests.rehearsal.small_shop import needs_assets
from twinstack.policy.kubernetes.examples import edited
from twinstack.rehearsal.control_plane import ControlPlane

Row = tuple[str, Any, str, str]
TABLE: dict[str, list[Row]] = yaml.safe_load((Path(__file__).parent / "mutations.yaml").read_text(encoding="utf-8"))


def rows(group: str) -> Any:
    return pytest.mark.parametrize(
        ("name", "change", "layer", "code"), TABLE[group], ids=[row[0] for row in TABLE[group]]
    )


def test_production_as_it_is_passes_every_layer() -> None:
    assert layers.load({}) == set()
    assert layers.limits(layers.stack()) == set()
    assert layers.facts(layers.stack()) == set()
    assert layers.policy(layers.manifests(), layers.manifests()) == set()
    assert layers.policy_of_stacks(layers.stack(), layers.stack()) == set()
    assert layers.gate(layers.plan_with({})) == set()


def test_more_than_a_hundred_ways_are_listed_each_once() -> None:
    names = [(group, row[0]) for group, group_rows in TABLE.items() for row in group_rows]
    assert len(set(names)) == len(names) > 100


@rows("values")
def test_a_value(name: str, change: dict[str, Any], layer: str, code: str) -> None:
    assert layer == "load"
    assert code in layers.load(change)


@rows("stack")
def test_an_argument(name: str, change: dict[str, Any], layer: str, code: str) -> None:
    assert layer == "limits"
    assert code in layers.limits(layers.stack_with(change))


@rows("arguments")
def test_a_value_of_an_argument(name: str, change: dict[str, Any], layer: str, code: str) -> None:
    assert layer == "facts"
    assert code in layers.facts(layers.stack_with(change))


@rows("resources")
def test_a_resource(name: str, change: dict[str, Any], layer: str, code: str) -> None:
    assert layer == "policy"
    assert code in layers.policy_of_stacks(layers.stack(), layers.stack_with(change))


@rows("stacks")
def test_a_stack(name: str, change: dict[str, Any], layer: str, code: str) -> None:
    assert layer == "policy"
    assert code in layers.policy_of_stacks(layers.stack(), layers.stack_with(change))


@rows("manifests")
def test_a_manifest(name: str, change: list[dict[str, Any]], layer: str, code: str) -> None:
    assert layer == "policy"
    broken = edited(layers.manifests(), change)
    assert code in layers.policy(broken, broken)


@rows("releases")
def test_a_release(name: str, change: list[dict[str, Any]], layer: str, code: str) -> None:
    assert layer == "policy"
    assert code in layers.policy(layers.manifests(), edited(layers.manifests(), change))


@rows("plans")
def test_a_plan(name: str, change: dict[str, Any], layer: str, code: str) -> None:
    assert layer == "gate"
    assert code in layers.gate(layers.plan_with(change))


@pytest.mark.slow
@needs_assets
@rows("server")
def test_a_schema(
    name: str,
    change: list[dict[str, Any]],
    layer: str,
    code: str,
    api_server: ControlPlane,  # noqa: F811
) -> None:
    assert layer == "server"
    namespace = next(one for one in layers.manifests() if one["kind"] == "Namespace")
    assert api_server.api.apply(namespace).refusal == ""
    (kind_and_name,) = {one["object"] for one in change}
    kind, _, named = kind_and_name.partition("/")
    right, wrong = (
        next(one for one in documents if (one["kind"], one["metadata"]["name"]) == (kind, named))
        for documents in (layers.manifests(), edited(layers.manifests(), change))
    )
    assert api_server.api.apply(right, dry_run=True).refusal == ""
    assert api_server.api.apply(wrong, dry_run=True).refusal != ""
    assert kind == code
