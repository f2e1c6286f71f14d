"""Both values of a field in words short enough to read: of a document or a text only what differs in it."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from twinstack.changes.fields import differing


@dataclass(frozen=True, slots=True)
class Told:
    """One row: a field with both values, or (`before` is empty) one line of what differs inside of it."""

    path: str
    before: str
    after: str
    is_pair: bool = True
    is_head: bool = True


def told(path: str, before: Any, after: Any, width: int = 100) -> Iterator[Told]:
    """The rows of one field, the first of which bears its name."""
    was, becomes = _parsed(before), _parsed(after)
    shown = short_path(path)
    if isinstance(was, dict | list) and type(was) is type(becomes):
        rows = [*differing(was, becomes, _KEYS)]
        if len(rows) == 1 and not isinstance(was, list):
            ((inner, one, other),) = rows
            yield from told(f"{shown}: {inner}", one, other, width)
            return
        if rows != [("", was, becomes)]:
            yield Told(shown, "", f"{len(rows)} differences", is_pair=False)
            for inner, one, other in rows[:_MOST]:
                yield from _pair(f"  {inner}", one, other, width, is_head=False)
            if (left := len(rows) - _MOST) > 0:
                yield Told("", "", f"and {left} more", is_pair=False, is_head=False)
            return
        yield from _members(shown, was, becomes, width)
        return
    if isinstance(was, str) and isinstance(becomes, str) and "\n" in was + becomes:
        yield from _lines(shown, was, becomes, width)
        return
    yield from _pair(shown, was, becomes, width)


def _pair(path: str, was: Any, becomes: Any, width: int, *, is_head: bool = True) -> Iterator[Told]:
    """Both values on the line of the field, or below it where its name is long."""
    length = len(path) + sum(len(short(one, _WHOLE)) for one in (was, becomes)) + len(_BETWEEN)
    if length > width and len(path) > width // 2:
        yield Told(path, "", "", is_pair=False, is_head=is_head)
        path, is_head = "", False
    room = max(width - len(path) - 9, 2 * _LEAST) // 2
    yield Told(path, *_short_pair(was, becomes, room), is_head=is_head)


def _short_pair(was: Any, becomes: Any, longest: int) -> tuple[str, str]:
    """Two values on one line: of long ones that begin alike, what begins to differ."""
    whole = [short(one, _WHOLE) for one in (was, becomes)]
    alike = next((at for at, (one, other) in enumerate(zip(*whole, strict=False)) if one != other), 0)
    if max(map(len, whole)) > longest and alike > _KEPT and was is not None and becomes is not None:
        whole = [f"…{one[alike - _KEPT :]}" for one in whole]
    before, after = (one if len(one) <= longest else f"{one[: longest - 1]}…" for one in whole)
    return before, after


def short(value: Any, longest: int = 60) -> str:
    """A value on one line."""
    if value is None:
        text = "(not set)"
    elif isinstance(value, str):
        text = " ".join(value.split()) or '""'
    else:
        text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= longest else f"{text[: max(longest - 1, 1)]}…"


def short_path(path: str) -> str:
    """A field as people know it: what every field of a pod has before it is left out."""
    for prefix in ("spec.template.spec.", "spec.jobTemplate.spec.template.spec."):
        if path.startswith(prefix):
            return path.removeprefix(prefix)
    return path


def _members(path: str, was: Any, becomes: Any, width: int) -> Iterator[Told]:
    """What a list has no more, and what it has now."""
    gone = [one for one in was if one not in becomes]
    come = [one for one in becomes if one not in was]
    if not gone and not come:
        yield Told(path, "", "in another order", is_pair=False)
        return
    words = [*(f"- {short(one, width - 8)}" for one in gone), *(f"+ {short(one, width - 8)}" for one in come)]
    if sum(map(len, words)) + len(path) + 2 * len(words) <= width:
        yield Told(path, "", "  ".join(words), is_pair=False)
        return
    yield Told(path, "", "", is_pair=False)
    yield from _some(words)


def _lines(path: str, was: str, becomes: str, width: int) -> Iterator[Told]:
    changed = [
        f"{line[0]} {short(line[2:], width - 8)}"
        for line in difflib.ndiff(was.splitlines(), becomes.splitlines())
        if line[:1] in "+-"
    ]
    yield Told(path, "", "" if changed else "only white space", is_pair=False)
    yield from _some(changed)


def _some(words: list[str]) -> Iterator[Told]:
    for word in words[:_MOST]:
        yield Told("", "", word, is_pair=False, is_head=False)
    if (left := len(words) - _MOST) > 0:
        yield Told("", "", f"and {left} more", is_pair=False, is_head=False)


def _parsed(value: Any) -> Any:
    """A document where a text is one."""
    if isinstance(value, str) and value.startswith(("{", "[")):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


_KEYS: Final = ("Sid", "name", "id", "key", "path")
_MOST: Final = 8
_LEAST: Final = 16
_KEPT: Final = 8
"""Letters before the first that differs, by which one knows where it is."""
_WHOLE: Final = 10_000
_BETWEEN: Final = "   → "
