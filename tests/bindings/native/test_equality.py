"""The native engine makes what node makes, byte for byte."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.bindings.native.conftest import Engine

NAMES = [
    "nested",
    "outputs",
    "variables",
    "overrides",
    "overrides_of_lists",
    "empties",
    "numbers",
    "texts",
    "references",
    "references_in_expressions",
    "references_of_other_kinds",
    "references_of_blocks",
    "an_early_reference",
    "a_plain_mapping",
    "changed_afterwards",
    "meta_arguments",
    "twice",
    "moved",
    "the_tree",
    "s3_backend",
    "local_backend",
    "other_backends",
    "functions",
    "operators",
    "aspects",
    "validations",
    "objects",
    "values",
    "patches",
    "applied_patches",
    "unnamed",
    "repeated_ids",
    "numbers_as_ids",
    "outputs_below_outputs",
    "addresses_given_later",
    "blocks_with_nulls",
    "plain_mappings_in_lists",
    "made_names",
    "names_without_hashes",
    "order_of_objects",
    "empty_metadata",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_program_makes_the_same(engines: tuple[Engine, Engine], name: str) -> None:
    native, node = (engine.answer(name) for engine in engines)
    assert "made" in node, node
    assert "made" in native, native
    assert differing_lines(native["made"], node["made"]) == []


def test_every_program_is_compared(engines: tuple[Engine, Engine]) -> None:
    assert engines[0].answer("names") == {"made": " ".join(sorted(NAMES))}


GIVEN: tuple[list[Any], ...] = (
    *([], ["a"], [1], [["a"]], [[1]]),
    *(
        ["a", "b"],
        ["a", "str"],
        ["a", 1],
        [1, 2],
        [1, "a"],
        ["a", ["b"]],
        ["a", [1]],
        [["a"], 1],
        [["a"], ["b"]],
        [["a"], [["b"]]],
    ),
    *(["a", "b", "c"], ["a", 1, 2], [["a"], 1, 2], [["a"], ["b"], ["c"]]),
)
"""Arguments by which each function is tried: some of them are of its kinds."""


def test_every_function_makes_the_same(engines: tuple[Engine, Engine]) -> None:
    names = engines[1].answer([""])["made"].split()
    assert len(names) > 110
    for name in names:
        made = 0
        for given in GIVEN:
            native, node = (engine.answer([name, *given]) for engine in engines)
            assert "refused" in native or native.keys() == node.keys(), (name, given, native, node)
            assert native.get("made") in (None, node.get("made")), (name, given)
            made += "made" in native
        assert made or name == "raw_string", name


def differing_lines(native: str, node: str) -> list[str]:
    """What only one of the two has, by a sign before it."""
    if native == node:
        return []
    lines = difflib.unified_diff(native.splitlines(), node.splitlines(), "native", "node", lineterm="", n=0)
    return [*lines]
