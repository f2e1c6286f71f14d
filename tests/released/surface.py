"""The public surface as data: every public name with what a caller can rely on."""

from __future__ import annotations

import dataclasses
import enum
import importlib
import inspect
import re
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from tests.surface import SURFACE
from tests.test_public_surface import members


def surface() -> dict[str, str]:
    """Each name's promise by its path: a signature, a field with its type and default, a value."""
    found: dict[str, str] = {}
    for package, names in SURFACE.items():
        module = importlib.import_module(package)
        for name in names:
            found |= dict(_promises(f"{package}.{name}", getattr(module, name)))
    return dict(sorted(found.items()))


def _promises(path: str, value: Any) -> Iterator[tuple[str, str]]:
    if inspect.isclass(value):
        yield path, "class"
        yield from _of_class(path, value)
    elif callable(value):
        yield path, _signature(value)
    else:
        yield path, type(value).__name__


def _of_class(path: str, kind: type) -> Iterator[tuple[str, str]]:
    if issubclass(kind, enum.Enum):
        yield from ((f"{path}.{member.name}", repr(member.value)) for member in kind)
    elif issubclass(kind, BaseModel):
        for name, field in kind.model_fields.items():
            default = "required" if field.is_required() else _shown(field.get_default(call_default_factory=True))  # ty: ignore
            yield f"{path}.{name}", f"{_type(field.annotation)} = {default}"
    elif dataclasses.is_dataclass(kind):
        yield f"{path}.__init__", _signature(kind)
    elif kind.__module__.startswith("twinstack") and "__init__" in vars(kind):
        yield f"{path}.__init__", _signature(vars(kind)["__init__"])
    for name, member in members(kind):
        function = member.__func__ if isinstance(member, classmethod | staticmethod) else member
        yield f"{path}.{name}", _signature(function) if inspect.isfunction(function) else "property"


def _signature(function: Any) -> str:
    """As it is written: an annotation that was read already is shown with the modules of its names."""
    return _MODULE.sub("", _PLACE.sub("", str(inspect.signature(function)).replace("'", "")))


def _type(annotation: Any) -> str:
    return _PLACE.sub("", inspect.formatannotation(annotation)).replace("typing.", "")


def _shown(value: Any) -> str:
    return "nothing" if value is PydanticUndefined else _PLACE.sub("", repr(value))


def broken(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """What is gone or different."""
    return [path for path, promise in before.items() if after.get(path) != promise]


_MODULE = re.compile(r"\b(?:twinstack|collections|ipaddress|pydantic|typing)(?:\.[a-z_]+)*\.(?=[A-Z])")
_PLACE = re.compile(r" at 0x[0-9a-f]+")
