"""Data types and value classes, made of their tables."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from twinstack.bindings.native.engine import engine_name
from twinstack.bindings.native.tokens import null
from twinstack.bindings.native.unsupported import is_meant, meant
from twinstack.bindings.native.values import Data, convert

Fields = Mapping[str, tuple[str, str, bool]]
"""By Python's name: the name in the output, the kind, whether it has to be given."""


class Struct(Data):
    """Values by keyword, as the generated data types take them; None counts as not given."""

    __slots__ = ("_values",)
    _fields: ClassVar[Fields] = {}
    _required: ClassVar[frozenset[str]] = frozenset()
    _nulls: ClassVar[Sequence[str]] = ()
    """What is written as null where it is not given."""

    def __init__(self, **values: Any) -> None:
        self._values = given = {name: value for name, value in values.items() if value is not None}
        if not (given.keys() <= self._fields.keys() and self._required <= given.keys()):
            refuse_keywords(self._fields, given, type(self).__name__)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name not in self._fields:
            raise meant(AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}"))
        value, kind = self._values.get(name), self._fields[name][1]
        if kind[0] == "S" and isinstance(value, Mapping):
            return getattr(sys.modules[type(self).__module__], kind[1:])(**value)
        return value

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other._values == self._values

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{key}={value!r}' for key, value in self._values.items())})"

    def plain(self) -> dict[str, Any]:
        """The values under their names in the output."""
        fields, module = self._fields, type(self).__module__
        made = {fields[name][0]: convert(value, fields[name][1], module, name) for name, value in self._values.items()}
        return made | {fields[name][0]: null() for name in self._nulls if name not in self._values}


def refuse_keywords(fields: Fields, given: Mapping[str, Any], whose: str) -> None:
    """Says what Python says of a call with the wrong keywords."""
    unknown = [name for name in given if name not in fields]
    if unknown:
        raise meant(TypeError(f"{whose}.__init__() got an unexpected keyword argument {unknown[0]!r}"))
    missing = [repr(name) for name, field in fields.items() if field[2] and name not in given]
    if missing:
        *rest, last = missing
        names = f"{', '.join(rest)}{',' if len(rest) > 1 else ''} and {last}" if rest else last
        plural = "s" if rest else ""
        raise meant(
            TypeError(f"{whose}.__init__() missing {len(missing)} required keyword-only argument{plural}: {names}")
        )


def given_to(kind: type, config: type[Struct], given: Mapping[str, Any], path: str) -> dict[str, Any]:
    """The arguments of an element or an object, as plain data. Raises TypeError with its class and path."""
    kept = {name: value for name, value in given.items() if value is not None}
    try:
        if not (kept.keys() <= config._fields.keys() and config._required <= kept.keys()):
            refuse_keywords(config._fields, kept, engine_name(kind))
        return config(**kept).plain()
    except TypeError as error:
        if not is_meant(error):
            raise
        raise meant(TypeError(f"{error} ({engine_name(kind)} at {path})"), is_certain=True) from None


def path_below(scope: Any, id_: str) -> str:
    """The path that a construct is about to have."""
    path = getattr(getattr(scope, "node", None), "path", "")
    return f"{path}/{id_}" if path else id_


def struct_of(module: str, name: str) -> type[Struct]:
    """A data type by the module that has it."""
    found: type[Struct] = getattr(sys.modules[module], name)
    return found


class Value(Data):
    """A value of two kinds, `IntOrString` or `Quantity`."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value: Any = value

    @classmethod
    def from_string(cls, value: str) -> Value:
        return cls(convert(value, "s", cls.__module__, "value"))

    @classmethod
    def from_number(cls, value: float) -> Value:
        return cls(convert(value, "n", cls.__module__, "value"))

    def plain(self) -> Any:
        """The value itself."""
        return self.value


def struct(module: str, name: str, fields: Fields, nulls: Sequence[str] = ()) -> type[Struct]:
    """The class of a data type."""
    required = frozenset(key for key, field in fields.items() if field[2])
    body = {"__slots__": (), "__module__": module, "_fields": fields, "_required": required, "_nulls": nulls}
    return type(name, (Struct,), body)


def value_class(module: str, name: str) -> type[Value]:
    """The class of a value of two kinds."""
    return type(name, (Value,), {"__slots__": (), "__module__": module})
