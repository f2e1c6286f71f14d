"""Terraform's functions and operators, as parts of expressions."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Final

from twinstack.bindings.native.engine import EngineClass, EngineObject
from twinstack.bindings.native.guard import guarded
from twinstack.bindings.native.structs import refuse_keywords
from twinstack.bindings.native.tokens import (
    Expression,
    Resolvable,
    as_list,
    as_number,
    as_text,
    expression_of,
    is_token,
    parts,
    require_no_token,
)
from twinstack.bindings.native.unsupported import meant, refuse
from twinstack.bindings.native.values import anything, convert


class Call(Expression):
    """A function with its arguments."""

    def __init__(self, name: str, arguments: Sequence[Any]) -> None:
        self._name, self._arguments = name, arguments

    def text(self, stack: object) -> str:
        return f"{self._name}({', '.join(argument(one, stack) for one in self._arguments)})"


class Conditional(Expression):
    """One of two values."""

    def __init__(self, arguments: Sequence[Any]) -> None:
        self._arguments = arguments

    def text(self, stack: object) -> str:
        condition, true, false = (argument(one, stack) for one in self._arguments)
        return f"{condition} ? {true} : {false}"


class Property(Expression):
    """A place in a value, by names and numbers."""

    def __init__(self, value: Any, path: Sequence[Any]) -> None:
        self._value, self._path = value, path

    def text(self, stack: object) -> str:
        return "".join([argument(self._value, stack), *(f".{_name(one)}" for one in self._path)])


class Operation(Expression):
    """An operator between two arguments, or before one."""

    def __init__(self, sign: str, arguments: Sequence[Any]) -> None:
        self._sign, self._arguments = sign, arguments

    def text(self, stack: object) -> str:
        *left, right = (argument(one, stack) for one in self._arguments)
        return f"({left[0]} {self._sign} {right})" if left else f"{self._sign}{right}"


def argument(value: Any, stack: object) -> str:
    """A value as a part of an expression: texts in quotes, references bare."""
    expression = expression_of(value)
    if expression is not None:
        return expression.text(stack)
    match value:
        case True:
            return "true"
        case int() | float() if value is not False:
            return str(value)
        case str():
            return f'"{"".join(_part(one, stack) for one in parts(value))}"'
        case list():
            return f"[{', '.join(argument(one, stack) for one in value)}]"
        case dict():
            return f"{{{', '.join(f'{_key(key)} = {argument(one, stack)}' for key, one in value.items())}}}"
    return refuse(f"{value!r} as an argument of a function")  # cdktf 0.21 writes `undefined` for None and False


def _name(part: Any) -> str:
    is_number = isinstance(part, int) and not isinstance(part, bool)
    known = is_number or (isinstance(part, str) and _NAME.fullmatch(part) and not is_token(part))
    return str(part) if known else refuse(f"{part!r} as a part of a path")


def _key(key: str) -> str:
    return f'"{key}"' if _PLAIN.fullmatch(key) else refuse(f"the key {key!r} in an argument of a function")


def _part(part: str | Expression, stack: object) -> str:
    if isinstance(part, Expression):
        return f"${{{part.text(stack)}}}"
    require_no_token(part)
    if not _PLAIN.fullmatch(part):
        refuse(f"the text {part!r} as an argument of a function")
    return part


class Functions(EngineClass):
    """What has each function as a method of its own, made of the table."""

    _functions: Mapping[str, Sequence[Any]]

    def __getattr__(self, name: str) -> Any:
        found = self._functions.get(name)
        if found is None:
            return super().__getattr__(name)
        made = guarded(_function(f"{self.__name__}.{name}", *found))
        setattr(self, name, staticmethod(made))
        return made

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self._functions})


class Fn(EngineObject, metaclass=Functions):
    """Terraform's functions."""

    _functions: ClassVar[Mapping[str, Sequence[Any]]] = {}

    @staticmethod
    def conditional(condition: Any, true_value: Any, false_value: Any) -> Any:
        return Resolvable(Conditional([anything(condition), anything(true_value), anything(false_value)]))

    @staticmethod
    def lookup(input_map: Any, key: str, default_value: Any = None) -> Any:
        if _is_none(default_value):
            return Fn.lookup_nested(input_map, [convert(key, "s", "cdktf", "key")])
        given = [anything(input_map), convert(key, "s", "cdktf", "key"), anything(default_value)]
        return as_text(Call("lookup", given))

    @staticmethod
    def lookup_nested(input_map: Any, path: Sequence[Any]) -> Any:
        return as_text(Property(anything(input_map), convert(path, "Lx", "cdktf", "path")))

    @staticmethod
    def range(start: float, limit: float, step: float = 1) -> Any:
        given = {"start": start, "limit": limit, "step": step}
        return as_list(Call("range", [convert(value, "n", "cdktf", name) for name, value in given.items()]))


