"""A product as it would be: an environment class of source that is not written yet, and layers that are not either."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

from twinstack.environment.base import Environment
from twinstack.errors import UsageError
from twinstack.layers.document import Document, parse
from twinstack.product import BASE, FOLDER, Product


@dataclass(frozen=True)
class Draft(Product[Any]):
    """Loads like the product that it will be, from texts."""

    layers: Mapping[str, str] = field(default_factory=dict)
    """The text of each layer by its name, `base` among them."""
    folder: Path = Path()
    """Where it stands, or will stand."""

    @property
    def root(self) -> Path:
        return self.folder

    @property
    def environments(self) -> Sequence[str]:
        return sorted(name for name in self.layers if name != BASE)

    def document(self, layer: str) -> Document:
        return parse(self.layers[layer], f"{FOLDER}/{layer}.yaml")


def environment_class(source: str, file: Path, class_name: str, module_name: str) -> type[Environment]:
    """The environment class of a module's source, without the module being written or replaced.

    Raises UsageError where the source cannot be run, or has no such class.
    """
    is_package = file.name == "__init__.py"
    spec = ModuleSpec(module_name, None, origin=str(file), is_package=is_package)
    module = importlib.util.module_from_spec(spec)
    module.__file__ = str(file)
    if is_package:
        module.__path__ = [str(file.parent)]
    before = sys.modules.get(module_name)
    sys.modules[module_name] = module  # where pydantic looks for what annotations name
    try:
        exec(compile(source, file, "exec"), vars(module))  # noqa: S102  the product's own code, as an import would run it
    except Exception as error:
        raise UsageError(f"{file.name} would not load: {type(error).__name__}: {error}") from error
    finally:
        _put_back(module_name, before)
    kind = getattr(module, class_name, None)
    if not isinstance(kind, type) or not issubclass(kind, Environment):
        raise UsageError(f"{file.name} has no environment class {class_name} when it is loaded")
    return kind


def _put_back(name: str, module: ModuleType | None) -> None:
    if module is None:
        sys.modules.pop(name, None)
    else:
        sys.modules[name] = module
