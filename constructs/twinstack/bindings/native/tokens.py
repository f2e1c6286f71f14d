"""Stands for values that are known later: texts, numbers, lists and mappings by which a program passes a reference on.

As with cdktf 0.21 a program sees `${TfToken[TOKEN.3]}` of a text, a number of -8.1e298, a list of one `#{TfToken[…]}`,
a mapping with one `&{TfToken[…]}`; which number a reference has depends on the engine, and on all that was asked before.
"""

from __future__ import annotations

import re
import struct
from abc import ABC, abstractmethod
from typing import Any, Final

from twinstack.bindings.native.unsupported import meant, refuse


class Expression(ABC):
    """What a token stands for."""

    @abstractmethod
    def text(self, stack: object) -> str:
        """As a part of another expression, in the output of `stack`."""

    def value(self, stack: object) -> Any:
        """As a whole value."""
        return f"${{{self.text(stack)}}}"


class Reference(Expression):
    """An address of Terraform's, in the stack that has it."""

    def __init__(self, address: str, stack: object) -> None:
        self.address = address
        self._stack = stack

    def text(self, stack: object) -> str:
        if stack is not self._stack:
            refuse(f"a reference to {self.address} from another stack")
        return self.address


class Null(Expression):
    """What is written as null, where a None would be left out."""

    def text(self, stack: object) -> str:
        del stack
        refuse("null as a part of an expression")

    def value(self, stack: object) -> None:
        del stack


class Resolvable:
    """A token that is an object of its own: what is neither text nor number, list or mapping."""

    def __init__(self, expression: Expression) -> None:
        self._expression = expression

    def __str__(self) -> str:
        refuse("a token as text that is none")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise meant(AttributeError(name))
        refuse(f"the attribute {name} of a token")


def null() -> Resolvable:
    """What is written as null."""
    return Resolvable(Null())


def as_text(expression: Expression) -> str:
    """A token that a program takes for text."""
    return f"${{TfToken[TOKEN.{_index(expression)}]}}"


def as_list(expression: Expression) -> list[str]:
    """A token that a program takes for a list."""
    return [f"#{{TfToken[TOKEN.{_index(expression)}]}}"]


def as_mapping(expression: Expression) -> dict[str, str]:
    """A token that a program takes for a mapping of texts."""
    return {f"&{{TfToken[TOKEN.{_index(expression)}]}}": "String Map Token Value"}


def as_number(expression: Expression) -> float:
    """A token that a program takes for a number."""
    number: float = struct.unpack(">d", (_NUMBERS | _index(expression)).to_bytes(8, "big"))[0]
    return number


def is_number_token(value: float) -> bool:
    """Whether a number stands for a reference."""
    return value < _HIGHEST and int.from_bytes(struct.pack(">d", value), "big") & _HEAD == _NUMBERS


def is_token(value: Any) -> bool:
    """Whether a value is a token, or a text with one in it."""
    match value:
        case str():
            return _IN_TEXT.search(value) is not None
        case float():
            return is_number_token(value)
        case [str(only)]:
            return _LIST.fullmatch(only) is not None
        case dict() if len(value) == 1:
            return _MAPPING.fullmatch(str(next(iter(value)))) is not None
    return isinstance(value, Resolvable)


def expression_of(value: Any) -> Expression | None:
    """What a value stands for, where it is one token and nothing beside."""
    found: re.Match[str] | None = None
    match value:
        case str():
            found = _IN_TEXT.fullmatch(value)
        case float() if is_number_token(value):
            return _EXPRESSIONS[int.from_bytes(struct.pack(">d", value), "big") ^ _NUMBERS]
        case [str(only)]:
            found = _LIST.fullmatch(only)
        case dict() if len(value) == 1:
            found = _MAPPING.fullmatch(str(next(iter(value))))
        case Resolvable():
            return value._expression
    return _EXPRESSIONS[int(found[1])] if found else None


def parts(text: str) -> list[str | Expression]:
    """A text as what stands for itself and what tokens stand for, in order."""
    pieces = _IN_TEXT.split(text)
    return [_EXPRESSIONS[int(piece)] if index % 2 else piece for index, piece in enumerate(pieces) if piece]


def resolve(value: Any, stack: object) -> Any:
    """A value of plain data with every token in it replaced by what it stands for, in the output of `stack`."""
    if isinstance(value, str):
        return _resolve_text(value, stack) if any(sign in value for sign in _SIGNS) else value
    if value is None or isinstance(value, bool | int):
        return value
    expression = expression_of(value)
    if expression is not None:
        return expression.value(stack)
    if isinstance(value, dict):
        return {_key(key, stack): resolve(one, stack) for key, one in value.items()}
    return [resolve(one, stack) for one in value] if isinstance(value, list) else value


def _key(key: str, stack: object) -> str:
    if not key.isascii() and max(key) > _LAST_BEFORE_SURROGATES:
        refuse(f"the key {key!r}, which Python and JavaScript sort differently")
    made = resolve(key, stack)
    return made if isinstance(made, str) else refuse(f"the key {key!r}")


def _resolve_text(text: str, stack: object) -> Any:
    """As cdktf 0.21 does: within `${` and the first `}` that follows, what a token stands for stands bare."""
    expression = expression_of(text)
    if expression is not None:
        return expression.value(stack)
    made: list[str] = []
    is_inside = False
    for part in parts(text):
        if isinstance(part, Expression):
            made.append(part.text(stack) if is_inside else str(part.value(stack)))
            continue
        require_no_token(part)
        opened, closed = part.rfind("${"), part.rfind("}")
        if opened != closed:
            is_inside = opened > closed
        made.append(part)
    return "".join(made)


def require_no_token(text: str) -> None:
    """Refuses a text with what was a token once: a part of one, one among others of a list, a number written out."""
    if "TfToken[" in text or _PART.search(text):
        refuse(f"a part of a token in {text!r}")


def _index(expression: Expression) -> int:
    _EXPRESSIONS.append(expression)
    return len(_EXPRESSIONS) - 1


_EXPRESSIONS: Final[list[Expression]] = []
_NUMBERS: Final = 0xFDFF_0000_0000_0000
_HEAD: Final = 0xFFFF_FFFF_0000_0000
_HIGHEST: Final = -8e298
_LAST_BEFORE_SURROGATES: Final = "\ud7ff"
_SIGNS: Final = ("TfToken[", "TOKEN.", "e+298")
"""What a text has that may be a token, or a part of one."""
_PART: Final = re.compile(r"TOKEN\.\d+\]|-8\.1095\d*e\+298")
_IN_TEXT: Final = re.compile(r"\$\{TfToken\[TOKEN\.(\d+)\]\}")
_LIST: Final = re.compile(r"#\{TfToken\[TOKEN\.(\d+)\]\}")
_MAPPING: Final = re.compile(r"&\{TfToken\[TOKEN\.(\d+)\]\}")
