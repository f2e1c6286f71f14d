"""What a text must be for a process to be given it as it was written, in the cluster and on a developer's machine.

Each output writes a text in its own way: YAML quotes it, Compose and the kubelet have a `$` doubled, .env.example names
characters that no quotation marks carry. What is left is what no output can carry. Sources: execve(2), Linux ("Limits on size
of arguments and environment", MAX_ARG_STRLEN); measured with Docker Compose 5, python-dotenv 1.2 and bash 5.2 in November 2026,
the first two of which read a carriage return of an .env as the end of a line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from twinstack.environment.model import Finding

Place = tuple[str | int, ...]


def check_text(text: str, place: Place, *, beside: int = 0) -> Iterator[Finding]:
    """A finding for a text that a process cannot be given. `beside`: the bytes that share its room, of `NAME=`."""
    if wrong := _NEVER.search(text):
        character = wrong[0]
        yield Finding(
            "TW751",
            "a character that not every output can carry",
            place,
            given=f"{_NAMES.get(character, 'half a character')} (U+{ord(character):04X}), after {wrong.start()} characters",
            allowed="any text but U+0000, a carriage return, and halves of characters (U+D800 to U+DFFF)",
            fix="end lines by a line feed alone, as a block (`|`) in YAML does" if character == "\r" else "remove it",
        )
    elif (size := len(text.encode()) + beside + 1) > LONGEST:
        yield Finding(
            "TW751",
            "a text that is too long for a process to be given",
            place,
            given=f"{size - beside - 1} bytes",
            allowed=f"{LONGEST - beside - 1} bytes",
            fix="put it into a file of the image, or where the program can fetch it",
        )


def check_command(command: Iterable[str], place: Place) -> Iterator[Finding]:
    """A finding for each part that a process cannot be given, and for a whole command line in place of a program."""
    parts = tuple(command)
    for index, part in enumerate(parts):
        yield from check_text(part, (*place, index))
    if len(parts) == 1 and re.search(r"\s", parts[0].strip()):
        yield Finding(
            "TW752",
            "a command line in the place of a program",
            place,
            given=f'one item with blanks in it, "{_short(parts[0])}"',
            allowed="the program and each argument as an item of its own, since no shell takes the line apart",
            fix=f"write [{', '.join(parts[0].split())}], or [sh, -c, …] where it takes a shell"
            if _PLAIN.fullmatch(parts[0])
            else "write [sh, -c, …] with this line as its last item",
        )


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


LONGEST: Final = 128 * 1024
"""Bytes of one argument, or of one variable with its name, the zero that ends it among them: 32 pages of 4 KiB."""
_NEVER: Final = re.compile("[\0\r\ud800-\udfff]")
_NAMES: Final = {"\0": "a zero byte", "\r": "a carriage return"}
_PLAIN: Final = re.compile(r"[A-Za-z0-9_./:@=+ -]*")
_LONGEST_SHOWN: Final = 60
