"""Reads a file that somebody else may have put there: no pipe or device, none that is endless, none that is too large."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Final


class NotRegularError(OSError):
    """What stands there is no file. `strerror` says what it is."""


class TooLargeError(OSError):
    """The file is larger than what is read of one. `strerror` says how large."""


def read_regular(path: Path, most: int | None = None) -> bytes:
    """The whole file, of at most `most` bytes.

    Raises OSError as reading does, its two kinds above included. It never waits: opening a named pipe otherwise would,
    until somebody wrote into it.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        what = next((words for is_one, words in _KINDS if is_one(status.st_mode)), "no file")
        raise NotRegularError(0, what, str(path))
    with os.fdopen(descriptor, "rb") as file:
        data = file.read() if most is None else file.read(most + 1)
        if most is not None and len(data) > most:
            raise TooLargeError(0, f"{max(status.st_size, len(data))} bytes", str(path))
        return data


def leads_out_of(path: Path, folder: Path) -> bool:
    """Whether a link, of the file's own or of a folder on the way to it, leads somewhere else than below `folder`."""
    return not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))


_KINDS: Final = (
    (stat.S_ISDIR, "a directory"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)
