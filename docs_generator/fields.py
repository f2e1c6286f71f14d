"""The table of a spec's fields, from the model itself."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any, Final, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from twinstack.environment import Model, Spec, WorkloadSpec
from twinstack.environment.allowed import allowed
from twinstack.environment.schema import is_base_only, whole_schema


def field_tables(spec: type[Spec]) -> Iterator[str]:
    """The spec's own fields, those of the models in them, and what every workload and every spec has."""
    own, workload, common = [], [], []
    for name in spec.__pydantic_fields__:
        owner = _owner(spec, name)
        (common if owner is Spec else workload if issubclass(WorkloadSpec, owner) else own).append(name)
    yield _table(spec, own)
    for model in _nested(spec, own):
        yield f"### {model.__name__}\n\n{_summary(model)}\n\n{_table(model, list(model.__pydantic_fields__))}"
    if workload:
        yield f"### What every workload has\n\n{_table(spec, workload)}"
        for model in _nested(spec, workload):
            if model not in set(_nested(spec, own)):
                yield f"### {model.__name__}\n\n{_summary(model)}\n\n{_table(model, list(model.__pydantic_fields__))}"
    yield f"### What every spec has\n\n{_table(spec, common)}"


def models_of(spec: type[Spec]) -> list[type[BaseModel]]:
    """The spec and every model that its fields lead to."""
    return [spec, *_nested(spec, list(spec.__pydantic_fields__))]


def _table(model: type[BaseModel], names: list[str]) -> str:
    rows = ["| field | type | default | unit | what it is |", "|---|---|---|---|---|"]
    for name in names:
        info = model.__pydantic_fields__[name]
        schema = whole_schema(model)["properties"][name]
        text = (info.description or "").replace("\n", " ").replace("|", "\\|")
        only = " **Only in base.yaml.**" if is_base_only(schema) else ""
        cells = (f"`{name}`", _type(info, schema, model), _default(info), _unit(name, info, schema), f"{text}{only}")
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def _type(info: FieldInfo, schema: Mapping[str, Any], model: type[BaseModel]) -> str:
    models = list(_models_in(info.annotation))
    linked = " or ".join(f"[{one.__name__}](#{one.__name__.lower()})" for one in models)
    container = {"array": "a list of ", "object": "a mapping to "}.get(str(_plain(schema).get("type")), "")
    if models:
        return f"{container}{linked}"
    phrase = allowed(_plain(schema), whole_schema(model).get("$defs", {}))
    return phrase if len(phrase) <= LONGEST_PHRASE else _shortened(phrase)


def _plain(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Without `or null`, which the default says, and without patterns, which the descriptions say in words."""
    others = [each for each in schema.get("anyOf", ()) if each != {"type": "null"}]
    if len(others) == 1:
        schema = {**schema, **others[0]}
        schema.pop("anyOf")
    return _without_patterns(schema)


def _without_patterns(node: Any) -> Any:
    match node:
        case {"examples": _, **_rest}:
            return node
        case dict():
            return {key: _without_patterns(value) for key, value in node.items() if key != "pattern"}
        case list():
            return [_without_patterns(each) for each in node]
    return node


def _shortened(phrase: str) -> str:
    """A long choice of numbers by its ends."""
    *most, last = phrase.replace(" or ", ", ").split(", ")
    return f"one of {', '.join(most[:SHOWN])}, … {last}" if last.isdigit() else phrase


def _default(info: FieldInfo) -> str:
    if info.is_required():
        return "**needed**"
    value = info.get_default(call_default_factory=True, validated_data={})
    match value:
        case None | "" | () | []:
            return "none"
        case BaseModel():
            return "its own defaults"
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


def _unit(name: str, info: FieldInfo, schema: Mapping[str, Any]) -> str:
    for suffix, unit in SUFFIXES.items():
        if name.endswith(suffix):
            return unit
    examples = _plain(schema).get("examples", [])
    for unit, known in QUANTITIES.items():
        if examples == known:
            return unit
    return "percent" if "in percent" in (info.description or "") else ""


def _owner(spec: type[BaseModel], name: str) -> type:
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


SUFFIXES: Final = {
    "_gib": "GiB", "_mib": "MiB", "_days": "days", "_seconds": "seconds", "_window": "UTC", "_cidrs": "addresses",
}  # fmt: skip
QUANTITIES: Final = {"cores": ["250m", "0.5"], "bytes": ["256Mi", "1Gi"]}
LONGEST_PHRASE: Final = 90
SHOWN: Final = 8
