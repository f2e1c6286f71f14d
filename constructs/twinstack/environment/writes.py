"""Which argument of AWS's provider a field becomes, said in the field's own annotation.

`storage_gib: Annotated[int, Writes("aws_db_instance", "allocated_storage")]` is all there is to do: loading holds the value
against what AWS takes of that argument (`twinstack.facts`), and whoever finds the argument wrong in the output names this
field's line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from twinstack.environment.model import Model

Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Writes:
    """Stands in a field's annotation."""

    type: str
    """The resource type, `aws_db_instance`."""
    argument: str
    """The argument, `allocated_storage`, or in blocks `scaling_config.min_size`."""
    through: str = ""
    """The property of the same model that is written, where it is not the field's value itself."""


@dataclass(slots=True)
class Written:
    """What one model's fields write of one resource."""

    type: str
    arguments: dict[str, Any]
    """As Terraform's JSON has them, with what the construct always writes beside (`arguments_beside`)."""
    places: dict[str, Place] = field(default_factory=dict[str, Place])
    """The field behind each argument, from the spec on."""


def written_by(model: Model, place: Place = ()) -> Iterator[Written]:
    """What the fields of a model, and of every model in it, write. A field that is not set writes nothing."""
    found: list[Written] = []
    silent = model.not_in_force()
    for name, info in type(model).__pydantic_fields__.items():
        value = getattr(model, name)
        for one in info.metadata:
            if isinstance(one, Writes) and name not in silent:
                plain = _plain(getattr(model, one.through or name))
                if plain is not None:
                    written = _beginning(found, model, one)
                    _put(written.arguments, one.argument.split("."), plain)
                    written.places[one.argument] = (*place, name)
        yield from _inside(value, (*place, name))
    yield from found


def declared(kind: type[Model]) -> Iterator[tuple[str, Writes]]:
    """The declarations of a class, each with its field."""
    for name, info in kind.__pydantic_fields__.items():
        for one in info.metadata:
            if isinstance(one, Writes):
                yield name, one


def _beginning(found: list[Written], model: Model, one: Writes) -> Written:
    """The resource that a declaration goes on with; another one where two fields write one argument."""
    for written in found:
        if written.type == one.type and one.argument not in written.places:
            return written
    written = Written(one.type, {})
    for argument, value in model.arguments_beside().get(one.type, {}).items():
        _put(written.arguments, argument.split("."), value)
    found.append(written)
    return written


def _inside(value: Any, place: Place) -> Iterator[Written]:
    match value:
        case Model():
            yield from written_by(value, place)
        case Mapping():
            for key, inner in value.items():
                yield from _inside(inner, (*place, key))
        case tuple():
            for index, inner in enumerate(value):
                yield from _inside(inner, (*place, index))
        case _:
            return


def _put(arguments: dict[str, Any], path: list[str], value: Any) -> None:
    """Puts a value at its path, into blocks that are made where there are none."""
    for name in path[:-1]:
        arguments = arguments.setdefault(name, {})
    arguments[path[-1]] = value


def _plain(value: Any) -> Any:
    """A value as Terraform's JSON has it: numbers, texts and lists."""
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(inner) for inner in value]
    return str(value)
