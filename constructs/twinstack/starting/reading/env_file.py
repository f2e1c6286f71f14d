"""Reads an `env_file` as Compose does.

Source: github.com/compose-spec/compose-go, `dotenv`, as Docker Compose 2 uses it; read in November 2026 and held against
Compose itself by tests/starting/test_env_file.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from twinstack.starting.reading.interpolation import Text, interpolated


@dataclass(frozen=True, slots=True)
class Entry:
    """One variable of a file."""

    name: str
    text: Text | None
    """None: only the surroundings of a machine know it."""
    reason: str = ""
    """Why it is not certain what Compose makes of it."""


def entries(text: str) -> Iterator[Entry]:
    """The variables in their order. Raises ValueError, with the line, where the file is none of Compose's."""
    text = text.replace("\r\n", "\n")
    known: dict[str, Text] = {}
    position = 0
    while position < len(text):
        if (found := _NOTHING.match(text, position)) is None and (found := _ENTRY.match(text, position)) is None:
            raise ValueError(f"line {text.count(chr(10), 0, position) + 1} is no `NAME=value`")
        position = found.end()
        if found.re is _NOTHING:
            continue
        entry = _entry(found, known)
        if entry.text is not None:
            known[entry.name] = entry.text
        yield entry


def raw_entries(text: str) -> Iterator[Entry]:
    """Those of a file with `format: raw`: what stands behind the sign, as it stands."""
    for line in text.splitlines():
        name, sign, value = line.partition("=")
        if sign and not line.startswith("#"):
            yield Entry(name, Text(value))


def _entry(found: re.Match[str], known: dict[str, Text]) -> Entry:
    name = found["name"]
    if found["sign"] is None:
        return Entry(name, None)
    if found["single"] is not None:
        return Entry(name, Text(found["single"]))
    value = found["double"]
    if value is None:
        value = found["bare"].partition(" #")[0].strip()
        if value[:1] in {"'", '"'}:
            return Entry(name, None, "its quotation marks do not enclose the whole of it")
    elif _UNUSUAL.search(value):
        return Entry(name, None, "it has an escape other than for quotation marks, `$`, lines and tabs")
    else:
        value = _ESCAPE.sub(lambda escape: _ESCAPES[escape[1]], value)
    try:
        return Entry(name, interpolated(value, known=known, is_strict=False))
    except ValueError as error:
        return Entry(name, None, f"it has {error}")


_NOTHING: Final = re.compile(r"[ \t]*(?:#[^\n]*)?(?:\n|\Z)")
_ENTRY: Final = re.compile(
    r"[ \t]*(?:export[ \t]+)?(?P<name>[A-Za-z0-9_.\[\]-]+)[ \t]*"
    r"(?:(?P<sign>[=:])[ \t]*(?:'(?P<single>(?:[^'\\]|\\(?!'))*)'[ \t]*(?:#[^\n]*)?"
    r"|\"(?P<double>(?:[^\"\\]|\\.)*)\"[ \t]*(?:#[^\n]*)?"
    r"|(?P<bare>[^\n]*)))?(?:\n|\Z)",
    re.DOTALL,
)
_UNUSUAL: Final = re.compile(r"(?<!\\)(?:\\\\)*\\[abcfv0]")
_ESCAPE: Final = re.compile(r"\\([nrt\"\\$])")
_ESCAPES: Final = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\", "$": "$$"}
