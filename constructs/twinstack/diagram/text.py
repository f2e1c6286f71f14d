"""How wide a text is, for a font that is not there: a little more than most sans-serif fonts need."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final


def width(text: str, size: float) -> float:
    """The width of a line in the unit of `size`, the height of its font. An estimate that errs to the wide side."""
    return sum(_share(letter) for letter in text) * size * _MARGIN


def widest(texts: Iterable[str], size: float) -> float:
    """The width of the widest of some lines; 0 without any."""
    return max((width(text, size) for text in texts), default=0.0)


def clipped(text: str, most: int) -> str:
    """At most so many letters; what is left out becomes an ellipsis in the middle, for both ends tell names apart."""
    if len(text) <= most:
        return text
    head = most // 2
    return f"{text[:head]}…{text[len(text) - (most - 1 - head) :]}"


def _share(letter: str) -> float:
    if letter in _NARROW:
        return 0.31
    if letter in _WIDE:
        return 0.88
    if ord(letter) > _LATIN:
        return 1.0
    return 0.67 if letter.isupper() else 0.56


BOLD: Final = 15.0
"""A bold line of 13 is as wide as a plain one of this size."""
_NARROW: Final = frozenset("iljtfrI.,:;|!'()[]{}/ -")
_WIDE: Final = frozenset("mwMW@%…→")
_LATIN: Final = 0x24F
_MARGIN: Final = 1.06
