"""What differs between the layers of an environment and what they said before: each path, its line, and both values.

Plain documents are compared, never objects: what an older schema took is compared with what today's takes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from twinstack.errors import Location
from twinstack.layers.document import Document, Path_, dotted, read
from twinstack.layers.merge import SET_LAYER, Merged, merge
from twinstack.product import BASE, FOLDER


class Absent:
    """Stands for what nobody wrote, which is not the same as `null`."""

    def __repr__(self) -> str:
        return "nothing"


@dataclass(frozen=True, slots=True)
class Edit:
    """One path that the layers say something else of than before."""

    path: Path_
    before: Any
    """What held before; ABSENT where nobody wrote it."""
    after: Any
    location: Location | None
    """Where it stands now; of what was removed, the section that it stood in."""
    was: Location | None = None
    """Of what was removed, where it stood."""

    @property
    def dotted(self) -> str:
        """`backend.uses[6]`."""
        return dotted(self.path)

    @property
    def section(self) -> str:
        """The field of the environment that it is of, `database`, or that it is itself, `region`."""
        return str(self.path[0])


def former_layers(root: Path, environment: str) -> Merged | None:
    """What the layers below a product's former folder said together; None where one of them cannot be read."""
    documents: list[tuple[str, Document]] = []
    for layer in (BASE, environment):
        document = read(root / FOLDER / f"{layer}.yaml", f"{FOLDER}/{layer}.yaml", root)
        if document.is_broken:
            return None
        documents.append((layer, document))
    return merge(documents)


def edits(before: Merged, after: Merged) -> tuple[Edit, ...]:
    """Every path that outputs are made of and whose value differs, the deepest that tells, in the order of today's layers.

    What the command line sets counts as today's, but for a version: both sides are made with that one. What is
    acknowledged only lets something pass.
    """
    found = _between(before.data, after.data, (), before, after)
    return tuple(
        one
        for one in found
        if not (one.path == ("version",) and _is_set(after, one.path)) and one.path[1:2] != ("acknowledge",)
    )


def _is_set(merged: Merged, path: Path_) -> bool:
    origins = merged.origins.get(path)
    return bool(origins) and origins[-1].layer == SET_LAYER


def _between(old: Any, new: Any, path: Path_, before: Merged, after: Merged) -> Iterator[Edit]:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in [*new, *(key for key in old if key not in new)]:
            yield from _between(old.get(key, ABSENT), new.get(key, ABSENT), (*path, key), before, after)
    elif isinstance(old, list) and isinstance(new, list) and old != new:
        yield from _items(old, new, path, before, after)
    elif not _same(old, new):
        yield _edit(old, new, path, before, after)


def _items(old: Sequence[Any], new: Sequence[Any], path: Path_, before: Merged, after: Merged) -> Iterator[Edit]:
    """What came into a list and what went; the list itself where only its order is another one."""
    came = [index for index, item in enumerate(new) if item not in old]
    gone = [index for index, item in enumerate(old) if item not in new]
    for index in came:
        # What one item became is one edit, not two.
        held = old[index] if index in gone else ABSENT
        if index in gone:
            gone.remove(index)
        yield from _between(held, new[index], (*path, index), before, after)
    for index in gone:
        yield Edit((*path, index), old[index], ABSENT, after.locate(path), before.locate((*path, index)))
    if not came and len(old) == len(new):
        yield _edit(old, new, path, before, after)


def _edit(old: Any, new: Any, path: Path_, before: Merged, after: Merged) -> Edit:
    written, stood = after.origins.get(path), before.origins.get(path)
    was = stood[-1] if stood else None
    if written and was and after.layers.index(written[-1].layer) < _rank(after, was.layer):
        # A line of a stronger layer is gone, and what a weaker one has said all along holds.
        return Edit(path, old, new, _section(after, path, was.location.file), was.location)
    if new is ABSENT and was is not None:
        return Edit(path, old, new, _section(after, path, was.location.file), was.location)
    return Edit(path, old, new, after.locate(path))


def _rank(merged: Merged, layer: str) -> int:
    return merged.layers.index(layer) if layer in merged.layers else -1


def _section(merged: Merged, path: Path_, file: str) -> Location | None:
    """The nearest parent that is written in this file."""
    for length in range(len(path) - 1, 0, -1):
        for origin in merged.origins.get(path[:length], ()):
            if origin.location.file == file:
                return origin.location
    return merged.locate(path[:-1])


def _same(old: Any, new: Any) -> bool:
    """Whether YAML means the same; `1` and `true` are equal to Python alone."""
    return type(old) is type(new) and bool(old == new)


ABSENT: Final = Absent()
