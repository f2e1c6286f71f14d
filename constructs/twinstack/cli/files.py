"""Puts files in their place: all of them, or none."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from twinstack.errors import UsageError


def in_the_way(folder: Path) -> Sequence[str]:
    """What a new product would stand beside. A repository and a virtual environment may be there already.

    Raises UsageError for a folder that cannot be looked into.
    """
    if not folder.exists():
        return ()
    if not folder.is_dir():
        return (folder.name,)
    try:
        return sorted(path.name for path in folder.iterdir() if path.name not in WELCOME)
    except OSError as error:
        raise UsageError(f"{folder} cannot be looked into: {error.strerror or error}") from error


def write_folder(folder: Path, files: Mapping[str, str]) -> None:
    """Writes a new folder's files. Raises UsageError, and leaves nothing behind, where that is not possible."""
    made = [each for each in (folder, *folder.parents) if not each.exists()]
    moved: list[Path] = []
    stage: Path | None = None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        stage = Path(tempfile.mkdtemp(prefix=_STAGE, dir=folder))
        for name, text in files.items():
            target = stage / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8", newline="\n")
        for entry in sorted(stage.iterdir()):
            target = folder / entry.name
            if target.exists():  # made by somebody else meanwhile
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))
            entry.rename(target)
            moved.append(target)
    except OSError as error:
        for path in moved:
            shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
        raise UsageError(f"{error.filename or folder} cannot be written: {error.strerror or error}") from error
    finally:
        if stage is not None:
            shutil.rmtree(stage, ignore_errors=True)
        for each in made:
            if each.is_dir() and not any(each.iterdir()):
                each.rmdir()


def put_files(files: Mapping[Path, str]) -> None:
    """Writes files, or replaces them. Each is whole at any time, and none is touched before all are made.

    Raises UsageError where that is not possible.
    """
    if folder := next((target for target in files if target.is_dir()), None):
        raise UsageError(f"{folder} cannot be written: it is a folder")
    staged: list[tuple[Path, Path]] = []
    try:
        for target, text in files.items():
            target.parent.mkdir(parents=True, exist_ok=True)
            stage = target.with_name(f".{target.name}.new")
            staged.append((stage, target))
            stage.write_text(text, encoding="utf-8", newline="")
            if target.exists():
                stage.chmod(target.stat().st_mode)
        for stage, target in staged:
            stage.replace(target)
    except OSError as error:
        raise UsageError(f"{error.filename} cannot be written: {error.strerror or error}") from error
    finally:
        for stage, _ in staged:
            if stage.is_file():
                stage.unlink()


WELCOME: Final = frozenset({".git", ".venv"})
_STAGE: Final = ".twinstack-init-"
