"""What two outputs of one environment were made of: their layers, the program and the library, and what differs in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final

import twinstack
from twinstack.changes.causes import PROGRAM, Causes
from twinstack.changes.difference import Cause
from twinstack.changes.edits import ABSENT, Edit, edits, former_layers
from twinstack.changes.revision import Repository
from twinstack.errors import Location

if TYPE_CHECKING:
    from twinstack.changes.former import Outputs
    from twinstack.layers.load import Loaded
    from twinstack.layers.merge import Merged
    from twinstack.product import Product


def causes_between(product: Product[Any], loaded: Loaded[Any], before: Outputs) -> Causes:
    """What can have made a change since these outputs; called while their context lasts, for it reads their layers."""
    layers = former_layers(before.root, loaded.environment.name) if before.root is not None else None
    if layers is None:
        return Causes(loaded, (*_every_line(loaded.merged),), is_first=True)
    return Causes(loaded, edits(layers, loaded.merged), _other(product, before.commit))


def _every_line(merged: Merged) -> Iterator[Edit]:
    """Each value of today's layers, as if nobody had said it before."""
    for path, origins in merged.origins.items():
        if path and not isinstance(origins[-1].value, Mapping | list):
            yield Edit(path, ABSENT, origins[-1].value, origins[-1].location)


def _other(product: Product[Any], commit: str) -> Cause | None:
    """What differs beside the layers: the product's Python, or the library where it lies in the same repository."""
    if not commit:
        return Cause("", note=PROGRAM)
    files = [*_of_the_program(Repository.of(product.root), commit)]
    if not files:
        return None
    if all(is_library for _, is_library in files):
        return Cause("", note="the library")
    names = [name for name, is_library in files if not is_library]
    return Cause("", Location(names[0]) if len(names) == 1 else None, PROGRAM)


def _of_the_program(repository: Repository, commit: str) -> Iterator[tuple[str, bool]]:
    """Each file that outputs are made by and that is another than at the commit, from the product's folder; whether it is
    the library's.
    """
    package = Path(twinstack.__file__).resolve().parent
    for name in repository.changed_since(commit):
        path = repository.top / name
        if path.resolve().is_relative_to(package):
            yield name, True
        elif name.startswith(f"{repository.prefix}/" if repository.prefix else ""):
            inner = PurePosixPath(name).relative_to(repository.prefix or ".")
            if "tests" not in inner.parts and (inner.suffix == ".py" or inner.name in OF_PACKAGES):
                yield str(inner), False


OF_PACKAGES: Final = frozenset({
    "Pipfile", "Pipfile.lock", "poetry.lock", "pyproject.toml", "requirements.txt", "uv.lock",
})  # fmt: skip
"""Files that say which packages the program runs with."""
