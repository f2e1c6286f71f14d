"""What a schema allows, in words."""

from __future__ import annotations

from typing import Any

import pytest

from twinstack.layers.allowed import allowed, join
from twinstack.layers.repair import nearest


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "integer"}, "a whole number"),
        ({"type": "integer", "minimum": 1}, "a whole number, 1 or more"),
        ({"type": "integer", "maximum": 9}, "a whole number, 9 or less"),
        ({"type": "integer", "minimum": 0, "maximum": 9}, "a whole number, 0 to 9"),
        ({"type": "number", "minimum": 0}, "a number, 0 or more"),
        ({"type": "boolean"}, "true or false"),
        ({"type": "null"}, "null"),
        ({"type": "string"}, "text"),
        ({"type": "string", "minLength": 1}, "text that is not empty"),
        ({"type": "string", "minLength": 10}, "text of at least 10 characters"),
        ({"type": "string", "maxLength": 5}, "text of at most 5 characters"),
        ({"type": "string", "minLength": 2, "maxLength": 5}, "text of 2 to 5 characters"),
        ({"type": "string", "pattern": "^a$"}, "text that matches ^a$"),
        ({"type": "string", "pattern": "^a$", "examples": ["a", "aa"]}, "text such as a or aa"),
        ({"type": "string", "format": "ipv4network"}, "an address range such as 10.40.0.0/16"),
        ({"enum": ["a", "b", True]}, "a, b or true"),
        ({"const": False}, "false"),
        ({"$ref": "#/$defs/Color"}, "red or blue"),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, "text, or null"),
        ({"type": "array"}, "a list"),
        ({"type": "array", "items": {"type": "string"}, "minItems": 1}, "a list of at least 1, each text"),
        ({"type": "array", "maxItems": 3}, "a list of at most 3"),
        ({"type": "array", "minItems": 2, "maxItems": 3}, "a list of 2 to 3"),
        ({"type": "object", "properties": {"b": {}, "a": {}}}, "a mapping with a and b"),
        ({"type": "object"}, "a mapping (`key: value`)"),
    ],
)
def test_a_schema_in_words(schema: dict[str, Any], words: str) -> None:
    assert allowed(schema, {"Color": {"enum": ["red", "blue"]}}) == words


def test_words_are_joined_as_people_do() -> None:
    assert [join(words) for words in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == ["", "a", "a or b", "a, b or c"]


@pytest.mark.parametrize(
    ("word", "guess"), [("multi_azz", "multi_az"), ("MULTI_AZ", "multi_az"), ("multi-az", "multi_az"), ("zzz", None)]
)
def test_the_nearest_word_is_the_one_that_was_probably_meant(word: str, guess: str | None) -> None:
    assert nearest(word, ["multi_az", "storage_gib"]) == guess
