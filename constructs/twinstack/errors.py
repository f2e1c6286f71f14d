"""Every error twinstack raises on purpose, in one tree.

    TwinstackError                  exit status 1
    ├── ConfigurationError          the environment is wrong: carries every Problem found; exit status 2
    ├── UsageError                  the command line or a call is wrong; exit status 2
    ├── MissingToolError            a program or package that is needed is not installed; exit status 2
    ├── ConstructionError           a half was composed wrongly (never built, built twice); exit status 2
    ├── BootstrapError              AWS refuses what the state bucket needs, or cannot be reached
    ├── ClusterError                a Kubernetes API server refuses a request, or gives no answer
    ├── LeaseHeldError              another deployment is at work; exit status 3
    ├── LeaseLostError              another deployment has taken over; nothing more is written
    ├── StaleReleaseError           something was deployed since this release was planned; exit status 3
    ├── SupersededError             a newer deployment asked this one to give way; exit status 3
    ├── BindingsError               the trimmed bindings could not be made, or the engine not be started; exit status 2
    │   └── UnsupportedError        the native engine does not do what the program asks for
    ├── InfrastructureError         Terraform could not plan or apply: carries every Problem found
    │   └── StateLockedError        somebody else is at work on the same state; exit status 3
    └── RehearsalError              a rehearsal could not be carried out (not: it found something)

A stack trace that reaches a user is a bug in this library.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar, Final

from twinstack.printable import printable_line


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A place in a file; `line` counts from one."""

    file: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


def file_and_folder(path: str | Path) -> str:
    """`acme_queue/spec.py`: what the author of a file knows it by, wherever it is installed."""
    return "/".join(Path(path).parts[-2:])


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, or (`warning`) that will be.

    `code` is stable and documented (docs/errors.md); `path` is dotted (`backend.scale.min`);
    `given`, `allowed` and `fix` are whole phrases for people.
    """

    code: str
    message: str
    path: str = ""
    location: Location | None = None
    given: str = ""
    allowed: str = ""
    fix: str = ""
    warning: bool = False
    environment: str = ""
    """The environment it is about, where its place does not say so; several, for one place in base.yaml."""

    def at(self, location: Location | None) -> Problem:
        return replace(self, location=location)

    def __str__(self) -> str:
        about = f"(in {self.environment})" if self.environment else ""
        where = "  ".join(str(part) for part in (self.location, self.path, about) if part)
        rows = [("", where), ("given", self.given), ("allowed", self.allowed), ("fix", self.fix)]
        head = f"{'warning' if self.warning else 'error'} {self.code}: {self.message}"
        lines = [head, *(f"  {name:<{_LABEL_WIDTH}}{text}".rstrip() for name, text in rows if text)]
        return "\n".join(printable_line(line) for line in lines)


class TwinstackError(Exception):
    """The root of the tree. `exit_status` is what the command line ends with."""

    exit_status: ClassVar[int] = 1


class ConfigurationError(TwinstackError):
    """The environment is wrong. Everything that was found is in `problems`, in file order."""

    exit_status = 2

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: Sequence[Problem] = tuple(sorted(problems, key=_in_file_order))
        super().__init__("\n".join(str(problem) for problem in self.problems))


class UsageError(TwinstackError):
    """A command or a call was given something it does not take."""

    exit_status = 2


class MissingToolError(TwinstackError):
    """A program or a package that this command needs is not there."""

    exit_status = 2


class ConstructionError(TwinstackError):
    """A half was composed wrongly; the message names the construct and the line that is missing."""

    exit_status = 2


class BootstrapError(TwinstackError):
    """AWS refuses what the state bucket needs, or cannot be reached."""


class ClusterError(TwinstackError):
    """A Kubernetes API server refuses a request, or gives no answer."""

    def __init__(self, message: str, *, status: int = 0) -> None:
        super().__init__(message)
        self.status = status
        """HTTP's: 403, 404, 409; 0 where there was no answer at all."""


class LeaseHeldError(TwinstackError):
    """Another deployment of the same product is at work, and is not asked to stop."""

    exit_status = 3


class LeaseLostError(TwinstackError):
    """Another deployment has taken over, or the API server has not answered for too long: nothing more may be written."""


class StaleReleaseError(TwinstackError):
    """Another release was begun since this one was planned, so what was looked at is not what would happen."""

    exit_status = 3


class SupersededError(TwinstackError):
    """A newer deployment asked this one, which only waits, to give way."""

    exit_status = 3


class BindingsError(TwinstackError):
    """The trimmed bindings could not be made from the installed wheels, or node not be started with them."""

    exit_status = 2


class UnsupportedError(BindingsError):
    """The program asks for what only node's engine does. Nothing is written then."""

    def __init__(self, problem: Problem) -> None:
        self.problems: Sequence[Problem] = (problem,)
        super().__init__(str(problem))


class RehearsalError(TwinstackError):
    """A rehearsal could not be carried out. What a rehearsal finds is in its report instead."""


class InfrastructureError(TwinstackError):
    """Terraform could not do what it was asked. Everything that it said is in `problems`, in its order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: Sequence[Problem] = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class StateLockedError(InfrastructureError):
    """Somebody else is at work on the same state, or was killed at it."""

    exit_status = 3


def _in_file_order(problem: Problem) -> tuple[bool, str, int, str, str]:
    location = problem.location or Location("")
    return problem.warning, location.file, location.line, problem.path, problem.code


_LABEL_WIDTH: Final = 9
