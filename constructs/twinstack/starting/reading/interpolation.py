"""Compose's own variables in a text, `${TAG:-1.0}`: what is certain about the text without knowing whose machine it is.

Source: Compose specification, "Interpolation", read in November 2026.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
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


def interpolated(raw: str, depth: int = 0) -> Text:
    """Raises ValueError, with what is wrong, for a text that Compose does not take."""
    if depth > DEEPEST:
        raise ValueError(f"defaults within defaults, more than {DEEPEST} deep")
    parts: list[str] = []
    unknown: list[str] = []
    position = 0
    while (dollar := raw.find("$", position)) >= 0:
        parts.append(raw[position:dollar])
        if raw.startswith("$$", dollar):
            parts.append("$")
            position = dollar + 2
        elif found := _NAME.match(raw, dollar + 1):
            parts.append(f"${{{found[0]}}}")
            unknown.append(found[0])
            position = found.end()
        elif raw.startswith("${", dollar):
            end = _end(raw, dollar + 2)
            inner = _braced(raw[dollar + 2 : end], depth)
            parts.append(inner.text)
            unknown += inner.unknown
            position = end + 1
        else:
            raise ValueError("a `$` that begins no variable")
    return Text("".join([*parts, raw[position:]]), tuple(dict.fromkeys(unknown)))


def _braced(inner: str, depth: int) -> Text:
    found = _NAME.match(inner)
    if not found:
        raise ValueError("a `${` without a variable's name")
    name, rest = found[0], inner[found.end() :]
    operator = next((one for one in _OPERATORS if rest.startswith(one)), "")
    if rest and not operator:
        raise ValueError(f"something behind the variable's name that Compose does not know, `{rest[:20]}`")
    if operator in {":-", "-"}:
        return interpolated(rest.removeprefix(operator), depth + 1)
    return Text(f"${{{name}}}", (name,))


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
