"""What a value that is written without quotes is when Compose or a chart hands it on: `0123` is 83, and `True` is true.

Source: gopkg.in/yaml.v3 and v2, `resolve.go`, and Go's `strconv.FormatFloat`, as Compose and Helm use them; read in November
2026 and held against Compose itself by tests/starting/test_scalars.py.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import Final


class Plain(str):
    """A value as it is written, without quotes."""

    __slots__ = ()


def by_compose(written: str) -> str | None:
    """The text that a container is given; None for a date, which Compose writes in Go's own way."""
    if _is_word(written, "true", "false"):
        return written.lower()
    if not written[:1] or written[0] not in _FIRST:
        return written
    if _DATE.match(written):
        return None
    number = None if _TEXT.match(written) else _number(written.replace("_", ""))
    return written if number is None else _go(number)


def by_chart(written: str) -> str | None:
    """The text that a container is given where the template quotes it; None where that depends on the template: Helm knows
    numbers as floats alone. Measured with Helm 4.1 in November 2026.
    """
    if _is_word(written, *_ON):
        return "true"
    if _is_word(written, *_OFF):
        return "false"
    text = written if _DATE.match(written) else by_compose(written)
    if text != written or _TEXT.match(written):
        return None
    is_long = re.fullmatch(r"[-+]?\d+", written) and abs(int(written)) >= _FLOATS_FROM
    return None if is_long else written


def _is_word(written: str, *words: str) -> bool:
    """Whether it is one of the words, as YAML takes them: small, large, or with a capital."""
    return written.lower() in words and written in {written.lower(), written.upper(), written.title()}


def _number(text: str) -> int | float | None:
    """The number that Go reads; None for a text."""
    if found := _INTEGER.fullmatch(text):
        sign, digits = found["sign"], found["digits"].lower()
        base = next((base for prefix, base in _BASES.items() if digits.startswith(prefix)), 10)
        if base == 10 and digits[0] == "0" and digits != "0":
            if not re.fullmatch("[0-7]+", digits):
                return float(f"{sign}{digits}")
            base = 8
        number = int(f"{sign}{digits}", base)
        return number if -(1 << 63) <= number < 1 << 64 else float(number)
    number = float(text) if _FLOAT.fullmatch(text) else math.inf
    return number if math.isfinite(number) else None


def _go(number: float) -> str:
    """As Go prints it: a float with seven digits before the point has an exponent."""
    if isinstance(number, int):
        return str(number)
    shortest = Decimal(repr(number))
    exponent = shortest.adjusted()
    if number == 0 or -4 <= exponent < 6:
        text = f"{shortest:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    digits = "".join(map(str, shortest.normalize().as_tuple().digits))
    fraction = f".{digits[1:]}" if digits[1:] else ""
    return f"{'-' * (number < 0)}{digits[0]}{fraction}e{exponent:+03d}"


_FIRST: Final = frozenset("+-.0123456789")
_FLOATS_FROM: Final = 1_000_000
"""From here on Helm's templates write `1e+06`."""
_ON: Final = ("true", "yes", "on", "y")
_OFF: Final = ("false", "no", "off", "n")
_BASES: Final = {"0x": 16, "0o": 8, "0b": 2}
_INTEGER: Final = re.compile(r"(?P<sign>[-+]?)(?P<digits>0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+|[0-9]+)")
_FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_TEXT: Final = re.compile(r"-0$|\..*(?:(?<!\d)_|_(?!\d))")
"""Negative nothing; and behind a point alone, an underscore that parts no digits."""
_DATE: Final = re.compile(r"\d{4}-\d{1,2}-\d{1,2}(?:$|[Tt ])")
