"""What Terraform says went wrong, with what to do about it: its own words, and ours for what many meet."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from twinstack.errors import InfrastructureError, Problem, StateLockedError
from twinstack.terraform.outcome import Outcome


@dataclass(frozen=True)
class StateLock:
    """A lock on the state, as whoever took it wrote it down."""

    id: str
    who: str
    created: str
    operation: str
    path: str = ""

    @classmethod
    def find(cls, text: str) -> StateLock | None:
        """The lock that an error tells of. Source: Terraform, internal/states/statemgr/locker.go, `LockInfo.String`."""
        found = dict(re.findall(r"^\W*(ID|Path|Operation|Who|Created):\s+(.+?)\s*$", text, re.MULTILINE))
        if "ID" not in found:
            return None
        operation = found.get("Operation", "").removeprefix("OperationType").lower()
        return cls(found["ID"], found.get("Who", ""), found.get("Created", ""), operation, found.get("Path", ""))

    def problem(self, folder: Path, program: str) -> Problem:
        """Who holds it since when, and how to go on where nobody does any more."""
        command = program.lower().replace("opentofu", "tofu")
        return Problem(
            "TW974",
            "somebody else is at work on the state, or was killed at it",
            self.path,
            given=f"{self.who}, {self.operation}, since {self.created}",
            fix=f"wait until they are done, and run this again. Only where you know that they are not at work: `{command} "
            f"-chdir={folder} init -lockfile=readonly`, `{command} -chdir={folder} force-unlock {self.id}`, then this again",
        )


def require_success(outcome: Outcome, code: str, folder: Path, program: str, *, good: tuple[int, ...] = (0,)) -> None:
    """Raises InfrastructureError with everything that it said, StateLockedError where another has the state."""
    if outcome.status in good:
        return
    if outcome.status < 0:
        raise InfrastructureError([_killed(program, -outcome.status, code)])
    lock = StateLock.find(_plain(outcome))
    if lock:
        raise StateLockedError([lock.problem(folder, program)])
    raise InfrastructureError([_advised(problem) for problem in _problems(outcome, code, folder)])


def _killed(program: str, number: int, code: str) -> Problem:
    return Problem(
        code,
        f"{program} was killed before it ended",
        given=signal.strsignal(number) or f"signal {number}",
        fix="run this again: it goes on where that ended, and says so where that left the state locked. What AWS was making "
        "at that moment may be missing in the state: the next apply then finds that it exists",
    )


def warnings(outcome: Outcome, code: str, folder: Path) -> tuple[Problem, ...]:
    """What it advises against, though it did it."""
    return tuple(problem for problem in _problems(outcome, code, folder) if problem.warning)


def is_stale(outcome: Outcome) -> bool:
    """Whether a saved plan was refused because the state is another one by now."""
    return outcome.status != 0 and any("plan is stale" in summary for summary in _summaries(outcome))


def _summaries(outcome: Outcome) -> Iterator[str]:
    for message in outcome.messages:
        diagnostic: Mapping[str, Any] = message.get("diagnostic") or {}
        if diagnostic.get("severity") == "error":
            yield str(diagnostic.get("summary", ""))


def _plain(outcome: Outcome) -> str:
    """Everything it printed, the details of its messages with their lines as they were."""
    details = (str((message.get("diagnostic") or {}).get("detail", "")) for message in outcome.messages)
    return "\n".join([outcome.output, *details])


def _problems(outcome: Outcome, code: str, folder: Path) -> list[Problem]:
    from twinstack.terraform.diagnostics import of_text, problems_of

    diagnostics = [message["diagnostic"] for message in outcome.messages if "diagnostic" in message]
    if not any(one.get("severity") == "error" for one in diagnostics) and outcome.status:
        first, *rest = of_text(outcome.output, code)
        # What follows the first without an "Error:" of its own at the line's start is what AWS said, and not another error.
        return [first, *(one for one in rest if not _SAID_BY_AWS.match(one.message))]
    return list(dict.fromkeys(problems_of(diagnostics, folder / CONFIGURATION, code)))


def _advised(problem: Problem) -> Problem:
    if _NO_SUCH_NAME.search(f"{problem.message} {problem.given}") and _OF_PASSWORDS.search(
        f"{problem.path} {problem.given}"
    ):
        return replace(
            problem,
            code="TW384",
            message="a user of a database that stands has another name now",
            given=f"{problem.path}: its secret has no password under this name",
            allowed="the `admin_user` and the `application_user` that the database was made with",
            fix="write the former name. Another role for the application is made in SQL, as a member of the one that there is; "
            "another master user is another instance, beside it and filled from a dump",
        )
    if problem.fix:
        return problem
    fix = next((advice for words, advice in _ADVICE if re.search(words, problem.message, re.IGNORECASE)), "")
    return replace(problem, fix=fix)


_NO_SUCH_NAME: Final = re.compile(r"Invalid index")
_OF_PASSWORDS: Final = re.compile(r"aws_secretsmanager_secret_version\.|aws_db_instance\.|_passwords_v\d")
"""What reads the passwords of a database's users back, each by its name."""
_SAID_BY_AWS: Final = re.compile(r"operation error \w+: ")
CONFIGURATION: Final = "cdk.tf.json"
_ADVICE: Final = (
    (
        r"no valid credential|failed to refresh cached credentials|expiredtoken|token.{0,40}expired|security token",
        "log in again (`aws sso login`, or new credentials in the environment), and run this again",
    ),
    (
        r"is not allowed|AWS account ID not allowed|AWS Account ID",
        "use credentials of the environment's account, for example by AWS_PROFILE",
    ),
    (
        r"NoSuchBucket|bucket (\"\S*\" )?does not exist",
        "make the bucket of its state: `twinstack bootstrap ENVIRONMENT --apply`",
    ),
    (
        r"already ?exists|EntityAlreadyExists|BucketAlreadyOwnedByYou",
        "it is there and not in the state: import it (`terraform import ADDRESS ID`), or remove it where nobody uses it",
    ),
    (
        r"AccessDenied|UnauthorizedOperation|is not authorized",
        "give these credentials the right that it names, then run this again",
    ),
    (
        r"LimitExceeded|quota|InsufficientCapacity|InsufficientInstanceCapacity",
        "ask for a higher quota in the console (Service Quotas), or take another size, then run this again",
    ),
    (
        r"DependencyViolation|has dependencies|in use by|ResourceInUse",
        "something that is not in this stack still uses it: remove that first, then run this again",
    ),
    (
        r"prevent_destroy",
        "it is protected: take `protected` off in a release of its own first, or undo what makes it go",
    ),
    (
        r"Inconsistent dependency lock file|required plugins are not installed|checksums? .{0,60}lock file|does not match any of the checksums",
        "make the lock file anew for this platform too (`terraform providers lock -platform=…`), and plan again",
    ),
)
"""Words of AWS and Terraform that many meet, and what helps; the first that fits."""
