"""Patches as RFC 6902 has them: what a program changes in a manifest once it is made."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

from twinstack.bindings.native.engine import EngineObject
from twinstack.bindings.native.unsupported import refuse
from twinstack.bindings.native.values import anything


class JsonPatch(EngineObject):
    """One operation: `add`, `replace`, `remove`. The others are left to node."""

    __slots__ = ("_operation", "_path", "_value")

    def __init__(self, operation: str, path: str, value: Any = None) -> None:
        self._operation, self._path, self._value = operation, path, value

    @staticmethod
    def add(path: str, value: Any) -> JsonPatch:
        return JsonPatch("add", path, anything(value))

    @staticmethod
    def replace(path: str, value: Any) -> JsonPatch:
        return JsonPatch("replace", path, anything(value))

    @staticmethod
    def remove(path: str) -> JsonPatch:
        return JsonPatch("remove", path)

    @staticmethod
    def apply(document: Any, *patches: JsonPatch) -> Any:
        """A document with the patches applied. Raises RuntimeError for a place that it does not have."""
        made = anything(document)
        try:
            apply(made, patches)
        except LookupError as error:
            raise RuntimeError(f"Error: {error}") from error
        return made

    def __str__(self) -> str:
        return f"{self._operation} {self._path}"


def apply(document: Any, patches: Sequence[JsonPatch]) -> None:
    """Changes a document in place. Raises LookupError with what there is no place for."""
    for patch in patches:
        try:
            _apply(document, patch._operation, patch._path, patch._value)
        except (LookupError, TypeError, ValueError) as error:
            raise LookupError(f"{patch}: there is no such place") from error


def _apply(document: Any, operation: str, path: str, value: Any) -> None:
    if not path.startswith("/"):
        refuse(f"a patch of {path!r}")
    *parents, last = [part.replace("~1", "/").replace("~0", "~") for part in path.split("/")[1:]]
    for part in parents:
        document = document[int(part) if isinstance(document, list) else part]
    if isinstance(document, list):
        _apply_to_list(document, operation, last, value)
        return
    if operation == "remove" and last not in document:
        refuse(f"a patch that removes {path!r}, which is not there")  # cdk8s 2.70 does nothing
    if operation == "replace":
        document[last]
    if operation == "remove":
        del document[last]
    else:
        document[last] = copy.deepcopy(value)


def _apply_to_list(document: list[Any], operation: str, last: str, value: Any) -> None:
    index = len(document) if last == "-" else int(last)
    if not 0 <= index < len(document) + (operation == "add"):
        raise IndexError(index)
    match operation:
        case "add":
            document.insert(index, copy.deepcopy(value))
        case "replace":
            document[index] = copy.deepcopy(value)
        case _:
            del document[index]
