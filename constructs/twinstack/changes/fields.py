"""Where two documents differ, field by field: `scaling_config.min_size`, `spec.template.spec.containers[backend].image`."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final


def differing(before: Any, after: Any, keys: Collection[str], path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Each field that differs, with both values; None is a field that is not there.

    The items of a list are told apart by the first of `keys` that each of them has, and by their place where they are as
    many as before; else the list is told as a whole, and so is one of plain values.
    """
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in {**before, **after}:
            yield from differing(before.get(name), after.get(name), keys, _joined(path, str(name)))
    elif _are_items(before) and _are_items(after) and before != after:
        key = _key_of([*before, *after], before, after, keys)
        if key:
            old, new = ({str(one[key]): one for one in items} for items in (before, after))
            for name in {**old, **new}:
                yield from differing(old.get(name), new.get(name), keys, f"{path}[{name}]")
        elif len(before) == len(after):
            alone = len(before) == 1
            for index, (old_, new_) in enumerate(zip(before, after, strict=True)):
                yield from differing(old_, new_, keys, path if alone else f"{path}[{index}]")
        else:
            yield path, before, after
    elif before != after:
        yield path, before, after


def root_of(path: str) -> str:
    """The first name of a path."""
    return _END.split(path, maxsplit=1)[0]


def last_of(path: str) -> str:
    """The last name of a path: `LOG_LEVEL` of `containers[web].env[LOG_LEVEL].value`, whose value bears no name."""
    names = [one for one in _END.split(path) if one]
    return next((one for one in reversed(names) if one not in _NAMELESS), "")


def without_index(path: str) -> str:
    """A path without what tells the items of lists apart."""
    return _INDEX.sub("", path)


def _joined(path: str, name: str) -> str:
    if not _PLAIN.fullmatch(name):
        return f"{path}[{name}]"
    return f"{path}.{name}" if path else name


def _are_items(found: Any) -> bool:
    return isinstance(found, list) and bool(found) and all(isinstance(one, Mapping) for one in found)


def _key_of(
    items: Sequence[Mapping[str, Any]], before: Sequence[Any], after: Sequence[Any], keys: Collection[str]
) -> str:
    """By what the items are told apart; empty where by nothing."""
    for key in keys:
        is_said = all(isinstance(one.get(key), str | int) for one in items)
        if is_said and all(len({str(one[key]) for one in side}) == len(side) for side in (before, after)):
            return key
    return ""


_PLAIN: Final = re.compile(r"[A-Za-z_][\w-]*")
_END: Final = re.compile(r"[.\[\]]+")
_INDEX: Final = re.compile(r"\[[^\]]*\]")
_NAMELESS: Final = frozenset({"value", "valueFrom"})
