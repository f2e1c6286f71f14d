"""Checks what a program gives and turns it into plain data, as JSON has it."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from enum import Enum
from typing import Any, ClassVar, Final, TypeVar

from twinstack.bindings.native.guard import guard_members
from twinstack.bindings.native.tokens import (
    Resolvable,
    expression_of,
    is_number_token,
    is_token,
    require_no_token,
)
from twinstack.bindings.native.unsupported import meant, refuse

T = TypeVar("T")


class Data:
    """What gives plain data of itself: a data type, a value class, a token of a block."""

    __slots__ = ()
    is_anything: ClassVar[bool] = False
    """Whether it may stand where anything may: jsii 1.142 passes the others on in a form of its own there."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if cls.__module__.startswith(__package__ or ""):
            guard_members(cls)

    def plain(self) -> Any:
        """As plain data, copied: a later change of what was given changes nothing."""
        raise NotImplementedError


def convert(value: Any, kind: str, module: str, name: str) -> Any:
    """A given value as plain data. `kind` is a code of the tables, `module` where its data types are.

    Raises TypeError for one of another type, UnsupportedError for what this engine does not take.
    """
    if kind[0] == "R":
        if isinstance(value, Resolvable):
            return value
        kind = kind[1:]
    if kind == UNKNOWN:
        refuse(f"{module}: the argument {name}")
    made = _CONVERTERS[kind[0]](value, kind[1:], module, name)
    if made is _WRONG:
        if not isinstance(value, str | int | float | list | dict) or isinstance(value, Enum) or value == []:
            refuse(f"{module}: a {type(value).__name__} as the argument {name}")
        raise meant(TypeError(f"{name} takes {words(kind)}, not {_shown(value)}"))
    return made


def anything(value: Any) -> Any:
    """A value of which nothing is known, as plain data."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, int | float) and not isinstance(value, Enum):
        return number(value)
    if isinstance(value, Data) and value.is_anything:
        return value.plain()
    if isinstance(value, Resolvable):
        return value
    if isinstance(value, dict):
        return numbers_first({known_key(key): anything(one) for key, one in value.items() if one is not None})
    if isinstance(value, list):
        return [anything(one) for one in value]
    return refuse(f"a value of type {type(value).__name__}")


def text(value: Any, what: str) -> str:
    """A text that a method takes; anything else is left to node, which refuses most of it."""
    return str(value) if isinstance(value, str) else refuse(f"{what}: a {type(value).__name__}")


def require_words(value: Any, where: str) -> None:
    """Refuses keys that cdktf 0.21 would write otherwise, in words with underscores between them."""
    if isinstance(value, dict):
        for key, one in value.items():
            if not _WORDS_OF_A_KEY.fullmatch(key):
                refuse(f"{where}: the key {key!r}")
            require_words(one, where)
    elif isinstance(value, list):
        for one in value:
            require_words(one, where)


def without_tokens(value: Any, where: str) -> Any:
    """A value of plain data, in which cdk8s would find no token of cdktf's."""
    if is_token(value) or (isinstance(value, str) and "TfToken[" in value):
        refuse(f"{where}: a token")
    if isinstance(value, str):
        require_no_token(value)
    inner = (*value, *value.values()) if isinstance(value, dict) else value if isinstance(value, list) else ()
    for one in inner:
        without_tokens(one, where)
    return value


def known_key(key: Any) -> str:
    """A key as text; one that is no text, or that JavaScript keeps apart, is refused."""
    return str(key) if isinstance(key, str) and key != "__proto__" else refuse(f"the key {key!r}")


def numbers_first(value: dict[str, T]) -> dict[str, T]:
    """Keys that are numbers stand first by size, as in every JavaScript object."""
    numbers = [key for key in value if key[:1].isdigit() and _INDEX.fullmatch(key) and int(key) <= _LARGEST_INDEX]
    if not numbers:
        return value
    return {key: value[key] for key in (*sorted(numbers, key=int), *(key for key in value if key not in numbers))}


def number(value: float) -> Any:
    """As JavaScript writes it: no fraction of zero. What the two write differently, or keep differently, is refused."""
    if isinstance(value, float) and is_number_token(value):
        return value
    if value and not _SMALLEST <= abs(value) <= _LARGEST:
        refuse(f"the number {value}")
    return int(value) if isinstance(value, float) and value.is_integer() else value


