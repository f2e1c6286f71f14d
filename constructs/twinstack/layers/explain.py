"""Where every value of an environment comes from: its layers, its default, or the property that computes it."""

from __future__ import annotations

import dataclasses
import inspect
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any, Final

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from twinstack.environment.spec import Spec
from twinstack.errors import Location, UsageError
from twinstack.layers.allowed import allowed
from twinstack.layers.document import Path_, dotted
from twinstack.layers.load import Loaded
from twinstack.layers.merge import Merged, Origin
from twinstack.layers.repair import nearest
from twinstack.layers.schema import is_base_only, schema_at, whole_schema


class Kind(StrEnum):
    """How a value came to be."""

    WRITTEN = "written"
    DEFAULT = "default"
    COMPUTED = "computed"


@dataclass(frozen=True, slots=True)
class Explanation:
    """One value and everything known of it."""

    path: str
    value: Any
    """Plain data."""
    kind: Kind
    owner: str
    """The class that has the field, `PostgresSpec`; of a computed value with the property, `PostgresSpec.url`."""
    origins: tuple[Origin, ...] = ()
    """What every layer says, the weakest first; the last one holds."""
    description: str = ""
    allowed: str = ""
    default: Any = None
    is_required: bool = False
    """Whether some layer has to say it: there is no default."""
    base_only: bool = False
    not_in_force: str = ""
    """Why nothing is made of it as things are; empty where it is in force."""

    @property
    def source(self) -> str:
        """`environments/prod.yaml:14`, `the default, in PostgresSpec`, `computed by PostgresSpec.identifier`."""
        return _source(self.kind, self.origins[-1].location if self.origins else None, self.owner)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the whole environment: a value, or a section with entries of its own."""

    name: str
    value: Any
    source: str
    entries: tuple[Entry, ...] = ()


def explain(loaded: Loaded[Any], path: str) -> Explanation:
    """Explains the value at `database.multi_az`, `backend.uses[0]`, `database.identifier`.

    Raises UsageError for a path that leads nowhere, with the nearest one that does.
    """
    parts = split(path)
    here: Any = loaded.environment
    owner: type = type(here)
    field: FieldInfo | None = None
    computed = ""
    for depth, part in enumerate(parts):
        field = None
        if isinstance(here, BaseModel) and not computed:
            owner = _owner(type(here), str(part))
            field = type(here).__pydantic_fields__.get(str(part))
            computed = "" if field else str(part)
        here = _step(here, part, parts[:depth], path)
    if computed:
        name = f"{owner.__name__}.{computed}"
        return Explanation(path, plain(here), Kind.COMPUTED, name, description=_docstring(owner, computed))
    return _field(loaded, parts, here, owner.__name__, field)


def entries(loaded: Loaded[Any], path: str = "") -> tuple[Entry, ...]:
    """The effective environment, or its section at this path, in the order of its class, with every value's source."""
    parts = split(path) if path else ()
    here: Any = loaded.environment
    for depth, part in enumerate(parts):
        here = _step(here, part, parts[:depth], path)
    return tuple(_entries(here, parts, loaded.merged)) if isinstance(here, BaseModel | Mapping) else ()


def split(path: str) -> Path_:
    """`backend.uses[0]` is `("backend", "uses", 0)`. Raises UsageError for anything else."""
    parts: list[str | int] = []
    for piece in path.split("."):
        match = _PIECE.fullmatch(piece)
        if match is None:
            raise UsageError(f'"{path}" is no path: write it dotted, for example database.multi_az or backend.uses[0]')
        parts += [match[1], *(int(index) for index in re.findall("[0-9]+", match[2]))]
    return tuple(parts)


