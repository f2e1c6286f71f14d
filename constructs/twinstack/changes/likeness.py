"""How much an edit of a layer looks like a change of the output: by its values, and by what it is called."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from enum import IntEnum
from typing import Any, Final

from twinstack.changes.difference import LATER, Change, FieldChange
from twinstack.changes.edits import ABSENT, Edit
from twinstack.environment.uses import Use


class Likeness(IntEnum):
    """How sure it is that an edit made a change; members are ordered."""

    NONE = 0
    SAME_WORD = 1
    """A switch, or one short number alone, which says little."""
    WITHIN = 2
    """What the edit says stands within the text."""
    SAME_NAME = 3
    SAME_VALUE = 4
    SAME_NAME_AND_VALUE = 5


def likeness(edit: Edit, change: Change, field: FieldChange) -> Likeness:
    """How much an edit looks like a field that becomes another."""
    called = _is_called(edit, field.path)
    value = _likeness_of_value(edit, field)
    if called and value >= Likeness.WITHIN:
        return Likeness.SAME_NAME_AND_VALUE
    return max(value, Likeness.SAME_NAME if called or _names_what_is_used(edit, change.thing) else Likeness.NONE)


def likeness_of_name(edit: Edit, change: Change) -> Likeness:
    """How much an edit looks like a thing that comes or goes, by its name alone."""
    subject = _plain(change.subject.rpartition(".")[2])
    words = [_plain(part) for part, _, _ in _leaves(edit)] + [_plain(str(part)) for part in edit.path[1:]]
    words += [_plain(word) for word in _texts(edit.before) | _texts(edit.after)]
    if any(len(word) >= SHORTEST and word in subject for word in words) or _names_what_is_used(edit, change.thing):
        return Likeness.SAME_NAME
    return Likeness.NONE


def says(value: Any, text: str) -> bool:
    """Whether a value holds this text as a word of its own."""
    word = re.compile(rf"(?<![\w.-]){re.escape(text)}(?![\w-]|\.\w)")
    return any(word.search(one) for one in _texts(value))


def _likeness_of_value(edit: Edit, field: FieldChange) -> Likeness:
    before, after = _texts(field.before), _texts(None if field.after == LATER else field.after)
    came, gone = after - before, before - after
    best = Likeness.NONE
    for _, old, new in _leaves(edit):
        held = [(text, side) for value, side in ((old, gone), (new, came)) for text in _texts(value)]
        if not held:
            continue
        if all(text in side for text, side in held):
            tells = any(text not in SWITCHES and (len(held) > 1 or len(text) >= SHORTEST) for text, _ in held)
            best = max(best, Likeness.SAME_VALUE if tells else Likeness.SAME_WORD)
        elif all(_is_within(text, side) for text, side in held):
            best = max(best, Likeness.WITHIN)
    return best


def _is_within(text: str, side: set[str]) -> bool:
    is_told = text not in {"", *SWITCHES}
    return is_told and any(text in side or says(one, text) for one in side)


def _is_called(edit: Edit, path: str) -> bool:
    last = _plain(re.split(r"[.\[]", path.rstrip("]"))[-1])
    return any(_plain(name) == last for name, _, _ in _leaves(edit))


def _names_what_is_used(edit: Edit, thing: str) -> bool:
    """Whether a link to the thing came or went."""
    if "uses" not in edit.path[1:2]:
        return False
    named = {use.key for value in (edit.before, edit.after) if (use := Use.read(value)) is not None}
    return thing in named | {*map(str, edit.path[3:4])}


def _leaves(edit: Edit) -> Iterator[tuple[str, Any, Any]]:
    """Each value in an edit by its key, with what it was and is; of an item of a list the list's key."""
    name = next((part for part in reversed(edit.path) if isinstance(part, str)), "")
    old, new = (dict(_below(value, name)) for value in (edit.before, edit.after))
    for path in {**old, **new}:
        yield path[-1], old.get(path, ABSENT), new.get(path, ABSENT)


def _below(value: Any, name: str, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from _below(inner, str(key), (*path, name))
    else:
        yield (*path, name), value


def _texts(value: Any) -> set[str]:
    """Every scalar in a value as a text; of a text that is JSON also those in it."""
    match value:
        case Mapping():
            return {text for inner in value.values() for text in _texts(inner)}
        case list() | tuple() | set() | frozenset():
            return {text for inner in value for text in _texts(inner)}
        case bool():
            return {str(value).lower()}
        case None:
            return set()
        case str() if value[:1] in {"{", "["}:
            try:
                return {value, *_texts(json.loads(value))}
            except ValueError:
                return {value}
        case str() | int():
            return {str(value)}
        case float():
            return {f"{value:g}"}
    return set()


def _plain(name: str) -> str:
    """The letters and digits alone: `multi_az` and `multiAz` are one name."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


SWITCHES: Final = frozenset({"true", "false"})
SHORTEST: Final = 3
"""Letters that a name needs, to be looked for within another."""