class Op(EngineObject):
    """Terraform's operators."""

    @staticmethod
    def not_(expression: Any) -> Any:
        return Resolvable(Operation("!", [anything(expression)]))

    @staticmethod
    def negate(expression: Any) -> Any:
        return as_number(Operation("-", [anything(expression)]))


def _function(
    called: str, name: str, gives: str, parameters: Sequence[Sequence[str]], optional: int, takes_many: int
) -> Callable[..., Any]:
    make = _GIVES.get(gives)
    if make is None:
        refuse(called)
    fields = {key: (key, kind, index < len(parameters) - optional) for index, (key, kind) in enumerate(parameters)}

    def call(*values: Any, **named: Any) -> Any:
        given = {**dict(zip(fields, values, strict=False)), **named}
        if len(given) < len(values) + len(named):
            raise meant(TypeError(f"{called} takes {', '.join(fields)}, each once"))
        refuse_keywords(fields, given, called)
        for key, (_, _, is_required) in fields.items():
            if not is_required and key in given and _is_none(given[key]):
                refuse(f"{called} with {given[key]!r} as {key}")
        made = [convert(given[key], kind, "cdktf", key) for key, (_, kind, _) in fields.items() if key in given]
        if takes_many:
            if expression_of(made[-1]) is not None:
                refuse(f"{called} of a list that is a token")
            made[-1:] = made[-1]
        return make(Call(name, made))

    return call


def _operator(sign: str, make: Callable[[Expression], Any]) -> Any:
    def of_two(left: Any, right: Any) -> Any:
        if _is_none(right):
            refuse(f"{right!r} on the right of {sign}")  # cdktf 0.21 writes `undefined`
        return make(Operation(sign, [anything(left), anything(right)]))

    return staticmethod(guarded(of_two))


def _is_none(value: Any) -> bool:
    """Whether JavaScript takes a value for none: 0, false and an empty text as well."""
    return value is None or (isinstance(value, int | float | str) and not value)


_PLAIN: Final = re.compile(r"(?:[^\"\\\n\r\t$%]|[$%](?!\{))*")
"""Texts that stand in quotes as they are."""
_GIVES: Final = {"s": as_text, "n": as_number, "Ls": as_list, "x": as_text, "R": Resolvable}
"""The token of each kind: of what may be anything cdktf 0.21 gives a text."""
_NAME: Final = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_OPERATORS: Final = {
    **dict.fromkeys(("add", "sub", "mul", "div", "mod"), as_number),
    **dict.fromkeys(("eq", "neq", "gt", "gte", "lt", "lte", "and_", "or_"), Resolvable),
}
_SIGNS: Final = ("+", "-", "*", "/", "%", "==", "!=", ">", ">=", "<", "<=", "&&", "||")
for (_method, _make), _sign in zip(_OPERATORS.items(), _SIGNS, strict=True):
    setattr(Op, _method, _operator(_sign, _make))
