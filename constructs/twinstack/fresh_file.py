"""Writes files that are new: never through a link that stands where one is about to be made, and whole at any time."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path


def replace_file(target: Path, content: str | bytes) -> None:
    """Writes a file in one step: whoever reads it finds the old one or the new one. A link in its place is replaced.

    Its folder has to be there. Raises OSError; nothing is left behind then.
    """
    fresh = target.with_name(f".{secrets.token_hex(8)}")
    try:
        write_new(fresh, content)
        if target.is_file() and not target.is_symlink():
            fresh.chmod(target.stat().st_mode)
        fresh.replace(target)
    except BaseException:
        with suppress(OSError):
            fresh.unlink()
        raise


def write_private(target: Path, content: str | bytes) -> None:
    """As `replace_file`, of a file that only its owner may read, whoever may read the one that it replaces."""
    fresh = target.with_name(f".{secrets.token_hex(8)}")
    try:
        write_new(fresh, content, mode=0o600)
        fresh.replace(target)
    except BaseException:
        with suppress(OSError):
            fresh.unlink()
        raise


def write_new(path: Path, content: str | bytes, *, mode: int = 0o666) -> None:
    """Writes a file where none is to be: what a run that was killed has left there is removed, a link is not followed.

    For what will be moved into its place later. `mode` is who may read and write it, less what the user's mask takes.
    Raises OSError.
    """
    with suppress(FileNotFoundError):
        path.unlink()
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content.encode() if isinstance(content, str) else content)
