"""A tag that one service would refuse is refused when the environment loads; what is left fits them all."""

from __future__ import annotations

from typing import Any

import pytest

from tests.shop import Shop
from twinstack.environment.tags import (
    LONGEST_KEY,
    LONGEST_TITLE,
    LONGEST_VALUE,
    MOST,
    PUNCTUATION,
    RESERVED,
    check_tags,
    own_tags,
)

OWN = own_tags("live", "shop")
"""What twinstack puts on everything."""


def codes(problems: Any) -> list[tuple[str, str]]:
    return [(problem.code, problem.path) for problem in problems]


@pytest.mark.parametrize(
    "tag",
    ["Owner: R&D", "Owner: 'R&D (platform)'", "Owner: a,b", "Owner: it's", "Owner: '100%'", "Owner: '${path.module}'", "Owner: '%{if a}'",
     "Owner: \"a\\nb\"", "'${path.module}': x", "'%{x}': x", "'a&b': x", "'': x", "'aws:cost': x", "'AWS:cost': x", "'rds:a': x",
     "Owner: 'aws:x'", f"Owner: {'x' * 257}", f"{'k' * 129}: x"],
)  # fmt: skip
def test_a_tag_that_some_service_refuses_is_refused(refuse: Any, tag: str) -> None:
    problems = refuse(f"tags: {{{tag}}}")
    assert [problem.code for problem in problems] == ["TW104"]
    assert problems[0].path.startswith("tags")


@pytest.mark.parametrize(
    "tag", ["Owner: 'Platform: a_b.c/d=e+f-g@h'", "Kostenstelle: Übergröße 4711", "Owner: ''", f"Owner: {'x' * 256}"]
)
def test_a_tag_that_all_take_is_taken(accept: Any, tag: str) -> None:
    assert accept(f"tags: {{{tag}}}").warnings == ()


@pytest.mark.parametrize("key", ["environment", "ENVIRONMENT", "managedby", "name", "Name", "KUBERNETES.IO/role/elb"])
def test_a_key_that_differs_from_one_of_twinstacks_in_case_alone_is_refused(refuse: Any, key: str) -> None:
    assert codes(refuse(f"tags: {{{key}: x}}")) == [("TW761", f"tags.{key}")]


def test_two_keys_that_differ_in_case_alone_are_refused(refuse: Any) -> None:
    (problem,) = refuse("tags: {Owner: a, owner: b}")
    assert (problem.code, problem.path, problem.given, problem.fix) == (
        "TW761", "tags.owner", "owner, beside Owner", "write it as Owner",
    )  # fmt: skip


def test_a_value_for_one_of_twinstacks_own_keys_is_taken(accept: Any) -> None:
    assert accept("tags: {Product: the shop}").environment.context.tags["Product"] == "the shop"


def test_as_many_tags_are_taken_as_leave_room_for_twinstacks(accept: Any, refuse: Any) -> None:
    most = MOST - len(OWN) - 2
    tags = [f"k{index}: x" for index in range(most + 1)]
    assert accept(f"tags: {{{', '.join(tags[:-1])}}}").warnings == ()
    assert codes(refuse(f"tags: {{{', '.join(tags)}}}")) == [("TW762", "tags")]
    assert [*check_tags({f"k{index}": "x" for index in range(most)}, OWN)] == []


@pytest.mark.parametrize(
    "layer",
    [
        "database: {title: 'R&D'}",
        "database: {title: ''}",
        f"database: {{title: {'x' * (LONGEST_TITLE + 1)}}}",
        "database: {title: 'aws:x'}",
    ],
)
def test_a_title_is_a_tag_too(refuse: Any, layer: str) -> None:
    assert codes(refuse(layer)) == [("TW104", "database.title")]


def test_the_limits_are_those_of_the_strictest_service() -> None:
    from twinstack.quotas.api_texts import api_texts

    keys, values = zip(*api_texts().tags.values(), strict=True)
    assert min(rule.longest for rule in keys if rule.longest) == LONGEST_KEY
    assert min(rule.longest for rule in values if rule.longest) == LONGEST_VALUE
    text = "Übergröße 4711" + PUNCTUATION
    assert all(rule.refusal(text) == "" for rule in (*keys, *values))
    assert Shop.__pydantic_fields__["tags"]
    assert RESERVED[0] == "aws:"
    for other in "&()%$,;!?#*'\"<>[]{}|\\~^`\t\n\u0000€":
        assert any(rule.refusal(f"a{other}b") for rule in keys), other
