"""Reads the file that a product is drafted from, with the limits that layers have, and says which format it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from twinstack.errors import ConfigurationError, Location, Problem
from twinstack.layers.document import Document, Path_, dotted, read
from twinstack.starting.kind import find_kind
from twinstack.starting.reading.reading import Reading, Thing
from twinstack.starting.reading.scalars import Plain


@dataclass(slots=True)
class Source:
    """A file: its data with every value as the text that is written, and what turned out to be wrong with it."""

    path: Path
    document: Document
    data: dict[str, Any]
    problems: list[Problem] = field(default_factory=list)

    def line(self, path: Path_) -> int:
        """Where it stands; of what was put together elsewhere, where its nearest parent does."""
        for length in range(len(path), -1, -1):
            if (found := self.document.locations.get(path[:length])) is not None:
                return found.line
        return 0

    def wrong(self, code: str, message: str, path: Path_, given: str, allowed: str, fix: str) -> None:
        """Notes a mistake in the file."""
        where = Location(self.document.file, self.line(path))
        self.problems.append(Problem(code, message, dotted(path), where, given, allowed, fix))


def read_source(path: Path, product: str) -> Reading:
    """What the file says. `product` is what the product will be called.

    Raises ConfigurationError with everything that is wrong with the file.
    """
    from twinstack.starting.reading.compose import read_compose
    from twinstack.starting.reading.values import read_values

    document = read(path, str(path), is_foreign=True)
    if document.problems:
        raise ConfigurationError(document.problems)
    source = Source(path, document, _texts(document.data, (), document))
    services = source.data.get("services")
    is_compose = isinstance(services, Mapping) and any(isinstance(one, Mapping) for one in services.values())
    reading = read_compose(source, product) if is_compose else read_values(source, product)
    if not source.problems and not any(_runs(thing.kind) for thing in reading.things):
        source.wrong(
            "TW782",
            "nothing in the file is a program to run",
            (),
            given=f"{len(source.data)} keys: " + ", ".join(list(source.data)[:8]) if source.data else "nothing",
            allowed="a Compose file with `services`, or values with an `image: {repository: …}` for each component",
            fix="name such a file; `helm template` output and several files at once are not read",
        )
    if source.problems:
        raise ConfigurationError(source.problems)
    _add_migration(reading)
    reading.left_out.sort()
    return reading


def _add_migration(reading: Reading) -> None:
    """The Job that makes the databases' roles, where the file has none that links to them: programs connect as these roles."""
    databases = [thing.key for thing in reading.things if thing.kind == "postgres"]
    prepared = {use.partition(":")[0] for thing in reading.things if thing.kind == "job" for use in thing.uses}
    wanted = [key for key in databases if key not in prepared]
    if not wanted:
        return
    key = next(name for name in ("migration", "make_roles", "prepare_databases") if name not in reading.by_key)
    program = next(thing for thing in reading.things if _runs(thing.kind))
    image = {name: program.base[name] for name in ("image", "tag", "digest") if name in program.base}
    reading.things.append(Thing("job", key, image, uses=[f"{name}: admin" for name in wanted]))


def _runs(kind: str) -> bool:
    return find_kind(kind).is_workload


def _texts(value: Any, path: Path_, document: Document) -> Any:
    """The data with numbers and switches as they are written, and with everything marked that stands there without quotes."""
    if isinstance(value, dict):
        return {key: _texts(one, (*path, key), document) for key, one in value.items()}
    if isinstance(value, list):
        return [_texts(one, (*path, index), document) for index, one in enumerate(value)]
    if value is None:
        return None
    text = value if isinstance(value, str) else document.texts.get(path, str(value))
    return Plain(text) if path in document.plain else text
