"""The table of a spec's fields, from the model itself."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from docs_generator.words import PATTERNS, phrase, without_null
from twinstack.environment import Model, Spec, WorkloadSpec
from twinstack.environment.descriptions import description_of
from twinstack.layers.schema import is_base_only, whole_schema


def field_tables(spec: type[Spec]) -> Iterator[str]:
    """The spec's own fields, those of the models in them, and what every workload and every spec has."""
    own, workload, common = [], [], []
    for name in spec.__pydantic_fields__:
        owner = owner_of(spec, name)
        (common if owner is Spec else workload if issubclass(WorkloadSpec, owner) else own).append(name)
    yield table(spec, own)
    for model in _nested(spec, own):
        yield f"### {model.__name__}\n\n{_summary(model)}\n\n{table(model, list(model.__pydantic_fields__))}"
    if workload:
        yield f"### What every workload has\n\n{table(spec, workload)}"
        for model in _nested(spec, workload):
            if model not in set(_nested(spec, own)):
                yield f"### {model.__name__}\n\n{_summary(model)}\n\n{table(model, list(model.__pydantic_fields__))}"
    yield f"### What every spec has\n\n{table(spec, common)}"


def models_of(spec: type[Spec]) -> list[type[BaseModel]]:
    """The spec and every model that its fields lead to."""
    return [spec, *_nested(spec, list(spec.__pydantic_fields__))]


def table(model: type[BaseModel], names: Sequence[str]) -> str:
    """A row for each of these fields."""
    rows = ["| field | type | default | what it is |", "|---|---|---|---|"]
    for name in names:
        info = model.__pydantic_fields__[name]
        schema = whole_schema(model)["properties"][name]
        text = description_of(model, name).replace("\n", " ").replace("|", "\\|")
        only = " **Only in base.yaml.**" if is_base_only(schema) else ""
        cells = (f"`{name}`", _type(info, schema, model, name), _default(info), f"{text}{only}")
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def _type(info: FieldInfo, schema: Mapping[str, Any], model: type[BaseModel], name: str) -> str:
    models = list(_models_in(info.annotation))
    if not models:
        return phrase(model, name)
    plain = without_null(schema)
    linked = " or ".join(f"[{one.__name__}](#{one.__name__.lower()})" for one in models)
    keys = [PATTERNS[pattern].keys for pattern in plain.get("patternProperties", ())] or ["words"]
    container = {"array": "a list of ", "object": f"a mapping from {keys[0]} to "}.get(str(plain.get("type")), "")
    return f"{container}{linked}"


def _default(info: FieldInfo) -> str:
    if info.is_required():
        return "**needed**"
    value = info.get_default(call_default_factory=True, validated_data={})
    match value:
        case None | "" | () | []:
            return "none"
        case BaseModel():
            return "its own defaults"
        case (BaseModel(), *_):
            return f"`{json.dumps([one.model_dump(mode='json', exclude_defaults=True) for one in value])}`"
        case dict() if not value:
            return "none"
        case bool():
            return f"`{str(value).lower()}`"
        case tuple():
            return f"`[{', '.join(map(str, value))}]`"
        case Enum():
            return f"`{value.value}`"
        case str():
            return f"`{value}`"
    return f"`{json.dumps(value)}`"


def owner_of(spec: type[BaseModel], name: str) -> type:
    """The class that declares the field."""
    return next(one for one in reversed(spec.__mro__) if name in inspect.get_annotations(one))


def _nested(model: type[BaseModel], names: list[str], seen: list[type[BaseModel]] | None = None) -> list[Any]:
    seen = [] if seen is None else seen
    for name in names:
        for one in _models_in(model.__pydantic_fields__[name].annotation):
            if one not in seen:
                seen.append(one)
                _nested(one, list(one.__pydantic_fields__), seen)
    return seen


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, Model):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_in(argument)


def _summary(model: type[BaseModel]) -> str:
    return (inspect.getdoc(model) or "").split("\n\n")[0].replace("\n", " ")