def plain(value: Any) -> Any:
    """The value as JSON could say it."""
    match value:
        case None | bool() | int() | float():
            return value
        case str():
            return str(value)
        case Spec() if value.key:
            return value.key
        case BaseModel():
            return {name: plain(getattr(value, name)) for name in type(value).__pydantic_fields__}
        case Mapping():
            return {str(key): plain(inner) for key, inner in value.items()}
        case list() | tuple() | set() | frozenset() | Iterator():
            return [plain(inner) for inner in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    return str(value)


def _field(loaded: Loaded[Any], parts: Path_, value: Any, owner: str, field: FieldInfo | None) -> Explanation:
    kind = type(loaded.environment)
    schema = schema_at(kind, parts) or {}
    origins = tuple(loaded.merged.origins.get(parts, ()))
    is_required = field is not None and field.is_required()
    return Explanation(
        dotted(parts),
        _data(value),
        Kind.WRITTEN if origins else Kind.DEFAULT,
        owner,
        origins,
        schema.get("description", ""),
        allowed(schema, whole_schema(kind).get("$defs", {})) if schema else "",
        plain(field.get_default(call_default_factory=True)) if field and not is_required else None,
        is_required,
        is_base_only(schema),
        _not_in_force(loaded.environment, parts),
    )


def _not_in_force(environment: Any, path: Path_) -> str:
    spec = getattr(environment, str(path[0]), None) if len(path) > 1 else None
    why = spec.not_in_force().get(str(path[1])) if isinstance(spec, Spec) else None
    return f"with {why.because_of}, {why.reason}" if why else ""


def _step(here: Any, part: str | int, before: Path_, path: str) -> Any:
    match here:
        case Mapping() if part in here:
            return here[part]
        case list() | tuple() if isinstance(part, int) and part < len(here):
            return here[part]
    known = _names(here)
    if isinstance(part, str) and part in known and not isinstance(here, Mapping):
        return getattr(here, part)
    place = f" in {dotted(before)}" if before else ""
    if isinstance(part, int):
        items = f"it has {len(here)}, counted from 0" if isinstance(here, list | tuple) else "it is no list"
        raise UsageError(f'"{path}": there is no [{part}]{place}; {items}')
    guess = nearest(part, known)
    rest = (
        f': did you mean "{dotted((*before, guess))}"?'
        if guess
        else f"; there is {', '.join(known)}"
        if known
        else "; it is a single value"
    )
    raise UsageError(f'"{path}": there is no "{part}"{place}{rest}')


def _names(here: Any) -> list[str]:
    if isinstance(here, BaseModel):
        return [*type(here).__pydantic_fields__, *_properties(type(here))]
    if isinstance(here, Mapping):
        return [str(key) for key in here]
    if dataclasses.is_dataclass(here):
        return [*(field.name for field in dataclasses.fields(here)), *_properties(type(here))]
    return []


def _properties(kind: type) -> list[str]:
    """The public properties that this library and its users' classes define, not those of pydantic."""
    return [
        name
        for owner in kind.__mro__
        if owner is not object and not owner.__module__.startswith("pydantic")
        for name, member in vars(owner).items()
        if isinstance(member, property | cached_property) and not name.startswith("_")
    ]


def _owner(kind: type, name: str) -> type:
    """The class that defines a field or property."""
    return next(
        (owner for owner in kind.__mro__ if name in vars(owner) or name in inspect.get_annotations(owner)), kind
    )


def _docstring(owner: type, name: str) -> str:
    member = vars(owner).get(name)
    return inspect.cleandoc(getattr(member, "__doc__", None) or "")


def _data(value: Any) -> Any:
    """A field's own data: unlike `plain`, a whole spec is shown with its fields."""
    return (
        {name: plain(getattr(value, name)) for name in type(value).__pydantic_fields__}
        if isinstance(value, Spec)
        else plain(value)
    )


def _entries(value: Any, path: Path_, merged: Merged) -> Iterator[Entry]:
    owner = type(value) if isinstance(value, BaseModel) else None
    items = ((name, getattr(value, name)) for name in owner.__pydantic_fields__) if owner else value.items()
    idle = value.not_in_force() if isinstance(value, Spec) else {}
    for name, inner in items:
        where = (*path, name)
        origins = merged.origins.get(where, ())
        below = tuple(_entries(inner, where, merged)) if isinstance(inner, BaseModel | Mapping) else ()
        kind = Kind.WRITTEN if origins else Kind.DEFAULT
        source = (
            ""
            if below
            else _source(kind, origins[-1].location if origins else None, _owner(owner, name).__name__ if owner else "")
        )
        if name in idle and source:
            source += ", not in force"
        yield Entry(str(name), None if below else _data(inner), source, below)


def _source(kind: Kind, location: Location | None, owner: str) -> str:
    if location is not None:
        return str(location)
    return f"computed by {owner}" if kind is Kind.COMPUTED else f"the default, in {owner}" if owner else "the default"


_PIECE: Final = re.compile(r"([A-Za-z_][A-Za-z0-9_ -]*)((?:\[[0-9]+\])*)")
