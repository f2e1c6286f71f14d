"""Compares a pattern with a value, and tells where the two part."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    from twinstack.testing.matchers import Capture

Path: TypeAlias = tuple[str | int, ...]


class Matcher:
    """What can stand for a value inside a pattern. Its `repr` is what a failure shows as expected."""

    def compare(self, value: Any, path: Path) -> Comparison:
        """How the value compares; `MISSING` where there is none."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One place where a value is not what was expected."""

    path: Path
    expected: str
    found: str
    known: tuple[str, ...] = ()
    """Where a key is missing: the keys that are there."""

    @property
    def is_missing(self) -> bool:
        """Whether nothing stood there."""
        return self.found == shown(MISSING)

    @property
    def place(self) -> str:
        """`metadata.labels["app.kubernetes.io/name"]`, `ingress[0].port`."""
        return shown_path(self.path) or "(itself)"


@dataclass(slots=True)
class Comparison:
    """How much of a pattern fits, and what does not."""

    matched: int = 0
    mismatches: list[Mismatch] = field(default_factory=list)
    captured: list[tuple[Capture, Any]] = field(default_factory=list)

    @property
    def fits(self) -> bool:
        """Whether all of it does."""
        return not self.mismatches

    @property
    def rank(self) -> tuple[int, int]:
        """Sorts the nearest first."""
        return -self.matched, len(self.mismatches)

    @property
    def missing(self) -> int:
        """How many of the mismatches are missing keys."""
        return sum(one.is_missing for one in self.mismatches)

    def add(self, other: Comparison) -> None:
        """Takes the result of a part."""
        self.matched += other.matched
        self.mismatches += other.mismatches
        self.captured += other.captured


def compare(pattern: Any, value: Any, path: Path = (), *, whole: bool = False) -> Comparison:
    """Mappings fit in part (in whole: key by key), lists item by item, everything else by equality."""
    if isinstance(pattern, Matcher):
        return pattern.compare(value, path)
    if isinstance(pattern, Mapping) and isinstance(value, Mapping):
        return _compare_mappings(pattern, value, path, whole=whole)
    if isinstance(pattern, list | tuple) and isinstance(value, list | tuple):
        return _compare_lists(pattern, value, path, whole=whole)
    # To Python true is 1; to JSON and YAML it is not.
    return verdict(
        pattern == value and isinstance(pattern, bool) == isinstance(value, bool), shown(pattern), value, path
    )


def verdict(fits: bool, expected: str, value: Any, path: Path) -> Comparison:
    """The result for one value."""
    return Comparison(matched=1) if fits else Comparison(mismatches=[Mismatch(path, expected, shown(value))])


def shown(value: Any) -> str:
    """A value on one line, cut where it is long."""
    text = " ".join(repr(value).split())
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 1]}…"


def shown_path(path: Iterable[str | int]) -> str:
    """A path as Python would write it, with dots where that is readable."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif part.replace("_", "").replace("-", "").isalnum():
            text += f".{part}" if text else part
        else:
            text += f'["{part}"]'
    return text


def _compare_mappings(pattern: Mapping[Any, Any], value: Mapping[Any, Any], path: Path, *, whole: bool) -> Comparison:
    result = Comparison()
    for key, expected in pattern.items():
        place = (*path, str(key))
        compared = compare(expected, value.get(key, MISSING), place, whole=whole)
        if key not in value:
            known = tuple(map(str, value))
            compared.mismatches = [replace(one, known=known) for one in compared.mismatches if one.path == place]
        result.add(compared)
    if whole:
        for key in value:
            if key not in pattern:
                result.add(verdict(False, "absent", value[key], (*path, str(key))))
    return result


def _compare_lists(pattern: Sequence[Any], value: Sequence[Any], path: Path, *, whole: bool) -> Comparison:
    result = Comparison()
    for index, (expected, item) in enumerate(zip(pattern, value, strict=False)):
        result.add(compare(expected, item, (*path, index), whole=whole))
    for index in range(len(value), len(pattern)):
        result.mismatches.append(Mismatch((*path, index), shown(pattern[index]), shown(MISSING)))
    for index in range(len(pattern), len(value)):
        result.mismatches.append(Mismatch((*path, index), "no further item", shown(value[index])))
    if not pattern and not value:
        result.matched = 1
    return result


class _Missing:
    def __repr__(self) -> str:
        return "nothing"


MISSING: Final = _Missing()
"""The value of a key that is not there."""
LONGEST_VALUE: Final = 100
