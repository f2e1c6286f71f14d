"""Turns pydantic's validation errors into problems: where, what was given, what is allowed, and the fix."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from twinstack.environment.model import RULE_ERROR, Finding
from twinstack.errors import Location, Problem
from twinstack.layers.allowed import allowed
from twinstack.layers.document import Path_, dotted
from twinstack.layers.merge import SET_LAYER, Merged
from twinstack.layers.not_said import instead_of
from twinstack.layers.pattern_words import words_of
from twinstack.layers.repair import first_sentence, nearest, repair
from twinstack.layers.schema import is_base_only, keys_at, schema_at, whole_schema
from twinstack.layers.secrets_in_text import may_be_secret


def explain(error: ValidationError, kind: type[BaseModel], merged: Merged) -> Iterator[Problem]:
    """A problem for each thing pydantic refused, except in `uses`, which the link rules judge."""
    refused: set[Path_] = set()
    details = [(existing(tuple(each["loc"]), merged.data), each) for each in error.errors(include_url=False)]
    for path, detail in details:
        if "uses" in path[1:2]:
            continue
        if detail["type"] == "too_short" and any(other[: len(path)] == path != other for other, _ in details):
            continue  # pydantic counts only the items that fit, and those that do not are refused themselves
        if detail["type"] == RULE_ERROR:
            yield from (of_rule(finding, path, kind, merged) for finding in detail["ctx"]["findings"])
            continue
        if path in refused:  # the same value, refused once more by another branch of a union
            continue
        refused.add(path)
        yield _explain_one(detail, path, kind, merged)


def of_rule(finding: Finding, path: Path_, kind: type[BaseModel], merged: Merged) -> Problem:
    """What a model's own rule found, with its place."""
    where = (*path, *finding.path)
    place = _place(where, kind, merged) if finding.code == "TW107" else merged.locate(where)
    return Problem(finding.code, finding.message, dotted(where), place, finding.given, finding.allowed, finding.fix)


def shown(value: Any, key: str = "", text: str = "") -> str:
    """A value as a problem shows it: as it is written, short, and never a secret."""
    if isinstance(value, str):
        words = "(not shown)" if may_be_secret(key, value) else f'"{value}" (text)'
    elif isinstance(value, Mapping | list | tuple):
        words = "a mapping" if isinstance(value, Mapping) else "a list"
        words = f"an empty {words[2:]}" if not value else words
    else:
        words = "nothing" if value is None else text or str(value).lower()
    return words if len(words) <= _LONGEST_SHOWN else f"{words[:_LONGEST_SHOWN]}…"


def _explain_one(detail: ErrorDetails, path: Path_, kind: type[BaseModel], merged: Merged) -> Problem:
    location = merged.locate(path)
    where = dotted(path)
    if detail["type"] == "extra_forbidden":
        known = keys_at(kind, path[:-1])
        return Problem(
            "TW103", "unknown key", where, location, str(path[-1]), ", ".join(known), _unknown_key(path, known, kind)
        )
    schema = schema_at(kind, path)
    if detail["type"] == "missing":
        description = first_sentence((schema or {}).get("description", ""))
        phrase = f"{_phrase(kind, schema)}: {description}" if description else _phrase(kind, schema)
        place = _place(path, kind, merged)
        return Problem("TW107", "a value is missing", where, place, "nothing", phrase, _addition(path, place, merged))
    if detail["loc"][-1:] == ("[key]",):
        pattern, choices = (detail.get("ctx", {}).get(name, "") for name in ("pattern", "expected"))
        said = choices.replace("'", "") or detail["msg"].removeprefix("Value error, ")
        return Problem(
            "TW104",
            "the key does not fit",
            where,
            location,
            str(path[-1]),
            _key_words(pattern) if pattern else said,
            "rename it",
        )
    text = _as_written(path, merged)
    # A field whose value has to fit a pattern holds a name: `pull_secret` says where a secret is.
    given = shown(detail["input"], str(path[-1]) if path and not _is_fitted(schema) else "", text)
    fits = _phrase(kind, schema)
    if detail["type"] == "value_error" and not _is_network(schema):
        fits = detail["msg"].removeprefix("Value error, ")
    return Problem("TW104", "the value does not fit", where, location, given, fits, repair(detail, schema or {}, text))


def _place(path: Path_, kind: type[BaseModel], merged: Merged) -> Location:
    """Where a missing value has to be written: in the environment's own file, or in the one that all share."""
    files = _files(merged)
    outer = merged.locate(path)
    if outer is not None and any(isinstance(part, int) for part in path):  # a list stands in one file as a whole
        return outer
    file = files[0] if is_base_only(schema_at(kind, path[:2]) or {}) else files[-1]
    there = [origin.location for origin in merged.origins.get(path[:-1], ()) if origin.location.file == file]
    return there[-1] if there else Location(file)


def _addition(path: Path_, place: Location, merged: Merged) -> str:
    first = _files(merged)[0]
    parent = f" under `{dotted(path[:-1])}`" if path[:-1] else ""
    elsewhere = f", or in {first} for all environments" if place.file != first else ""
    return f"add `{path[-1]}`{parent} in {place.file}{elsewhere}"


def _files(merged: Merged) -> list[str]:
    """The files of the layers, base.yaml first."""
    return list(dict.fromkeys(origin.location.file for origin in merged.origins[()] if origin.layer != SET_LAYER))


def _phrase(kind: type[BaseModel], schema: dict[str, Any] | None) -> str:
    return allowed(schema, whole_schema(kind).get("$defs", {})) if schema else ""


def _is_fitted(schema: Mapping[str, Any] | None) -> bool:
    return any("pattern" in one for one in (schema or {}).get("anyOf", (schema or {},)))


def _is_network(schema: Mapping[str, Any] | None) -> bool:
    return (schema or {}).get("format") == "ipv4network"


def _unknown_key(path: Path_, known: list[str], kind: type[BaseModel]) -> str:
    key = str(path[-1])
    if advice := instead_of(key):
        return advice
    guess = nearest(key, known)
    if guess:
        return f"did you mean `{guess}`?"
    owners = [field for field in keys_at(kind, ()) if key in keys_at(kind, (field,))]
    if len(path) == 1 and owners:
        return f"indent it under {' or '.join(f'`{owner}`' for owner in owners)}"
    return "remove it"


def _key_words(pattern: str) -> str:
    words = words_of(pattern)
    return str(words) if words else f"a key that matches {pattern}"


def _as_written(path: Path_, merged: Merged) -> str:
    origins = merged.origins.get(path)
    return origins[-1].text if origins else ""


def existing(path: Path_, data: Any) -> Path_:
    """The path without what pydantic adds to it (`[key]`, the branch of a union)."""
    for depth, part in enumerate(path):
        if part == "[key]":  # of a key whose value is a mapping, which has none of that name
            return path[:depth]
        if isinstance(data, Mapping):
            if part not in data:
                return path[: depth + 1]
            data = data[part]
        elif isinstance(data, list) and isinstance(part, int) and part < len(data):
            data = data[part]
        else:
            return path[:depth]
    return path


_LONGEST_SHOWN: Final = 80
