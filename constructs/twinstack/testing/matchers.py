"""What can stand for a value inside the properties that a Template is asked for."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from twinstack.errors import UsageError
from twinstack.testing.comparison import MISSING, Comparison, Matcher, Mismatch, Path, compare, shown, verdict


def any_value() -> Matcher:
    """Anything but a missing key and null."""
    return _AnyValue()


def object_like(pattern: Mapping[str, Any]) -> Matcher:
    """A mapping with at least these keys, which is how a plain mapping is read anyway; needed inside `exactly`."""
    return _ObjectLike(pattern)


def exactly(pattern: Any) -> Matcher:
    """Nothing besides: mappings, and those inside them, have these keys alone. Matchers may stand in it."""
    return _Exactly(pattern)


def array_with(patterns: Sequence[Any]) -> Matcher:
    """A list that holds an item for each of these, in whatever order and among others."""
    if isinstance(patterns, str | Mapping):
        raise UsageError(f"array_with takes a list, not {shown(patterns)}: write array_with([…])")
    return _ArrayWith(patterns)


def regex(pattern: str) -> Matcher:
    """Text in which the regular expression is found; `^` and `$` make it the whole text."""
    return _Regex(pattern)


def json_text(pattern: Any) -> Matcher:
    """Text that is JSON, such as an IAM policy, whose content fits."""
    return _JsonText(pattern)


class Capture(Matcher):
    """Fits anything, or what its pattern fits, and keeps what stood there in every resource that was found."""

    def __init__(self, pattern: Any = None) -> None:
        self._pattern = _AnyValue() if pattern is None else pattern
        self._values: list[Any] = []

    @property
    def values(self) -> tuple[Any, ...]:
        """Everything captured, in the document's order."""
        return tuple(self._values)

    @property
    def value(self) -> Any:
        """The value. Raises UsageError where nothing was captured yet, or several different values."""
        if not self._values:
            raise UsageError("nothing is captured yet: give the Capture to an assertion that succeeds first")
        if any(value != self._values[0] for value in self._values):
            raise UsageError(
                f"{len(self._values)} values are captured: read `values`, or ask for fewer resources; "
                f"the first two are {shown(self._values[0])} and {shown(self._values[1])}"
            )
        return self._values[0]

    def keep(self, value: Any) -> None:
        """Takes a value. Called by the assertion, once all of its pattern fits."""
        self._values.append(value)

    def compare(self, value: Any, path: Path) -> Comparison:
        result = compare(self._pattern, value, path)
        if result.fits:
            result.captured.append((self, value))
        return result

    def __repr__(self) -> str:
        return "Capture()" if isinstance(self._pattern, _AnyValue) else f"Capture({self._pattern!r})"


class _AnyValue(Matcher):
    def compare(self, value: Any, path: Path) -> Comparison:
        return verdict(value is not MISSING and value is not None, "any value", value, path)

    def __repr__(self) -> str:
        return "any_value()"


class _Absent(Matcher):
    def compare(self, value: Any, path: Path) -> Comparison:
        return verdict(value is MISSING, "absent", value, path)

    def __repr__(self) -> str:
        return "absent"


class _ObjectLike(Matcher):
    def __init__(self, pattern: Mapping[str, Any]) -> None:
        self._pattern = pattern

    def compare(self, value: Any, path: Path) -> Comparison:
        return compare(self._pattern, value, path)

    def __repr__(self) -> str:
        return f"object_like({self._pattern!r})"


class _Exactly(Matcher):
    def __init__(self, pattern: Any) -> None:
        self._pattern = pattern

    def compare(self, value: Any, path: Path) -> Comparison:
        return compare(self._pattern, value, path, whole=True)

    def __repr__(self) -> str:
        return f"exactly({self._pattern!r})"


class _Regex(Matcher):
    def __init__(self, pattern: str) -> None:
        try:
            self._pattern = re.compile(pattern)
        except re.error as error:
            raise UsageError(f"{pattern!r} is no regular expression: {error}") from error

    def compare(self, value: Any, path: Path) -> Comparison:
        fits = isinstance(value, str) and self._pattern.search(value) is not None
        return verdict(fits, f"text that fits {self._pattern.pattern!r}", value, path)

    def __repr__(self) -> str:
        return f"regex({self._pattern.pattern!r})"


class _JsonText(Matcher):
    def __init__(self, pattern: Any) -> None:
        self._pattern = pattern

    def compare(self, value: Any, path: Path) -> Comparison:
        try:
            content = json.loads(value)
        except (TypeError, ValueError):
            return verdict(False, "JSON text", value, path)
        return compare(self._pattern, content, path)

    def __repr__(self) -> str:
        return f"json_text({self._pattern!r})"


class _ArrayWith(Matcher):
    def __init__(self, patterns: Sequence[Any]) -> None:
        self._patterns = list(patterns)

    def compare(self, value: Any, path: Path) -> Comparison:
        if not isinstance(value, list | tuple):
            return verdict(False, repr(self), value, path)
        tried = [[compare(pattern, item, (*path, at)) for at, item in enumerate(value)] for pattern in self._patterns]
        owners: dict[int, int] = {}
        for number in range(len(tried)):
            _assign(number, tried, owners, set())
        chosen = {number: at for at, number in owners.items()}
        result = Comparison()
        for number, comparisons in enumerate(tried):
            if number in chosen:
                result.add(comparisons[chosen[number]])
            else:
                result.add(_nearest(self._patterns[number], comparisons, value, path))
        return result

    def __repr__(self) -> str:
        return f"array_with({self._patterns!r})"


def _assign(number: int, tried: Sequence[Sequence[Comparison]], owners: dict[int, int], seen: set[int]) -> bool:
    """Gives a pattern an item of its own; another pattern moves to another item where that makes room."""
    for at, comparison in enumerate(tried[number]):
        if comparison.fits and at not in seen:
            seen.add(at)
            if at not in owners or _assign(owners[at], tried, owners, seen):
                owners[at] = number
                return True
    return False


def _nearest(pattern: Any, comparisons: Sequence[Comparison], value: Sequence[Any], path: Path) -> Comparison:
    """Where the nearest item parts from a pattern; the pattern itself where no item is near, or each is taken."""
    nearest = min(comparisons, key=lambda comparison: (comparison.rank, comparison.missing), default=None)
    if nearest is not None and nearest.matched and nearest.mismatches:
        return nearest
    below = len(path) + 1
    if nearest is not None and any(len(one.path) > below and not one.is_missing for one in nearest.mismatches):
        others = [one for comparison in comparisons if comparison is not nearest for one in comparison.mismatches]
        return Comparison(mismatches=[_with_others(one, others, below) for one in nearest.mismatches])
    return Comparison(mismatches=[Mismatch(path, f"an item {shown(pattern)}", shown(value))])


def _with_others(mismatch: Mismatch, others: Sequence[Mismatch], below: int) -> Mismatch:
    """The mismatch of one item, which is no nearer than the others: what stands there in those is shown as well."""
    found = [one.found for one in others if one.path[below:] == mismatch.path[below:]]
    cut = [*found[:SHOWN_ITEMS], *(["…"] if len(found) > SHOWN_ITEMS else [])]
    return replace(mismatch, found=f"{mismatch.found}; in the other items {', '.join(cut)}") if found else mismatch


SHOWN_ITEMS: Final = 5
absent: Final[Matcher] = _Absent()
"""Stands for a key that must not be there."""
