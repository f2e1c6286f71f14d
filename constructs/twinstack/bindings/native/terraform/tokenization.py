"""What cdktf has for programs that ask about tokens, as far as they only look."""

from __future__ import annotations

from enum import Enum
from typing import Any

from twinstack.bindings.native.engine import EngineObject
from twinstack.bindings.native.terraform.element import Document
from twinstack.bindings.native.tokens import (
    Expression,
    Resolvable,
    as_list,
    as_mapping,
    as_number,
    as_text,
    expression_of,
    is_token,
    resolve,
)
from twinstack.bindings.native.tree import Construct
from twinstack.bindings.native.unsupported import refuse
from twinstack.bindings.native.values import Data


class Token(EngineObject):
    """Asks about tokens."""

    @staticmethod
    def is_unresolved(value: Any) -> bool:
        if not isinstance(value, str | int | float | list | dict | Resolvable) or isinstance(value, Enum):
            refuse("Token.is_unresolved of such a kind")
        return is_token(value)

    @staticmethod
    def as_string(value: Any) -> str:
        return value if isinstance(value, str) else as_text(_expression("string", value))

    @staticmethod
    def as_number(value: Any) -> float:
        known = isinstance(value, int | float) and not isinstance(value, bool)
        return value if known else as_number(_expression("number", value))

    @staticmethod
    def as_list(value: Any) -> list[str]:
        return as_list(_expression("list", value))

    @staticmethod
    def as_string_map(value: Any) -> dict[str, str]:
        return as_mapping(_expression("string_map", value))

    @staticmethod
    def as_any(value: Any) -> Resolvable:
        return Resolvable(_expression("any", value))


def _expression(kind: str, value: Any) -> Expression:
    """What a value stands for, which a program is to see as something else."""
    if isinstance(value, Data):
        value = value.plain()
    found = expression_of(value)
    return refuse(f"Token.as_{kind} of what is no token") if found is None else found


class StringConcat(EngineObject):
    """How cdktf puts texts together."""


class DefaultTokenResolver(EngineObject):
    """How cdktf resolves tokens."""

    def __init__(self, concat: StringConcat) -> None:
        if type(concat) is not StringConcat:
            refuse("a token resolver of another kind")


class Tokenization(EngineObject):
    """Resolves tokens."""

    @staticmethod
    def is_resolvable(value: Any) -> bool:
        return is_token(value) and not isinstance(value, str | float | list | dict)

    @staticmethod
    def resolve(value: Any, *, scope: Construct, resolver: DefaultTokenResolver, **others: Any) -> Any:
        if others or not isinstance(value, str) or type(resolver) is not DefaultTokenResolver:
            refuse("Tokenization.resolve of anything but text")
        return resolve(value, Document.of(scope))
