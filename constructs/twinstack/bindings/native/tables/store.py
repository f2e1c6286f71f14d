"""The tables of all classes, as the library ships them: `python -m classes_generator` makes them of the wheels.

A file has a line with two lengths, an index, what its tables have in common, and each module's table, packed by itself: a run
reads those of the modules that it names.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

Table = dict[str, list[Any]]
"""The entries of a module by the name of their class."""


class Tables:
    """The tables in these files."""

    def __init__(self, *files: Path) -> None:
        self._where: dict[str, tuple[Path, int, int, bytes]] = {}
        for file in files:
            self._where |= _index(file)

    def __contains__(self, module: str) -> bool:
        return module in self._where

    def __iter__(self) -> Iterator[str]:
        return iter(self._where)

    def module(self, name: str) -> Table:
        """The table of a module, by its import name."""
        found: Table = json.loads(self.text(name))
        return found

    def text(self, name: str) -> bytes:
        """The same as the JSON that it is kept as."""
        file, start, length, common = self._where[name]
        with file.open("rb") as packed:
            packed.seek(start)
            return zlib.decompressobj(zdict=common).decompress(packed.read(length))


def tables() -> Tables:
    """Those of all classes."""
    return Tables(FOLDER / ENGINES, FOLDER / AWS)


def _index(file: Path) -> dict[str, tuple[Path, int, int, bytes]]:
    with file.open("rb") as packed:
        head, words = map(int, packed.readline().split())
        lengths: list[tuple[str, int]] = json.loads(zlib.decompress(packed.read(head)))
        common = zlib.decompress(packed.read(words))
        start = packed.tell()
    found = {}
    for name, length in lengths:
        found[name] = file, start, length, common
        start += length
    return found


FOLDER: Final = Path(__file__).parent
ENGINES: Final = "engines.tables"
AWS: Final = "aws-6.25.0.tables"
