"""Begins the program's own process again, on node, where the native engine was asked for what it does not do."""

from __future__ import annotations

import os
import sys
from typing import Final, NoReturn


def own_this_process() -> None:
    """Says that this process is a command's or `main.py`'s, from its first line on: it may be begun again."""
    _OWNED.append(COMMAND)


def own_these_tests() -> None:
    """Says that this process is a test runner's, which begins again once all that it holds is put away (testing.plugin)."""
    _OWNED.append(TESTS)


def runs_tests() -> bool:
    """Whether this process is a test runner's, which may also carry out commands."""
    return TESTS in _OWNED or "pytest" in sys.modules


def may_begin_again() -> bool:
    """Whether this process is the program's own, and was not begun again already."""
    return (TESTS if runs_tests() else COMMAND) in _OWNED and AGAIN not in os.environ


def begin_again_if_refused() -> None:
    """Begins again where anything was refused, whoever caught it, or where the run ends with an error of a program's:
    nothing was made then. To be called while the error is handled.

    Returns where nothing was refused, or where the native engine was asked for.
    """
    choice = sys.modules.get("twinstack.bindings.choice")
    if choice is not None and not runs_tests() and choice.must_begin_again(sys.exception()):
        begin_again("node")


def begin_again(reason: str) -> NoReturn:
    """The same program once more, in this process's place. `reason` keeps it from doing so for ever."""
    sys.stdout.flush()
    sys.stderr.flush()
    os.environ[AGAIN] = reason
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606  the same program again


AGAIN: Final = "TWINSTACK_STARTED_AGAIN_FOR"
COMMAND: Final = "command"
TESTS: Final = "tests"
_OWNED: Final[list[str]] = []
