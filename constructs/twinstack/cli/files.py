"""Puts files in their place: all of them, or none."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from twinstack.errors import ConfigurationError, Problem, UsageError
from twinstack.fresh_file import write_new
from twinstack.regular_file import leads_out_of
from twinstack.surroundings import advice_for


def refused(problems: Iterable[Problem]) -> ConfigurationError:
    """What is raised before anything is written, for a product that would not load."""
    error = ConfigurationError(problems)
    error.add_note(NOTHING)
    return error


def in_the_way(folder: Path) -> Sequence[str]:
    """What a new product would stand beside. A repository and a virtual environment may be there already.

    Raises UsageError for what is no folder, and for one that cannot be looked into.
    """
    if not folder.exists():
        return ()
    try:
        return sorted(path.name for path in folder.iterdir() if path.name not in WELCOME)
    except NotADirectoryError as error:
        raise UsageError(f"{folder} is a file: name a folder; {NOTHING}") from error
    except OSError as error:
        raise UsageError(f"{folder} cannot be looked into: {error.strerror or error}") from error


def put_files(files: Mapping[Path, str], within: Path) -> None:
    """Writes files, or replaces them. Each is whole at any time, and none is touched before all are made.

    A link in the place of a file is replaced, never written through. Raises UsageError where writing is not possible,
    and where a link takes a folder out of `within`; every file and folder is then as it was.
    """
    for target in files:
        if leads_out_of(target.parent, within):
            raise UsageError(
                f"{target.parent} is a link that leads out of {within}, and nothing is written there: make it a folder: "
                f"{NOTHING}"
            )
    made: list[Path] = []
    staged: list[tuple[Path, Path]] = []
    kept: dict[Path, Path] = {}
    done: list[Path] = []
    target = Path()
    try:
        made += _missing_folders(files)
        for target, text in files.items():
            if target.is_dir():
                raise IsADirectoryError(errno.EISDIR, "it is a folder")
            target.parent.mkdir(parents=True, exist_ok=True)
            stage = _beside(target, "new")
            staged.append((stage, target))
            write_new(stage, text)
            if os.path.lexists(target):
                kept[target] = _beside(target, "old")
                _keep(target, kept[target])
                if not target.is_symlink():
                    stage.chmod(target.stat().st_mode)
        for stage, target in staged:
            stage.replace(target)
            done.append(target)
        done.clear()
    except BaseException as error:
        while done:  # one that cannot be put back keeps its copy beside it
            kept[done[-1]].replace(done[-1]) if done[-1] in kept else done[-1].unlink()
            done.pop()
        if isinstance(error, OSError):
            advice = advice_for(error.errno)
            reason = f"{error.strerror or error}{f': {advice}' if advice else ''}"
            raise UsageError(f"{target} cannot be written: {reason}: {NOTHING}") from error
        raise
    finally:
        for left in (*(stage for stage, _ in staged), *(old for target, old in kept.items() if target not in done)):
            with suppress(OSError):
                left.unlink()
        for folder in made:
            with suppress(OSError):  # it holds something
                folder.rmdir()


def _keep(target: Path, copy: Path) -> None:
    """A copy of what stands there; of a link one of the link."""
    if target.is_symlink():
        with suppress(FileNotFoundError):
            copy.unlink()
        copy.symlink_to(target.readlink())
    else:
        write_new(copy, target.read_bytes())
        shutil.copystat(target, copy)


def _missing_folders(files: Mapping[Path, str]) -> Iterator[Path]:
    """The folders that are not there yet, the innermost first."""
    found = {folder for file in files for folder in file.parents if not folder.exists()}
    yield from sorted(found, key=lambda folder: len(folder.parts), reverse=True)


def _beside(file: Path, ending: str) -> Path:
    return file.with_name(f".{file.name}.twinstack-{ending}")


NOTHING: Final = "nothing was written"
WELCOME: Final = frozenset({".git", ".venv"})
