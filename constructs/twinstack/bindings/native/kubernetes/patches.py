"""Patches as RFC 6902 has them: what a program changes in a manifest once it is made."""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence
from typing import Any, Final

from twinstack.bindings.native.engine import EngineObject
from twinstack.bindings.native.unsupported import refuse
from twinstack.bindings.native.values import anything, known_key, text, without_tokens


class JsonPatch(EngineObject):
    """One operation: `add`, `replace`, `remove`. The others are left to node."""

    __slots__ = ("_operation", "_path", "_value")

    def __init__(self, operation: str, path: str, value: Any = None) -> None:
        self._operation, self._path, self._value = operation, path, value

    @staticmethod
    def add(path: str, value: Any) -> JsonPatch:
        return JsonPatch("add", text(path, "a patch"), without_tokens(anything(value), path))

    @staticmethod
    def replace(path: str, value: Any) -> JsonPatch:
        return JsonPatch("replace", text(path, "a patch"), without_tokens(anything(value), path))

    @staticmethod
    def remove(path: str) -> JsonPatch:
        return JsonPatch("remove", text(path, "a patch"))

    @staticmethod
    def apply(document: Any, *patches: JsonPatch) -> Any:
        """A document with the patches applied."""
        made = without_tokens(anything(document), "JsonPatch.apply")
        apply(made, patches)
        return made

    def __str__(self) -> str:
        return f"{self._operation} {self._path}"


def apply(document: Any, patches: Sequence[JsonPatch]) -> None:
    """Changes a document in place.

    What is not there is left to node: cdk8s 2.70 passes over some of it, makes some, and raises for the rest.
    """
    for patch in patches:
        try:
            _apply(document, patch._operation, patch._path, patch._value)
        except (LookupError, TypeError) as error:
            refuse(f"a patch ({patch}) of a place that is not there ({error})")


def _apply(document: Any, operation: str, path: str, value: Any) -> None:
    if not path.startswith("/"):
        refuse(f"a patch of {path!r}")
    if value is None and operation != "remove":
        refuse(f"a patch that puts nothing at {path!r}")
    *parents, last = [part.replace("~1", "/").replace("~0", "~") for part in path.split("/")[1:]]
    for part in parents:
        document = document[_index(part) if isinstance(document, list) else part]
    if isinstance(document, list):
        _apply_to_list(document, operation, last, value)
    elif not isinstance(document, dict):
        raise TypeError(document)
    elif operation == "remove":
        del document[last]
    elif operation == "replace":
        document[last]
        document[last] = copy.deepcopy(value)
    elif _NUMBER.fullmatch(last) and last not in document:
        refuse(f"a patch that puts a number among keys at {path!r}")  # where it stands first
    else:
        document[known_key(last)] = copy.deepcopy(value)


def _apply_to_list(document: list[Any], operation: str, last: str, value: Any) -> None:
    index = len(document) if last == "-" else _index(last)
    if index >= len(document) + (operation == "add"):
        raise IndexError(index)
    match operation:
        case "add":
            document.insert(index, copy.deepcopy(value))
        case "replace":
            document[index] = copy.deepcopy(value)
        case _:
            del document[index]


def _index(part: str) -> int:
    if not _NUMBER.fullmatch(part):
        raise LookupError(part)
    return int(part)


_NUMBER: Final = re.compile(r"0|[1-9][0-9]*", re.ASCII)
