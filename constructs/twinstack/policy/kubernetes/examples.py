"""The examples of the rules: a right set of manifests, and what is edited in it for each rule to find.

They are data (`examples.yaml`): the page of rules shows them, and the tests try each.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from functools import cache
from importlib import resources
from typing import Any, Final

import yaml


@cache
def right() -> Sequence[Mapping[str, Any]]:
    """Manifests in which no rule finds anything."""
    return tuple(_read()["right"])


def edits() -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """The edits that each rule is shown by, by its id."""
    found: Mapping[str, Sequence[Mapping[str, Any]]] = _read()["wrong"]
    return found


def wrong(rule: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The manifests of a release and of the next in which a rule finds something: two times the same for most."""
    before = edited(right(), [one for one in edits()[rule] if not one.get("after")])
    return before, edited(before, [one for one in edits()[rule] if one.get("after")])


def edited(documents: Sequence[Mapping[str, Any]], changes: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """A copy of manifests, with edits."""
    found: list[dict[str, Any]] = [dict(copy.deepcopy(one)) for one in documents]
    for change in changes:
        if "add" in change:
            found.append(copy.deepcopy(change["add"]))
        elif "remove" in change:
            found.remove(_find(found, change["remove"]))
        elif "last" in change:
            moved = _find(found, change["last"])
            found.remove(moved)
            found.append(moved)
        else:
            _write(_find(found, change["object"]), change)
    return found


def _write(one: dict[str, Any], change: Mapping[str, Any]) -> None:
    *parents, last = _path(change["path"])
    here: Any = one
    for key in parents:
        here = here[int(key)] if isinstance(here, list) else here.setdefault(key, {})
    place = int(last) if isinstance(here, list) else last
    if isinstance(here, list) and place == len(here):
        here.append(None)
    if "repeat" in change:
        here[place] = "x" * change["repeat"]
    elif "value" in change:
        here[place] = copy.deepcopy(change["value"])
    else:
        del here[place]


def _path(text: str) -> list[str]:
    # A doubled slash stands for one in a key.
    return [part.replace("\0", "/") for part in text.replace("//", "\0").split("/")]


def _find(documents: Sequence[dict[str, Any]], title: str) -> dict[str, Any]:
    kind, _, name = title.partition("/")
    return next(one for one in documents if one["kind"] == kind and fnmatchcase(one["metadata"]["name"], name))


@cache
def _read() -> Mapping[str, Any]:
    text = (resources.files("twinstack.policy.kubernetes") / FILE).read_text(encoding="utf-8")
    found: Mapping[str, Any] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506  safe
    return found


FILE: Final = "examples.yaml"
