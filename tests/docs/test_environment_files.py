"""What the page of the environment files says of layers is so."""

from __future__ import annotations

from typing import Any

import pytest

from docs_generator.example import TODAY, Example
from docs_generator.rooms import ROOMS
from twinstack.errors import ConfigurationError
from twinstack.layers.load import Loaded, load_text

(REDIS,) = (room for room in ROOMS if room.folder == "redis")


def load(room: Any, base: str, layer: str, **assignments: object) -> Loaded[Any]:
    example = Example(room)
    layers = {"base": example.base + base, "test": example.layer + layer}
    set_ = {path.replace("__", "."): value for path, value in assignments.items()}
    return load_text(type(example.environment), "test", layers, TODAY, set=set_)


def codes(room: Any, base: str, layer: str, **assignments: object) -> list[str]:
    with pytest.raises(ConfigurationError) as raised:
        load(room, base, layer, **assignments)
    return [problem.code for problem in raised.value.problems]


def test_a_mapping_is_merged_key_by_key_and_what_is_not_named_stays() -> None:
    loaded = load(REDIS, "", "\ncache: {nodes: 3}\n")
    assert (loaded.environment.specs["cache"].nodes, loaded.environment.specs["cache"].engine) == (3, "valkey")


def test_a_list_is_replaced_whole() -> None:
    base = Example(REDIS).base.partition("\ncache:")[0]
    assert "inbound_cidrs" not in base
    cidrs = [
        load(REDIS, "tags: {}\n", "", cluster__public_access_cidrs=given)
        .environment.specs["cluster"]
        .public_access_cidrs
        for given in (["203.0.113.0/24", "198.51.100.0/24"], ["192.0.2.0/24"])
    ]
    assert [len(one) for one in cidrs] == [2, 1]


def test_set_lies_on_top() -> None:
    loaded = load(REDIS, "", "\ncache: {nodes: 1}\n", cache__nodes=3)
    assert loaded.environment.specs["cache"].nodes == 3


def test_a_key_without_a_value_takes_an_optional_value_away_and_is_refused_where_one_is_needed() -> None:
    assert load(REDIS, "", "\ncache:\n  title:\n").environment.specs["cache"].title is None
    assert codes(REDIS, "", "\ncache:\n  nodes:\n") == ["TW104"]


def test_a_number_for_a_text_is_refused() -> None:
    assert codes(REDIS, "", "\nversion: 1.10\n") == ["TW104"]


def test_a_key_that_nobody_knows_is_refused() -> None:
    assert codes(REDIS, "", "\ncache: {node: 2}\n") == ["TW103"]


def test_a_key_of_base_yaml_is_refused_elsewhere() -> None:
    assert codes(REDIS, "", "\napi: {port: 9000}\n") == ["TW106"]
    assert "TW106" in codes(REDIS, "", "", api__port=9000)


def test_an_acknowledged_rule_passes_and_an_acknowledgement_that_nothing_needs_is_warned_of() -> None:
    reason = '{nodes: 1, acknowledge: {TW404: "the cache can be filled again"}}'
    assert codes(REDIS, "", "\nprotected: true\ncache: {nodes: 1}\n") == ["TW404"]
    assert not load(REDIS, "", f"\nprotected: true\ncache: {reason}\n").warnings
    assert {one.code for one in load(REDIS, "", f"\ncache: {reason}\n").warnings} == {"TW491"}