def words(kind: str) -> str:
    """What a kind takes, in words."""
    if kind[0] in "LM":
        return f"{_WORDS[kind[0]]} {words(kind[1:].removeprefix('R'))}"
    return kind[1:] if kind[0] == "S" else _WORDS.get(kind[0], "something else")


def _shown(value: Any) -> str:
    text = repr(value)
    return f"{text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + '…'} ({type(value).__name__})"


def _text(value: Any, _kind: str, _module: str, _name: str) -> Any:
    return str(value) if isinstance(value, str) else _WRONG


def _boolean(value: Any, _kind: str, _module: str, _name: str) -> Any:
    return value if isinstance(value, bool) else _WRONG


def _number(value: Any, _kind: str, _module: str, _name: str) -> Any:
    known = isinstance(value, int | float) and not isinstance(value, bool | Enum)
    return number(value) if known else _WRONG


def _list(value: Any, kind: str, module: str, name: str) -> Any:
    if not isinstance(value, list):
        return _WRONG
    if len(value) == 1 and expression_of(value) is not None:
        return [*value] if kind == "s" else refuse(f"{module}: a list that is a token as the argument {name}")
    return [_member(one, kind, module, f"{name}[{index}]") for index, one in enumerate(value)]


def _member(value: Any, kind: str, module: str, name: str) -> Any:
    """Jsii 1.142 takes a plain mapping for a data type, but within a list it passes on Python's names."""
    if value is None or not _has_one_name(value, kind.removeprefix("R"), module):
        refuse(f"{module}: {'None' if value is None else 'a plain mapping'} as {name}")
    return convert(value, kind, module, name)


def _has_one_name(value: Any, kind: str, module: str) -> bool:
    """Whether all that a plain mapping gives for a data type is called the same in Python and in JavaScript."""
    if isinstance(value, list) and kind[0] == "L":
        return all(_has_one_name(one, kind[1:].removeprefix("R"), module) for one in value)
    if not isinstance(value, Mapping) or kind[0] != "S":
        return True
    fields = getattr(sys.modules[module], kind[1:])._fields
    return all(
        name in fields and "_" not in name and _has_one_name(one, fields[name][1].removeprefix("R"), module)
        for name, one in value.items()
    )


def _mapping(value: Any, kind: str, module: str, name: str) -> Any:
    if not isinstance(value, dict):
        return _WRONG
    return {known_key(key): _member(one, kind, module, f"{name}[{key!r}]") for key, one in value.items()}


def _struct(value: Any, kind: str, module: str, _name: str) -> Any:
    wanted = getattr(sys.modules[module], kind)
    if isinstance(value, dict):
        if not value.keys() <= wanted._fields.keys():
            refuse(f"{module}: a mapping with other keys than those of {kind}")
        value = wanted(**value)
    return value.plain() if isinstance(value, wanted) else _WRONG


def _value_class(value: Any, kind: str, module: str, _name: str) -> Any:
    return value.plain() if type(value) is getattr(sys.modules[module], kind) else _WRONG


def _anything(value: Any, _kind: str, _module: str, _name: str) -> Any:
    return anything(value)


UNKNOWN: Final = "?"
_WRONG: Final = object()
_SMALLEST: Final = 1e-4
"""Below it Python writes an exponent, and JavaScript from 1e-7 on."""
_LARGEST: Final = 2**53
_WORDS_OF_A_KEY: Final = re.compile(r"([a-z]+|s3)(_([a-z]+|s3))*")
_INDEX: Final = re.compile(r"0|[1-9][0-9]{0,9}")
_LARGEST_INDEX: Final = 2**32 - 2
_LONGEST_SHOWN: Final = 60
_CONVERTERS: Final = {
    "s": _text,
    "b": _boolean,
    "n": _number,
    "L": _list,
    "M": _mapping,
    "S": _struct,
    "O": _value_class,
    "x": _anything,
}
_WORDS: Final = {
    "s": "a text",
    "b": "True or False",
    "n": "a number",
    "L": "a list of",
    "M": "a mapping of",
    "O": "an object made by from_string or from_number",
    "x": "anything",
}
