"""What a command line tells of Celery: whether it starts the beat, and where that keeps its schedule.

Source: celery 5.7.0, celery/bin/beat.py and celery/bin/worker.py (`--schedule` defaults to `beat_schedule_filename`, which
is `celerybeat-schedule` in the working folder), read on 2026-11-28.
"""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import PurePosixPath
from typing import Final

from twinstack.environment.model import Finding


def check_schedule_file(command: Sequence[str]) -> Iterator[Finding]:
    """A warning for a beat that would keep its schedule where its container may not write.

    A scheduler that is named (`-S`) keeps it elsewhere, in a database for example, unless it is the one that Celery has by
    default. One that the application names in its own configuration is not seen here.
    """
    words = [*_words(command)]
    options = _beat_options(words)
    if options is None:
        return
    scheduler = _option(options, ("-S", "--scheduler"))
    if scheduler is not None and scheduler.rpartition(":")[2].rpartition(".")[2] != "PersistentScheduler":
        return
    file = _option(options, ("-s", "--schedule", "--schedule-filename"))
    if file is not None and (posixpath.normpath(file).startswith("/tmp/") or "$" in file):  # noqa: S108  a folder in the container
        return
    yield Finding(
        "TW355",
        "Celery's beat would keep its schedule where it cannot write",
        ("command",),
        given=file or f"{DEFAULT_FILE} in the image's working folder",
        allowed="a file under /tmp: the rest of the container is read-only",
        fix="add `--schedule, /tmp/celerybeat-schedule` to the command",
        warning=True,
        acknowledgeable=True,
    )


def _words(command: Sequence[str]) -> Iterator[str]:
    """The command's words, those of a script for a shell among them."""
    for part in command:
        if part.split() in ([], [part]):
            yield part
            continue
        try:
            yield from shlex.split(part)
        except ValueError:
            yield from part.split()


def _beat_options(words: Sequence[str]) -> Sequence[str] | None:
    """What follows `beat`, or a worker that has one in it; None of a command that starts none."""
    start = next((i for i, word in enumerate(words) if PurePosixPath(word).name == "celery"), None)
    if start is None:
        return None
    rest = iter(range(start + 1, len(words)))
    for place in rest:
        word, options = words[place], words[place + 1 :]
        if word in WITH_A_VALUE:
            next(rest, None)
        elif word == "beat" or (word == "worker" and {"-B", "--beat"} & {*options}):
            return options
        elif not word.startswith("-"):
            return None  # another of its commands
    return None


def _option(words: Sequence[str], names: Sequence[str]) -> str | None:
    """The value of an option, in each way in which it is written: `-s FILE`, `-sFILE`, `--schedule FILE`, `--schedule=FILE`."""
    for word, following in pairwise([*words, ""]):
        for name in names:
            if word == name:
                return following
            if name.startswith("--") and word.startswith(f"{name}="):
                return word.removeprefix(f"{name}=")
            if not name.startswith("--") and not word.startswith("--") and word.startswith(name):
                return word.removeprefix(name)
    return None


DEFAULT_FILE: Final = "celerybeat-schedule"
WITH_A_VALUE: Final = frozenset(
    {"-A", "--app", "-b", "--broker", "--result-backend", "--loader", "--config", "--workdir"}
)
"""Options of `celery` itself that are followed by their value. Source: celery 5.7.0, celery/bin/celery.py."""
