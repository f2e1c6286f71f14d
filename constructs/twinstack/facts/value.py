"""One fact about what an argument may be, and how a value is held against it."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from twinstack.facts.certainty import Certainty


@dataclass(frozen=True)
class ValueFact:
    """What one argument may be. What is not said is not limited."""

    source: str
    """Which model says so, with its version: `botocore 1.44.8 rds CreateDBInstance`; or the page of the documentation."""
    values: tuple[str, ...] = ()
    """The values there are, as text; true and false as Terraform writes them."""
    least: float | None = None
    """The smallest number."""
    most: float | None = None
    """The greatest number."""
    shortest: int = 0
    """The fewest characters."""
    longest: int | None = None
    """The most characters."""
    pattern: str = ""
    """A regular expression that all of a text must fit, in the model's own spelling."""
    words: str = ""
    """The pattern in words, where somebody has written them."""
    grows: bool = False
    """Whether AWS adds values between two releases of this data: then what is not among them may only be newer."""

    def certainty(self, value: Any) -> Certainty:
        """What becomes of a value that it refuses. Of a list out of the models, which has every value of its day, one that
        differs from another by its numbers alone may be the next: python3.15, ELBSecurityPolicy-TLS13-1-2-2027-06.
        """
        text = as_text(value)
        is_next = (
            self.source.startswith(_MODELS)
            and _number(text) is None
            and any(_without_numbers(one) == _without_numbers(text) for one in self.values if _DIGIT.search(one))
        )
        return Certainty.NEWER if self.grows or is_next else Certainty.CLOSED

    def may_be_none(self, value: Any) -> bool:
        """Whether it may be the provider's word for none, -1 or 0, which AWS's own models have not."""
        return self.source.startswith(_MODELS) and _number(as_text(value)) in {-1, 0}

    @property
    def allowed(self) -> str:
        """What is allowed, for a reader."""
        if self.values:
            return listed(self.values)
        parts = [self.words] if self.words else [f"text that matches {self.pattern}"] if self.pattern else []
        if self.least is not None or self.most is not None:
            parts.append(_span(self.least, self.most))
        if self.longest is not None or self.shortest > bool(parts):  # what fits a pattern is not empty anyway
            parts.append(f"{_span(self.shortest or None, self.longest)} characters")
        return ", ".join(parts)

    def refuses(self, value: Any) -> bool:
        """Whether AWS would refuse a literal value. A text is held against a range where it is a number."""
        text = as_text(value)
        if self.values:
            return text not in self.values
        if self.least is not None or self.most is not None:
            number = _number(text)
            return number is None or not _within(number, self.least, self.most)
        return not _within(len(text), self.shortest, self.longest) or not self._fits(text)

    def nearest(self, value: Any) -> str:
        """The nearest right value; empty where none can be named."""
        text = as_text(value)
        if self.values:
            return nearest_of(text, self.values)
        number = _number(text)
        if self.least is not None or self.most is not None:
            bound = self.least if number is None or (self.least is not None and number < self.least) else self.most
            return "" if bound is None else f"{bound:g}" if abs(bound) < _PLAIN else str(int(bound))
        if self.longest is not None and len(text) > self.longest and self._fits(text[: self.longest]):
            return text[: self.longest]
        lower = text.lower().replace("_", "-")
        fits = bool(self.pattern) and _within(len(lower), self.shortest, self.longest) and self._fits(lower)
        return lower if fits else ""

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        text = self.pattern
        for category, letters in _CATEGORIES.items():
            text = text.replace(f"\\p{{{category}}}", letters)
        return re.compile(text, re.ASCII | re.DOTALL)

    def _fits(self, text: str) -> bool:
        if not self.pattern:
            return True
        plain = "".join(map(_ascii, text)) if "\\p{" in self.pattern else text
        return self._compiled.fullmatch(plain) is not None


@dataclass(frozen=True, slots=True)
class ArgumentFact:
    """What is known of one argument of a resource type."""

    values: ValueFact | None = None
    """What it may be."""


def as_text(value: Any) -> str:
    """A literal as Terraform writes it into a text: `true`, `5432`, `1.5`."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) and value.is_integer() else str(value)


def nearest_of(text: str, values: Iterable[str]) -> str:
    """The nearest of some values: the same but for its case, the next number, or what is spelled alike."""
    known = tuple(values)
    by_case = {value.lower(): value for value in known}
    if text.lower() in by_case:
        return by_case[text.lower()]
    number, numbers = _number(text), [_number(value) for value in known]
    if number is not None and None not in numbers:
        return min(known, key=lambda value: abs((_number(value) or 0) - number))
    plain = {re.sub(r"[^a-z0-9]", "", value.lower()): value for value in known}
    close = difflib.get_close_matches(re.sub(r"[^a-z0-9]", "", text.lower()), plain, 1, _ALIKE)
    return plain[close[0]] if close else ""


def listed(values: Sequence[str]) -> str:
    """Some values in a line; of very many the first ones and how many there are."""
    shown = ", ".join(values[:_MANY])
    return shown if len(values) <= _MANY else f"{shown} and {len(values) - _MANY} more"


def _span(least: float | None, most: float | None) -> str:
    if least is None:
        return f"at most {most:,.12g}"
    return f"at least {least:,.12g}" if most is None else f"{least:,.12g} to {most:,.12g}"


def _within(number: float, least: float | None, most: float | None) -> bool:
    return (least is None or number >= least) and (most is None or number <= most)


def _without_numbers(text: str) -> str:
    return re.sub(r"\d+(\.\d+)*", "0", text)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _ascii(character: str) -> str:
    """An ASCII character of the same category, for patterns that name categories."""
    if character.isascii():
        return character
    return {"L": "a", "N": "0", "Z": " "}.get(unicodedata.category(character)[0], "\x00")


_DIGIT: Final = re.compile(r"\d")
_MODELS: Final = ("botocore", "cfn-lint")
"""What the sources of generated facts begin with."""
_CATEGORIES: Final = {"L": "A-Za-z", "N": "0-9", "Z": " "}
_ALIKE: Final = 0.6
_MANY: Final = 24
_PLAIN: Final = 1_000_000
"""Numbers from here on are written out rather than with an exponent."""
