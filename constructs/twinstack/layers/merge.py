"""Merges the YAML layers of one environment and remembers where every value came from.

Mappings are merged key by key; everything else, lists included, is replaced by the later layer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from twinstack.errors import Location, Problem, UsageError
from twinstack.layers.document import Document, Path_, dotted


@dataclass(frozen=True, slots=True)
class Origin:
    """One layer's word on one path."""

    layer: str
    location: Location
    value: Any
    text: str = ""
    """How it is written, where that is no text to YAML: `1.10` is read as 1.1."""


@dataclass(slots=True)
class Merged:
    """The effective data, and for each path what every layer said of it, the first layer first."""

    data: dict[str, Any] = field(default_factory=dict)
    origins: dict[Path_, list[Origin]] = field(default_factory=dict)
    layers: list[str] = field(default_factory=list)

    def locate(self, path: Path_) -> Location | None:
        """Where the value stands; for a path nobody wrote, where its nearest written parent does."""
        for length in range(len(path), -1, -1):
            origins = self.origins.get(path[:length])
            if origins:
                return origins[-1].location
        return None

    def rank(self, path: Path_) -> int:
        """The number of the layer whose word on this path holds, the first being 0; -1 where no layer says anything."""
        origins = self.origins.get(path)
        return self.layers.index(origins[-1].layer) if origins else -1


def merge(documents: Sequence[tuple[str, Document]]) -> Merged:
    """Merges `(layer name, document)` pairs, the weakest first."""
    merged = Merged(layers=[name for name, _ in documents])
    for name, document in documents:
        merged.origins.setdefault((), []).append(Origin(name, Location(document.file, 1), None))
        _merge_into(merged, merged.data, document.data, (), name, document)
    return merged


class Assignments(dict[str, Any]):
    """What the command line sets, by dotted paths."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: dict[Path_, str] = {}
        """How numbers and switches in it are written."""


def assignments(
    set_: Mapping[str, Any], places: Mapping[str, str] | None = None, texts: Mapping[Path_, str] | None = None
) -> Document:
    """`{"database.multi_az": False}` as the document of a last layer; `places` are the options that say some of them,
    where it is not `--set`, and `texts` is how numbers and switches are written.

    Raises UsageError for a path that is none, a path that is set twice, and a value that YAML could not say.
    """
    document = Document(_SET.file, texts=dict(texts or {}))
    for dotted_path, value in set_.items():
        parts = dotted_path.split(".")
        if not all(parts):
            raise UsageError(f'"{dotted_path}" is no path: write it dotted, for example database.multi_az')
        here = document.data
        for depth, part in enumerate(parts[:-1], start=1):
            here = here.setdefault(part, {})
            document.locations[tuple(parts[:depth])] = _SET
            if not isinstance(here, dict):
                raise UsageError(
                    f'"{dotted_path}" goes through {".".join(parts[:depth])}, which is set to a value as well'
                )
        if parts[-1] in here:
            raise UsageError(f'"{dotted_path}" is set twice: set it, or what is below it')
        here[parts[-1]] = _plain(value, dotted_path)
        for path, _ in _paths(value, tuple(parts)):
            document.locations[path] = Location(places[dotted_path]) if places and dotted_path in places else _SET
    return document


def base_only(documents: Sequence[tuple[str, Document]], locked: Mapping[tuple[str, str], str]) -> Iterator[Problem]:
    """A problem for each key that only the first layer may hold but a later one does."""
    for _, document in documents[1:]:
        for section, values in document.data.items():
            if not isinstance(values, Mapping):
                continue
            for key in values:
                if (section, key) in locked:
                    path = (section, key)
                    yield Problem(
                        "TW106",
                        f"`{key}` is the same in every environment",
                        dotted(path),
                        document.locations.get(path),
                        given=f"`{key}` in {document.locations[path].file}",
                        allowed=f"only in {documents[0][1].file}: {locked[path]}",
                        fix=f"move it to {documents[0][1].file}",
                    )


def _merge_into(
    merged: Merged, into: dict[str, Any], data: Mapping[str, Any], path: Path_, layer: str, document: Document
) -> None:
    for key, value in data.items():
        where = (*path, key)
        location = document.locations[where]
        old = into.get(key)
        if isinstance(value, Mapping) and isinstance(old, dict):
            merged.origins[where].append(Origin(layer, location, value))
            _merge_into(merged, old, value, where, layer, document)
        elif isinstance(value, Mapping):
            _forget_below(merged, where)
            merged.origins.setdefault(where, []).append(Origin(layer, location, value))
            into[key] = fresh = {}
            _merge_into(merged, fresh, value, where, layer, document)
        else:
            _forget_below(merged, where)
            merged.origins.setdefault(where, []).append(Origin(layer, location, value, document.texts.get(where, "")))
            into[key] = value
            if isinstance(value, list):
                for inner, item in _paths(value, where):
                    if inner != where:
                        place, text = document.locations.get(inner, location), document.texts.get(inner, "")
                        merged.origins[inner] = [Origin(layer, place, item, text)]


def _forget_below(merged: Merged, path: Path_) -> None:
    """A replaced list or mapping takes the provenance of its old items with it."""
    if path in merged.origins:
        for inner in [known for known in merged.origins if len(known) > len(path) and known[: len(path)] == path]:
            del merged.origins[inner]


def _plain(value: Any, path: str) -> Any:
    """The value as YAML would have given it: mappings and lists copied, so that a layer never changes its caller's."""
    match value:
        case Mapping() if all(isinstance(key, str) for key in value):
            return {key: _plain(inner, f"{path}.{key}") for key, inner in value.items()}
        case list() | tuple():
            return [_plain(inner, f"{path}[{index}]") for index, inner in enumerate(value)]
        case str() | int() | float() | None:
            return value
    raise UsageError(
        f'"{path}" is set to a {type(value).__name__}: give what YAML could say (text, a number, a list, …)'
    )


def _paths(value: Any, path: Path_) -> Iterator[tuple[Path_, Any]]:
    yield path, value
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _paths(inner, (*path, key))
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from _paths(inner, (*path, index))


SET_LAYER: Final = "set"
"""The layer of what is given on the command line, or to `Product.load`."""
_SET: Final = Location("--set")
