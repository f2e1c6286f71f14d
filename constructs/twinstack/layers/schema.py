"""The JSON Schema of an environment class: whole, at one path, and of one YAML layer, for editors.

A layer is partial, so nothing is required in it except inside lists, which a later layer replaces whole.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

from pydantic import BaseModel

Schema = dict[str, Any]
Path_ = tuple[str | int, ...]


@cache
def whole_schema(kind: type[BaseModel]) -> Schema:
    """What pydantic says of the class. Shared: not to be changed."""
    return kind.model_json_schema()


def schema_at(kind: type[BaseModel], path: Path_) -> Schema | None:
    """The schema of the value at this path, references followed; None where nothing may stand."""
    whole = whole_schema(kind)
    here: Schema | None = whole
    for part in path:
        here = _step(whole, here, part)
        if here is None:
            return None
    return _resolved(whole, here) if here is not None else None


def branches_at(kind: type[BaseModel], path: Path_) -> list[Schema]:
    """What may stand at this path: one schema for each branch of a union; none where nothing may."""
    schema = schema_at(kind, path)
    return [*_branches(whole_schema(kind), schema)] if schema else []


def keys_at(kind: type[BaseModel], path: Path_) -> list[str]:
    """The keys that a model at this path knows, sorted; none where any key is taken, or no mapping stands."""
    schema = schema_at(kind, path)
    if schema is None:
        return []
    return sorted({key for branch in _branches(whole_schema(kind), schema) for key in branch.get("properties", ())})


def layer_schema(kind: type[BaseModel], *, base: bool) -> Schema:
    """The schema of base.yaml, or of any other layer, which may not hold what only base.yaml holds."""
    schema = copy.deepcopy(whole_schema(kind))
    definitions = schema.get("$defs", {})
    whole = set(_reached(definitions, [schema, *definitions.values()], in_lists=True))
    for name, definition in ({"": schema} | definitions).items():
        _trim(definition, is_partial=name not in whole, base=base)
    used = set(_reached(definitions, [schema], in_lists=False))
    schema["$defs"] = {name: definitions[name] for name in sorted(used)}
    layer = "what all environments share (base.yaml)" if base else "what one environment changes"
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"{kind.__name__}: {layer}",
        **{key: value for key, value in schema.items() if key != "title"},
    }


def _step(whole: Schema, here: Schema | None, part: str | int) -> Schema | None:
    if here is None:
        return None
    for branch in _branches(whole, here):
        if isinstance(part, int):
            if "items" in branch:
                return branch["items"]
        elif part in branch.get("properties", {}):
            return branch["properties"][part]
        elif isinstance(branch.get("additionalProperties"), dict):
            return branch["additionalProperties"]
        elif patterns := branch.get("patternProperties", {}):
            # A key that fits none is refused itself; what stands under it is judged all the same.
            found = (value for pattern, value in patterns.items() if re.search(pattern, part))
            return next(found, next(iter(patterns.values())))
    return None


def _branches(whole: Schema, schema: Schema) -> Iterator[Schema]:
    resolved = _resolved(whole, schema)
    alternatives = resolved.get("anyOf")
    if alternatives is None:
        yield resolved
    else:
        for alternative in alternatives:
            yield from _branches(whole, alternative)


def _resolved(whole: Schema, schema: Schema) -> Schema:
    """The schema with its reference followed: what stands beside the reference says more, and wins."""
    reference = schema.get("$ref")
    if reference is None:
        return schema
    return {**whole["$defs"][reference.removeprefix(_REFERENCE)], **{k: v for k, v in schema.items() if k != "$ref"}}


def _reached(definitions: Schema, roots: list[Schema], *, in_lists: bool) -> Iterator[str]:
    """The names of the definitions that these schemas lead to; `in_lists`: only through the items of a list."""
    seen: set[str] = set()

    def walk(node: Any, counts: bool) -> Iterator[str]:
        if isinstance(node, list):
            for each in node:
                yield from walk(each, counts)
        elif isinstance(node, dict):
            if counts and isinstance(reference := node.get("$ref"), str):
                name = reference.removeprefix(_REFERENCE)
                if name not in seen:
                    seen.add(name)
                    yield name
                    yield from walk(definitions[name], True)
            for key, each in node.items():
                if key != "$defs":
                    yield from walk(each, counts or key == "items")

    for root in roots:
        yield from walk(root, not in_lists)


def _trim(definition: Schema, *, is_partial: bool, base: bool) -> None:
    if is_partial:
        definition.pop("required", None)
    definition.pop("title", None)
    properties = definition.get("properties")
    if properties is None:
        return
    for key, value in [*properties.items()]:
        is_base_only = _pop_marker(value)
        if is_base_only and not base:
            del properties[key]
            continue
        value.pop("title", None)
        _flatten_null(value)
        notes = [value.get("description", "")]
        if value.get("default", None) is None:
            value.pop("default", None)
        else:
            notes.append(f"Default: `{_shown(value['default'])}`.")
        if is_base_only:
            notes.append("Only in base.yaml: the same in every environment.")
        if any(notes):
            value["markdownDescription"] = "\n\n".join(filter(None, notes))


def _pop_marker(value: Schema) -> bool:
    """Takes `base_only` away, wherever a nested annotation has put it, and says whether it was there."""
    found = [part.pop("base_only") for part in (value, *value.get("anyOf", ())) if "base_only" in part]
    return any(found)


def _flatten_null(value: Schema) -> None:
    """`X or null` as one schema with two types: editors explain that better than a choice."""
    alternatives = value.get("anyOf", ())
    others = [each for each in alternatives if each != {"type": "null"}]
    match others:
        case [{"type": str(name), **rest}] if len(others) < len(alternatives) and "enum" not in rest:
            del value["anyOf"]
            value.update({**rest, "type": [name, "null"]})


def _shown(value: Any) -> str:
    match value:
        case bool():
            return str(value).lower()
        case list():
            return ", ".join(map(str, value))
    return str(value)


def is_base_only(schema: Mapping[str, Any]) -> bool:
    """Whether only base.yaml may hold the value with this schema."""
    return any(part.get("base_only") for part in (schema, *schema.get("anyOf", ())))


_REFERENCE: Final = "#/$defs/"
