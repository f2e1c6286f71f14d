"""The tables of the rooms say in words what a field takes, and when a rule holds."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from pydantic import BaseModel

from docs_generator.example import TODAY, Example
from docs_generator.fields import models_of
from docs_generator.refusals import Refusal, refusals
from docs_generator.rooms import ROOMS, Room
from docs_generator.words import OF_A_RULE, PATTERNS, patterns_in, phrase
from twinstack.environment import Environment
from twinstack.errors import ConfigurationError, Problem
from twinstack.layers.load import load_text
from twinstack.layers.schema import whole_schema


def models() -> Iterator[type[BaseModel]]:
    yield Environment
    for room in ROOMS:
        yield from models_of(type(Example(room).spec))


def test_every_pattern_of_the_models_has_words_and_no_other_has() -> None:
    assert {pattern for model in models() for pattern in patterns_in(whole_schema(model))} == set(PATTERNS)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_the_example_of_a_pattern_fits_it(pattern: str) -> None:
    assert re.search(pattern, PATTERNS[pattern].example)


def test_no_field_says_only_that_it_is_text() -> None:
    """But for what is free text."""
    free = {"group", "example"}
    assert {name for model in models() for name in model.__pydantic_fields__ if phrase(model, name) == "text"} == free


@pytest.mark.parametrize(
    ("folder", "field", "wrong"),
    [
        ("cluster", "version", "1.2"),
        ("postgres", "engine_version", "9"),
        ("postgres", "monitoring_interval_seconds", 2),
        ("redis", "max_memory_policy", "never"),
        ("edge", "rate_limit.window_seconds", 61),
    ],
)
def test_choices_that_only_a_rule_knows_are_those_that_the_rule_allows(folder: str, field: str, wrong: object) -> None:
    (room,) = (room for room in ROOMS if room.folder == folder)
    section, _, name = f"{room.key}.{field}".rpartition(".")
    variants: list[dict[str, object]] = [{}]
    if folder == "cluster":
        variants = [{"cluster.existing": "", "network.nat": "single"}]
    allowed = [
        problem.allowed
        for variant in variants
        for problem in problems(room, {f"{section}.{name}": wrong, **variant})
        if problem.path.endswith(name)
    ]
    assert allowed
    assert told(" ".join(allowed)) in [told(text) for (_, known), text in OF_A_RULE.items() if known == name]


def told(text: str) -> set[str]:
    """The values in it, without the dates and without the source."""
    return set(re.findall(r"(?<![\w-])(?:\d[\d.]*|[a-z]+-[a-z]+)(?![\w-])", re.sub(r" \((to|A)[^)]*\)", "", text)))


def problems(room: Room, changes: dict[str, object]) -> list[Problem]:
    """What is wrong with the example of the room once these values are set."""
    example = Example(room)
    base: dict[str, Any] = yaml.safe_load(example.base)
    layer: dict[str, Any] = yaml.safe_load(example.layer)
    for path, value in changes.items():
        *parents, name = path.split(".")
        here = layer
        for parent in parents:
            here = here.setdefault(parent, {})
        here[name] = value
        if value == "":
            del here[name]
    try:
        kind = type(example.environment)
        load_text(kind, "test", {"base": yaml.safe_dump(base), "test": yaml.safe_dump(layer)}, TODAY)
    except ConfigurationError as error:
        return [*error.problems]
    return []


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.folder)
def test_a_refusal_is_described_by_its_own_room(room: Room) -> None:
    spec = type(Example(room).spec)
    source = "".join(inspect.getsource(model) for model in models_of(spec))
    for one in refusals(spec):
        field = one.field.strip("`").split(".")[-1]
        assert not field or field in spec.__pydantic_fields__ or field in source, (
            f"{one.code} of {room.folder} is about {field}, which it has not"
        )


def test_what_holds_in_production_alone_and_what_can_be_acknowledged_is_said() -> None:
    (postgres,) = (room for room in ROOMS if room.folder == "postgres")
    found = {one.code: one for one in refusals(type(Example(postgres).spec))}
    assert found["TW404"] == Refusal(
        "TW404",
        "production without a standby in a second zone",
        "`multi_az`",
        "only where `protected: true`; can be acknowledged",
    )
    assert found["TW502"].when == "a warning"
    assert found["TW704"].when == "always"
    relaxed = {code for code, one in found.items() if one.when.startswith("only where")}
    assert relaxed == {one.code for one in problems(postgres, {"protected": True, "database.encrypted": False})} | {
        "TW405",  # the example takes its final snapshot
        "TW713",  # and its clients look at the certificate
    }
