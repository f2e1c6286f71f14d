"""The former outputs of an environment where only its layers were others: made once more by the program that runs.

A revision's own program takes a checkout, a process and all that is loaded in it; where it is today's program, to the last
file, none of that is needed.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from twinstack.changes.former import Outputs, outputs_of
from twinstack.environment.spec import Half
from twinstack.product import BASE, FOLDER

if TYPE_CHECKING:
    from twinstack.changes.revision import Repository
    from twinstack.product import Product


@dataclass(frozen=True, slots=True)
class FormerLayers:
    """The layers of a commit whose program is today's."""

    label: str
    """What they are, for people: `main (9f3c2e1a04)`."""
    root: Path
    """The folder with `environments/` as it was, while the context lasts."""
    commit: str


@contextmanager
def former_layers_alone(
    repository: Repository, commit: str, label: str, environment: str
) -> Generator[FormerLayers | None]:
    """The layers of a commit, while the context lasts; None where anything else may be another than today, or where the
    commit has no such environment.
    """
    if not _only_layers_differ(repository, commit):
        yield None
        return
    with repository.layers(commit) as root:
        is_there = root is not None and all((root / FOLDER / f"{one}.yaml").is_file() for one in (BASE, environment))
        yield FormerLayers(label, root, commit) if root is not None and is_there else None


@contextmanager
def made_again(
    product: Product[Any], environment: str, layers: FormerLayers, *, halves: Sequence[Half], version: str | None
) -> Generator[Outputs]:
    """Their outputs, while the context lasts. Raises ConfigurationError for layers that the program refuses."""
    from twinstack.synthesis import synthesized

    one = product.load_former(layers.root, environment, version=version)
    with synthesized(product, [one], halves) as output:
        made = outputs_of(layers.label, output.stack(one.environment), output.manifests(one.environment), halves)
        yield replace(made, root=layers.root, commit=layers.commit)


def _only_layers_differ(repository: Repository, commit: str) -> bool:
    """Whether each file that is another one is a layer, or nothing that outputs can be made of."""
    return all(_is_harmless(PurePosixPath(name), repository.prefix) for name in repository.changed_since(commit))


def _is_harmless(path: PurePosixPath, prefix: str) -> bool:
    if path.parent == PurePosixPath(prefix or ".") / FOLDER:
        return path.suffix in OF_LAYERS
    return not HARMLESS.isdisjoint(path.parts)


OF_LAYERS: Final = frozenset({".json", ".yaml"})
"""The layers themselves, and the schemas that editors check them by."""
HARMLESS: Final = frozenset({".github", "tests"})
"""Folders in which nothing lies that an environment is made of."""
