"""What cdktf has for programs that ask about tokens, as far as they only look."""

from __future__ import annotations

from typing import Any

from twinstack.bindings.native.engine import EngineObject
from twinstack.bindings.native.terraform.element import Document
from twinstack.bindings.native.tokens import expression_of, is_token, resolve
from twinstack.bindings.native.tree import Construct
from twinstack.bindings.native.unsupported import refuse


class Token(EngineObject):
    """Asks about tokens."""

    @staticmethod
    def is_unresolved(value: Any) -> bool:
        return is_token(value)

    @staticmethod
    def as_string(value: Any) -> str:
        return value if isinstance(value, str) else refuse("Token.as_string of what is no text")

    @staticmethod
    def as_number(value: Any) -> float:
        known = isinstance(value, int | float) and not isinstance(value, bool)
        return value if known else refuse("Token.as_number of what is no number")

    @staticmethod
    def as_list(value: Any) -> list[str]:
        known = isinstance(value, list) and expression_of(value) is not None
        return value if known else refuse("Token.as_list of what is no list of a token")


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
