"""What to do about a value that does not fit: the last line of a problem."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from ipaddress import IPv4Network
from typing import Any, Final

from pydantic_core import ErrorDetails

from twinstack.layers.pattern_words import words_of
from twinstack.layers.secrets_in_text import may_be_secret


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that was probably meant."""
    words = list(known)
    if (same := [each for each in words if each.lower() == word.lower()]) and word not in same:
        return same[0]
    matches = difflib.get_close_matches(word, words, n=1, cutoff=0.6)
    if not matches and len(word) >= _TELLING:
        matches = [each for each in words if word.lower() in each.lower()]
    return matches[0] if matches else None


def first_sentence(description: str) -> str:
    """What a description begins with, in one line: a problem has no room for the rest."""
    paragraph = " ".join(description.partition("\n\n")[0].split())
    return re.split(r"(?<=\.)\s", paragraph)[0]


def repair(detail: ErrorDetails, schema: Mapping[str, Any], text: str) -> str:
    """The fix for one of pydantic's errors; `schema` is the value's, `text` how YAML has it where it is no text."""
    value, kind, context = detail["input"], detail["type"], detail.get("ctx", {})
    schema = _without_null(schema)
    if value is None:
        return (
            "remove the line, or indent under it what belongs to it"
            if kind in _MAPPINGS
            else "remove the line, or give a value"
        )
    if schema.get("format") == "ipv4network":
        return _network(value)
    match kind:
        case "string_type":
            return _as_text(text, schema) if text else _of_type(schema)
        case "int_type" | "int_parsing" | "bool_type" | "bool_parsing" if isinstance(value, str):
            return _without_quotes(value, kind)
        case "enum" | "literal_error":
            guess = nearest(value, map(str, schema.get("enum", ()))) if isinstance(value, str) else None
            return f"did you mean `{guess}`?" if guess else "choose one of these"
        case "tuple_type" | "list_type" if isinstance(value, str | int):
            return f"write a list: [{value}]"
        case "greater_than_equal":
            return f"raise it to {context['ge']} or more"
        case "less_than_equal":
            return f"lower it to {context['le']} or less"
        case "too_short":
            return f"name {context['min_length']} or more"
        case "too_long":
            return f"name {context['max_length']} or fewer"
        case "string_too_long":
            return f"shorten it to {context['max_length']} characters or fewer"
        case "string_too_short":
            return f"write {context['min_length']} characters or more"
        case "string_pattern_mismatch" | "value_error" if isinstance(value, str):
            hidden = may_be_secret(str(detail["loc"][-1]), value)
            guess = None if hidden else similar(value, schema.get("pattern", context.get("pattern", "")))
            if guess:
                return f"did you mean `{guess}`?"
            return _example(schema) if kind == "string_pattern_mismatch" else _another(schema)
        case _ if kind in _MAPPINGS and isinstance(value, str):
            return _as_mapping(value, schema)
    return _of_type(schema)


def _of_type(schema: Mapping[str, Any]) -> str:
    return _OF_TYPE.get(schema.get("type", ""), _OTHERWISE)


