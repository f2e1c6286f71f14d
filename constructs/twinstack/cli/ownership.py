"""Whose code a command is about to run: that of a folder of somebody else is not run unasked.

The product is looked for in the folders above the current one, and a stranger may own one of them (`/tmp`, a share).
The rule is Git's (documentation of `safe.directory`, read in November 2026): what is owned by the user who runs the
command, or by root, who could change anything anyway; under sudo also by whoever called sudo. In a container a folder
of the host may have an owner whom the container does not know, or another than the user there: then the folder has to
be named in TWINSTACK_TRUSTED_FOLDERS, which no repository can set.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from twinstack.errors import UsageError


def require_trusted(folder: Path, files: Iterable[Path]) -> None:
    """Raises UsageError where this folder, or one of these files in it, is a stranger's."""
    if _is_trusted(folder):
        return
    for path in (folder, *files):
        # Of a link both: what it leads to may be ours, and what lies beside it is not.
        strangers = {path.lstat().st_uid, path.stat().st_uid} - _ours()
        if strangers:
            raise UsageError(
                f"{path} belongs to user {min(strangers)}, not to you ({os.geteuid()}), and code of {folder} would be run: "
                f"{_way_out(folder)}"
            )
    mode = folder.stat().st_mode
    if mode & stat.S_ISVTX and mode & stat.S_IWOTH:
        raise UsageError(
            f"everybody may put files into {folder}, as into /tmp, and its code would be run: {_way_out(folder)}"
        )


def _is_trusted(folder: Path) -> bool:
    named = [part for part in os.environ.get(TRUSTED, "").split(os.pathsep) if part]
    return "*" in named or any(
        folder.is_relative_to(Path(part).resolve()) for part in named if Path(part).is_absolute()
    )


def _ours() -> frozenset[int]:
    """Who may have written what this user runs."""
    user = os.geteuid()
    caller = os.environ.get("SUDO_UID", "") if user == 0 else ""
    return frozenset({0, user, *([int(caller)] if caller.isdecimal() else [])})


def _way_out(folder: Path) -> str:
    return f"if you trust it, set {TRUSTED}={folder} (several are parted by `{os.pathsep}`, `*` is every folder)"


TRUSTED: Final = "TWINSTACK_TRUSTED_FOLDERS"
"""Absolute paths of folders whose code is run whoever owns it, with all below them."""
