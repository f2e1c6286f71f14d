"""Keeps the tables in the user's cache: one file for each version of the wheels, shared by all products.

It is JSON, so any Python reads it. Its first line says where each module's table stands; a run reads those it names.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from twinstack.fresh_file import replace_file


class Tables:
    """The tables of one version of the wheels."""

    def __init__(self, content: Path | bytes) -> None:
        """Of a file, or of what could not be written to one. Raises ValueError or OSError for a damaged file."""
        self._content = content
        head = self._head()
        self._start = len(head)
        index, length = json.loads(head)
        self._index: dict[str, tuple[int, int]] = index
        if self._size() != self._start + length:
            raise ValueError("the tables are cut short")

    def __contains__(self, module: str) -> bool:
        return module in self._index

    def module(self, name: str) -> dict[str, list[Any]]:
        """The entries of a module by the name of their class."""
        start, length = self._index[name]
        start += self._start
        if isinstance(self._content, bytes):
            text = self._content[start : start + length]
        else:
            with self._content.open("rb") as file:
                file.seek(start)
                text = file.read(length)
        found: dict[str, list[Any]] = json.loads(text)
        return found

    def _head(self) -> bytes:
        if isinstance(self._content, bytes):
            return self._content[: self._content.index(b"\n") + 1]
        with self._content.open("rb") as file:
            return file.readline()

    def _size(self) -> int:
        return len(self._content) if isinstance(self._content, bytes) else self._content.stat().st_size


def tables(archives: Mapping[str, Path]) -> Tables:
    """The tables of the wheels with these archives: those that are kept, or built, and kept where that can be done.

    Where the cache cannot be written each run builds them. Raises BindingsError for an archive that is not as expected.
    """
    file = _file(archives)
    if file is None:
        return Tables(_built(archives))
    if found := _kept(file):
        return found
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _lock(file):
            if found := _kept(file):  # another process has built them meanwhile
                return found
            content = _built(archives)
            with suppress(OSError):  # a full disk
                replace_file(file, content)
            return Tables(content)
    except OSError:
        return Tables(_built(archives))


def _kept(file: Path) -> Tables | None:
    try:
        return Tables(file)
    except (OSError, ValueError):
        return None


def _built(archives: Mapping[str, Path]) -> bytes:
    from twinstack.bindings.native.tables.build import build

    if sys.stderr.isatty():
        sys.stderr.write("reading the installed bindings, once…\n")
    made = build(archives)
    index: dict[str, tuple[int, int]] = {}
    length = 0
    for name, table in made.items():
        index[name] = length, len(table)
        length += len(table)
    return b"".join([json.dumps([index, length], separators=(",", ":")).encode(), b"\n", *made.values()])


def _file(archives: Mapping[str, Path]) -> Path | None:
    """Where the tables of these wheels are kept. None for a user without a home."""
    folder = cache_folder()
    if folder is None:
        return None
    about = [GENERATOR, *((name, file.name, file.stat().st_size) for name, file in archives.items())]
    digest = hashlib.sha256(json.dumps(about).encode()).hexdigest()[:16]
    return folder / f"classes-{digest}.json"


def cache_folder() -> Path | None:
    """The library's folder in the user's cache."""
    named = os.environ.get("XDG_CACHE_HOME", "")
    if Path(named).is_absolute():
        return Path(named, "twinstack")
    home = os.environ.get("HOME", "")
    inner = ("Library", "Caches") if sys.platform == "darwin" else (".cache",)
    return Path(home, *inner, "twinstack") if Path(home).is_absolute() else None


@contextmanager
def _lock(file: Path) -> Generator[None]:
    """One build at a time."""
    descriptor = os.open(file.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


GENERATOR: Final = 6
"""Grows whenever this code would make something else of the same wheels."""