def _without_null(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a value may be, of one that may be null as well."""
    others = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    return {**schema, **others[0]} if len(others) == 1 else schema


def similar(value: str, pattern: str) -> str | None:
    """What fits the pattern once blanks, capitals and underscores are gone, the fewest of them that will do; of an ARN what it
    names; a slash before a path; a unit as Kubernetes writes it. None where the value itself fits: something else is wrong.
    """
    if not pattern or re.search(pattern, value):
        return None
    joined = "-".join(value.split())
    named = joined.rpartition(":")[2].partition("/")[2] if joined.startswith("arn:") else ""
    spelt = (joined, joined.lower(), joined.lower().replace("_", "-"), *filter(None, [named]))
    candidates = (*spelt, f"/{joined}", *_in_units(value))
    return next((each for each in candidates if re.search(pattern, each)), None)


def _in_units(value: str) -> Iterator[str]:
    """`128MB` and `128 mb` are `128M`; `128m`, which would be thousandths of a byte, is `128Mi`."""
    if written := _QUANTITY.fullmatch(value):
        number, letter, rest = written[1], written[2].upper(), written[3].lower()
        is_binary = rest.startswith("i") or (not rest and written[2] == "m")
        yield f"{number}{letter}i" if is_binary else f"{number}{'k' if letter == 'K' else letter}"


def _as_mapping(value: str, schema: Mapping[str, Any]) -> str:
    """`/health` for what takes two paths is `{live: /health, ready: /health}`."""
    fields = schema.get("properties", {})
    (usual, *_) = schema.get("examples") or [{}]
    needed = [name for name in (*schema.get("required", ()), *usual) if name in fields]
    if not needed:
        return "write a mapping (`key: value`)"
    fits = all(_fits(fields[name], value) for name in needed)
    return "write a mapping: {" + ", ".join(f"{name}: {value if fits else '…'}" for name in needed) + "}"


def _fits(field: Mapping[str, Any], value: str) -> bool:
    """Whether it is text of the form that the field has."""
    patterns = [each["pattern"] for each in (field, *field.get("anyOf", ())) if "pattern" in each]
    return any(re.search(pattern, value) for pattern in patterns)


def _as_text(text: str, schema: Mapping[str, Any]) -> str:
    if examples := schema.get("examples"):
        return f"write it in its unit and format, for example {examples[0]}"
    return f'quote it: "{text}"' if re.search(schema.get("pattern", ""), text) else _example(schema)


def _without_quotes(value: str, kind: str) -> str:
    if kind.startswith("bool"):
        word = _SWITCHES.get(value.lower())
        return f"write {word}, without quotes" if word else "write true or false"
    if re.fullmatch("-?[0-9]+", value):
        return f"remove the quotes: {value}"
    number = re.match("[0-9]+", value)
    return f"write the number alone, {number[0]}, in the unit that the key names" if number else "write a number"


def _example(schema: Mapping[str, Any]) -> str:
    """An example from the description that fits the pattern; without one what the description says it is."""
    description = schema.get("description", "")
    quoted = [each for each in re.findall("`([^`]+)`", description) if not each.isidentifier()]
    example = next((each for each in quoted if re.search(schema.get("pattern", ""), each)), None)
    if example:
        return f"write it like {example}"
    if examples := schema.get("examples"):
        return f"write it in its unit and format, for example {examples[0]}"
    words = words_of(schema.get("pattern", ""))
    if words and not _ARTICLE.match(description):
        return f"write it like {words.example}"
    article = _ARTICLE.match(description)
    return (
        f"write {article[0].lower()}{first_sentence(description)[article.end() :].rstrip('.')}"
        if article
        else _OTHERWISE
    )


def _another(schema: Mapping[str, Any]) -> str:
    """For a value that has the right form, and is none of those that are taken."""
    words = words_of(schema.get("pattern", ""))
    example = next(iter(schema.get("examples", ())), words.example if words else "")
    return f"write it like {example}" if example else _OTHERWISE


def _network(value: object) -> str:
    try:
        return f"did you mean {IPv4Network(str(value), strict=False)}?"
    except ValueError:
        return "write a range of IPv4" if ":" in str(value) else "write it as address/length"


_MAPPINGS: Final = frozenset({"model_type", "dict_type", "model_attributes_type"})
_SWITCHES: Final = {"true": "true", "yes": "true", "on": "true", "false": "false", "no": "false", "off": "false"}
_QUANTITY: Final = re.compile(r"([0-9]+(?:\.[0-9]+)?) *([KkMmGgTt])(i?[Bb]?)")
_OTHERWISE: Final = "correct the value"
_OF_TYPE: Final = {
    "object": "write a mapping (`key: value`)",
    "array": "write a list (`[one, two]`)",
    "integer": "write a whole number",
    "number": "write a number",
    "boolean": "write true or false",
    "string": "write text",
}
_ARTICLE: Final = re.compile("(The|An?) ")
_TELLING: Final = 3
"""Fewer letters than these say nothing of the word that contains them."""
