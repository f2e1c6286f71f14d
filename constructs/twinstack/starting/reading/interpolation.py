"""Compose's own variables in a text, `${TAG:-1.0}`: what is certain about the text without knowing whose machine it is.

Source: Compose specification, "Interpolation", read in November 2026.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class Text:
    """A text whose references with a default have that; the others stand as they were."""

    text: str
    unknown: tuple[str, ...] = ()
    """The variables that only a machine's surroundings know."""

    @property
    def is_known(self) -> bool:
        return not self.unknown


_NOTHING: Final[Mapping[str, Text]] = MappingProxyType({})


def interpolated(raw: str, *, known: Mapping[str, Text] = _NOTHING, is_strict: bool = True, depth: int = 0) -> Text:
    """`known` are variables that the text is told. A `$` that begins no variable stands for itself unless `is_strict`, as in
    an `env_file`. Raises ValueError, with what is wrong, for a text that Compose does not take.
    """
    if depth > DEEPEST:
        raise ValueError(f"defaults within defaults, more than {DEEPEST} deep")

    def put(text: Text) -> None:
        parts.append(text.text)
        unknown.extend(text.unknown)

    def again(other: str) -> Text:
        return interpolated(other, known=known, is_strict=is_strict, depth=depth + 1)

    parts: list[str] = []
    unknown: list[str] = []
    position = 0
    while (dollar := raw.find("$", position)) >= 0:
        parts.append(raw[position:dollar])
        if raw.startswith("$$", dollar):
            parts.append("$")
            position = dollar + 2
        elif found := _NAME.match(raw, dollar + 1):
            put(known.get(found[0], Text(f"${{{found[0]}}}", (found[0],))))
            position = found.end()
        elif raw.startswith("${", dollar):
            end = _end(raw, dollar + 2)
            put(_braced(raw[dollar + 2 : end], known, again))
            position = end + 1
        elif not is_strict:
            parts.append("$")
            position = dollar + 1
        else:
            raise ValueError("a `$` that begins no variable")
    return Text("".join([*parts, raw[position:]]), tuple(dict.fromkeys(unknown)))


def _braced(inner: str, known: Mapping[str, Text], again: Callable[[str], Text]) -> Text:
    found = _NAME.match(inner)
    if not found:
        raise ValueError("a `${` without a variable's name")
    name, rest = found[0], inner[found.end() :]
    operator = next((one for one in _OPERATORS if rest.startswith(one)), "")
    if rest and not operator:
        raise ValueError(f"something behind the variable's name that Compose does not know, `{rest[:20]}`")
    other = rest.removeprefix(operator)
    value = known.get(name)
    if value is None:
        return again(other) if operator in {":-", "-"} else Text(f"${{{name}}}", (name,))
    is_set = bool(value.text) or not operator.startswith(":")
    if operator in {":+", "+"}:
        return again(other) if is_set else Text("")
    if is_set:
        return value
    if operator == ":?":
        raise ValueError(f"a variable that is to have a value, {name}")
    return again(other)


def _end(raw: str, start: int) -> int:
    """Where the brace that was opened before `start` is closed."""
    depth = 1
    for index in range(start, len(raw)):
        if raw[index] == "{" and raw[index - 1] == "$":
            depth += 1
        elif raw[index] == "}":
            depth -= 1
            if not depth:
                return index
    raise ValueError("a `${` that is not closed")


_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_OPERATORS: Final = (":-", ":?", ":+", "-", "?", "+")
DEEPEST: Final = 8
