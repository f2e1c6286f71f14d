"""The kinds of things that a product can be given: found by their folder, described by their own code."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Final

import twinstack
from twinstack.environment.links import Access
from twinstack.environment.placement import DeliveryPlan
from twinstack.environment.spec import Half, ResourceSpec, Spec, WorkloadSpec
from twinstack.errors import UsageError
from twinstack.layers.repair import first_sentence, nearest
from twinstack.starting.construct import Construct, find_construct
from twinstack.starting.starter import STARTER, Starter, read_starter


@dataclass(frozen=True)
class Kind:
    """One kind: `postgres`, or `acme_queue` from outside the library."""

    name: str
    package: str
    """Where its spec is imported from, `twinstack.postgres`."""
    folder: Path
    spec: type[Spec]

    @property
    def is_resource(self) -> bool:
        """Whether workloads link to it; a web service, which they can link to as well, is a workload here."""
        return issubclass(self.spec, ResourceSpec) and not self.is_workload

    @property
    def is_workload(self) -> bool:
        return issubclass(self.spec, WorkloadSpec)

    @property
    def access_levels(self) -> tuple[Access, ...]:
        """What a link to it may ask for, the default first; none, where it cannot be linked to."""
        return self.spec.access_levels if issubclass(self.spec, ResourceSpec) else ()

    @property
    def description(self) -> str:
        """What it is, in a sentence."""
        return first_sentence(inspect.getdoc(self.spec) or "")

    @cached_property
    def starter(self) -> Starter:
        """What it begins with. A kind without a starter has to do with its defaults."""
        file = self.folder / STARTER
        return read_starter(file) if file.is_file() else Starter(field=self.name.split(".")[-1])

    @cached_property
    def constructs(self) -> Mapping[Half, Construct]:
        """What builds it, in each half that has to."""
        return {half: find_construct(self.package, self.folder, self.spec, half) for half in sorted(self.spec.built_in)}


def rank(spec: type[Spec]) -> int:
    """Where it stands among the others: the ground, resources, workloads, and what leads to them or brings them there."""
    if issubclass(spec, WorkloadSpec):
        return 2
    if issubclass(spec, ResourceSpec):
        return 1
    return 3 if Half.WORKLOADS in spec.built_in or issubclass(spec, DeliveryPlan) else 0


@cache
def built_in_kinds() -> Sequence[str]:
    """The names of the library's own kinds, the ground first, as they stand in a product."""
    return sorted(_names(), key=lambda name: rank(find_kind(name).spec))


@cache
def find_kind(name: str, among: Callable[[Kind], bool] | None = None) -> Kind:
    """The kind of this name: a room of the library, or an installed package that looks like one.

    Raises UsageError for a name that is neither, with those that it could have been: all, or those `among` which one
    is wanted.
    """
    written, name = name, name.strip().lower().replace("-", "_")
    for package in (f"twinstack.{name}", name):
        folder = _folder(package)
        if folder is not None and (spec := _spec(package)) is not None:
            return Kind(name, package, folder, spec)
    known = [each for each in _names() if among is None or among(find_kind(each))]
    guess = nearest(name, known)
    hint = f"did you mean {guess}?" if guess else "name one of these, or an installed package with a `spec.py`"
    raise UsageError(f'there is no kind "{written}" (there are {", ".join(known)}): {hint}')


def _names() -> Sequence[str]:
    return sorted(file.parent.name for file in _LIBRARY.glob(f"*/{STARTER}"))


def _folder(package: str) -> Path | None:
    """The folder of a package with a `spec.py`. Nothing is imported for it but the packages above."""
    if not _PACKAGE.fullmatch(package):
        return None
    try:
        found = importlib.util.find_spec(package)
    except (ImportError, ValueError):
        return None
    folders = [Path(path) for path in found.submodule_search_locations or ()] if found else []
    return next((folder for folder in folders if (folder / "spec.py").is_file()), None)


def _spec(package: str) -> type[Spec] | None:
    """The one spec that a package exports."""
    module = importlib.import_module(package)
    exported: list[Any] = [getattr(module, name) for name in getattr(module, "__all__", ())]
    specs = [each for each in exported if isinstance(each, type) and issubclass(each, Spec)]
    return specs[0] if len(specs) == 1 else None


_LIBRARY: Final = Path(twinstack.__file__).parent
_PACKAGE: Final = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*")
