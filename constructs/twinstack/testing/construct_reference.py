"""Finds a construct by its name, `acme_queue.aws:Queue`, once the engine runs."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from twinstack.cli.blame import INSTALLED
from twinstack.errors import BindingsError, MissingToolError, UsageError, file_and_folder
from twinstack.layers.repair import nearest
from twinstack.testing.author_code import source_of, told


class BrokenModuleError(Exception):
    """The module is there, but it fails while it is imported; the text says in which line of whose."""


def find_construct(reference: str) -> Callable[..., Any]:
    """What `module:Class` names. Raises UsageError where there is none, BrokenModuleError for a module that fails."""
    from twinstack.bindings import activate

    module_name, colon, name = reference.partition(":")
    if not (module_name and colon and name):
        raise UsageError(f'"{reference}" names no construct: write the module, a colon and the class')
    activate(_root(module_name))
    module = _imported(reference, module_name)
    found: Callable[..., Any] | None = getattr(module, name, None)
    if found is None:
        near = nearest(name, [one for one in vars(module) if not one.startswith("_")])
        hint = f": did you mean {near}?" if near else ""
        raise UsageError(f'there is no "{reference}": {module_name} has no {name}{hint}')
    return found


def _imported(reference: str, name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except (BindingsError, MissingToolError):
        raise
    except Exception as error:
        if isinstance(error, ModuleNotFoundError) and error.name and f"{name}.".startswith(f"{error.name}."):
            raise UsageError(f'there is no "{reference}": there is no module {error.name}') from error
        source = source_of(name)
        raise BrokenModuleError(told(error, file_and_folder(source) if source else name)) from error


def _root(module: str) -> Path:
    """The folder whose bindings fit the construct: that of its project, or of an installed package's tests."""
    here = Path.cwd()
    try:
        spec = importlib.util.find_spec(module.partition(".")[0])
    except (ImportError, ValueError):
        spec = None
    start = here
    if spec and spec.origin and not INSTALLED & set(Path(spec.origin).parts):
        start = Path(spec.origin).parents[1] if spec.submodule_search_locations else Path(spec.origin).parent
    return next((folder for folder in (start, *start.parents) if (folder / "pyproject.toml").is_file()), start)
