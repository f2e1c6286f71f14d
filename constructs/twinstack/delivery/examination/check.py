"""One thing that was looked at, and what was found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from twinstack.errors import (
    ClusterError,
    ConfigurationError,
    InfrastructureError,
    MissingToolError,
    Problem,
    TwinstackError,
    UsageError,
)

if TYPE_CHECKING:
    from twinstack.api_server import ApiServer


class Finding(StrEnum):
    """How it is."""

    OK = "ok"
    WARNING = "warning"
    """A release goes through, and something is not as it should be."""
    FAILED = "failed"
    """A release would fail."""
    LEFT_OUT = "not looked at"
    """It could not be looked at here; nothing is said of it."""


@dataclass(frozen=True)
class Check:
    """One line of a doctor's list."""

    title: str
    finding: Finding
    message: str
    fix: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Plain data, for JSON."""
        return asdict(self)


def attempt(title: str, look: Callable[[], Iterable[Check]]) -> tuple[Check, ...]:
    """What a look gives; where it raises, that is what was found, and no other look is stopped by it."""
    found: list[Check] = []
    try:
        found.extend(look())
    except MissingToolError as error:
        found.append(Check(title, Finding.LEFT_OUT, *_parted(error)))
    except (ConfigurationError, InfrastructureError) as error:
        found.extend(failed(title, problem) for problem in error.problems)
    except UsageError as error:
        found.append(Check(title, Finding.FAILED, *_parted(error)))
    except TwinstackError as error:
        found.append(Check(title, Finding.FAILED, str(error)))
    except Exception as error:  # noqa: BLE001  whatever it is, the others are looked at
        found.append(Check(title, Finding.FAILED, f"could not be looked at: {type(error).__name__}: {error}"))
    return tuple(found)


def _parted(error: TwinstackError) -> tuple[str, str]:
    """What is wrong, and what to do: these errors are one sentence of both, with a colon between."""
    what, _, fix = str(error).partition(": ")
    return what, fix


def looked_for(
    title: str, what: str, api: ApiServer, api_version: str, kind: str, name: str, namespace: str = ""
) -> dict[str, Any] | Check | None:
    """The object, `what` in words, or None where there is none; a check where there is no right to look at it. Raises
    ClusterError where there is no answer.
    """
    try:
        return api.get(api_version, kind, name, namespace)
    except ClusterError as error:
        if error.status != HTTPStatus.FORBIDDEN:
            raise
        return Check(title, Finding.LEFT_OUT, f"{what}: there is no right to look at it")


def failed(title: str, problem: Problem) -> Check:
    """A problem as what was found."""
    about = ", ".join(part for part in (problem.path, problem.given) if part)
    return Check(title, Finding.FAILED, f"{problem.message}{f': {about}' if about else ''}", problem.fix)


def left_out(titles: Iterable[str], why: str) -> Iterator[Check]:
    """What was not looked at, and why."""
    return (Check(title, Finding.LEFT_OUT, why) for title in titles)
