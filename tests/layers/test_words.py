"""What a problem says is for people: no regular expression, and for what no field says a way to have it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

import twinstack
from stacks import AnalyticsEnvironment
from twinstack.environment.quantities import memory_bytes
from twinstack.errors import Problem
from twinstack.layers.allowed import allowed
from twinstack.layers.load import Loaded
from twinstack.layers.not_said import _INSTEAD, instead_of  # pyright: ignore[reportPrivateUsage]
from twinstack.layers.pattern_words import words_of
from twinstack.layers.repair import similar
from twinstack.layers.schema import whole_schema

PACKAGE = Path(twinstack.__file__).parent
Refuse = Callable[..., Sequence[Problem]]
Accept = Callable[..., Loaded[Any]]


def strings(schema: Any) -> Iterator[dict[str, Any]]:
    """Every schema of a text in a schema."""
    if isinstance(schema, dict):
        if isinstance(schema.get("pattern"), str):
            yield schema
        for value in schema.values():
            yield from strings(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from strings(value)


PATTERNS = {one["pattern"]: one for one in strings(whole_schema(AnalyticsEnvironment))}


@pytest.mark.parametrize("pattern", PATTERNS)
def test_what_a_pattern_allows_is_said_in_words_with_an_example_that_fits(pattern: str) -> None:
    schema = PATTERNS[pattern]
    examples = schema.get("examples") or [getattr(words_of(pattern), "example", None)]
    for example in examples:
        assert example is not None, f"say in twinstack/layers/pattern_words.py what it allows: {pattern}"
        assert re.search(pattern, example.strip("'"))
    assert pattern not in allowed(schema, {})


@pytest.mark.parametrize(
    ("key", "words"),
    [
        *((key, "escape-hatches.md") for key in ("annotations", "host_aliases")),
        *((key, "escape-hatches.md") for key in ("service_type", "hostAliases")),
        ("env_from_secret", "`provided` secrets"),
        *((key, "`placement`") for key in ("node_selector", "tolerations", "nodeSelector", "affinity")),
        ("replicas", "`scale: {min: 2, max: 2}`"),
        ("livenessProbe", "`health`"),
        ("persistence", "`bucket`"),
        *((key, "`kept_volumes`") for key in ("volumes", "extraVolumes")),
        ("extraContainers", "`sidecars`"),
        ("configFiles", "`mounted_files`"),
    ],
)
def test_what_no_field_says_is_told_where_to_have_it(refuse: Refuse, key: str, words: str) -> None:
    (problem,) = refuse(f"web: {{{key}: {{name: thing}}}}")
    assert (problem.code, problem.path) == ("TW103", f"web.{key}")
    assert words in problem.fix
    assert problem.fix == instead_of(key)


def test_a_further_host_is_told_its_field(refuse: Refuse) -> None:
    (problem,) = refuse("web: {hosts: [www.acme.example]}")
    assert "`other_hosts`" in problem.fix


def test_the_fields_that_advice_names_are_there() -> None:
    schema = whole_schema(AnalyticsEnvironment)
    fields = {key for model in schema["$defs"].values() for key in model.get("properties", ())}
    named = {name for advice in _INSTEAD.values() for name in re.findall(r"`\{?([a-z_]+)(?:[:`])", advice)}
    assert {"scale", "other_hosts", "mounted_files", "health"} <= named
    assert all((PACKAGE / kind / "spec.py").is_file() for kind in named - fields)


@pytest.mark.parametrize("field", ["pull_secret", "variables_from: {KEY: {key: a, secret"])
def test_the_name_of_a_secret_is_shown(refuse: Refuse, field: str) -> None:
    (problem,) = refuse(f"web: {{{field}: My_Registry" + "}" * (1 + field.count("{")))
    assert (problem.code, problem.given) == ("TW104", '"My_Registry" (text)')


def test_what_stands_under_a_key_that_does_not_fit_is_explained_too(refuse: Refuse) -> None:
    key, value = refuse("web: {variables_from: {STRIPE-KEY: {key: a, config_map: Stripe_}}}")
    assert (key.message, value.path) == ("the key does not fit", "web.variables_from.STRIPE-KEY.config_map")
    assert value.allowed.startswith("the name of a Secret, ConfigMap or StorageClass")


def test_a_key_that_means_nothing_is_to_be_removed(refuse: Refuse) -> None:
    (problem,) = refuse("web: {zzz: 1}")
    assert problem.fix == "remove it"


@pytest.mark.parametrize(
    ("health", "fix"),
    [
        ("/health", "write a mapping: {live: /health, ready: /health}"),
        ("health", "write a mapping: {live: …, ready: …}"),
        ("{live: health/live, ready: /ready}", "did you mean `/health/live`?"),
    ],
)
def test_a_health_in_another_form_is_written_out(refuse: Refuse, base: str, health: str, fix: str) -> None:
    (problem,) = refuse(base=base.replace("{live: /live, ready: /ready}", health))
    assert problem.fix == fix


def test_a_code_that_there_is_not_is_named_as_one(accept: Accept) -> None:
    loaded = accept("database:\n  acknowledge: {TW699: nobody knows it at all, TW404: nothing needs it at all}")
    assert [(one.code, one.path) for one in loaded.warnings] == [
        ("TW491", "database.acknowledge.TW404"),
        ("TW781", "database.acknowledge.TW699"),
    ]


@pytest.mark.parametrize(
    ("written", "meant"),
    [("128MB", "128M"), ("128mb", "128M"), ("128m", "128Mi"), ("128 Mi", "128Mi"), ("1gib", "1Gi"), ("512k", "512k")],
)
def test_a_quantity_in_another_unit_is_led_to_one_of_kubernetes(written: str, meant: str) -> None:
    pattern = next(one for one, schema in PATTERNS.items() if "256Mi" in schema.get("examples", ()))
    assert (similar(written, pattern) or written) == meant
    assert memory_bytes(meant) >= 128 * 1000
