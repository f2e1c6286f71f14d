"""How the end of a deployment looks: what became of it, and the cause last, where the eye rests, with its log and its fix."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final, TextIO

from twinstack.cli.render import emit
from twinstack.delivery.engine import Ending
from twinstack.printable import printable_line

if TYPE_CHECKING:
    from twinstack.delivery.engine import Outcome
    from twinstack.delivery.reasons import Failure


def show(title: str, outcome: Outcome, seconds: float, stream: TextIO | None = None) -> None:
    """Prints how it ended; `title` is `analytics-prod 1.5.0`."""
    stream = stream or sys.stdout
    for failure in reversed((*outcome.failures, *outcome.reported)):
        _show_failure(failure, stream)
    back = outcome.returned_to.version if outcome.returned_to else ""
    words = {
        Ending.NOTHING: "nothing to do: it stands as it was planned",
        Ending.SUCCEEDED: f"deployed in {seconds:.1f} s{AFTERWARDS if outcome.reported else ''}",
        Ending.RETURNED: f"failed, and returned to {back}",
        Ending.FAILED: f"failed, and so did the return to {back}"
        if back
        else "failed, and there is no release to return to",
    }[outcome.ending]
    style = "bold green" if outcome.ending in _GOOD else "bold red"
    emit([(f"{title}: ", "bold"), (words, style), (f" ({seconds:.1f} s)" if outcome.failures else "", "dim")], stream)
    if outcome.ending is Ending.RETURNED:
        emit([("what its migrations did is not undone; its infrastructure stands as it was applied", "yellow")], stream)


def _show_failure(failure: Failure, stream: TextIO) -> None:
    emit([], stream)
    emit([("failed ", "bold red"), (str(failure.identity), "bold"), (f"  {failure.reason}", "red")], stream)
    emit([("  why    ", "dim"), (printable_line(failure.message), "")], stream)
    if failure.event:
        emit([("  event  ", "dim"), (printable_line(failure.event), "")], stream)
    for line in failure.log:
        emit([("  log    ", "dim"), (printable_line(line), "dim")], stream)
    if failure.fix:
        emit([("  fix    ", "dim"), (printable_line(failure.fix), "green")], stream)


def as_dict(outcome: Outcome, seconds: float) -> dict[str, Any]:
    """The same for machines."""
    return {
        "ending": str(outcome.ending),
        "number": outcome.number,
        "seconds": round(seconds, 3),
        "changed": [change.as_dict() for change in outcome.changed],
        "deleted": [f"{one['kind']} {one['metadata']['name']}" for one in outcome.deleted],
        "kept": [one.as_dict() for one in outcome.kept],
        "failures": [_failure(one) for one in outcome.failures],
        **({"reported": [_failure(one) for one in outcome.reported]} if outcome.reported else {}),
        "returned_to": outcome.returned_to.version if outcome.returned_to else None,
    }


def _failure(one: Failure) -> dict[str, Any]:
    return {
        "object": str(one.identity), "reason": str(one.reason), "message": one.message, "event": one.event,
        "log": list(one.log), "fix": one.fix,
    }  # fmt: skip


def exit_status(outcome: Outcome) -> int:
    """0 where the release stands, 1 where it failed, whether it was returned from or not."""
    return 0 if outcome.ending in _GOOD else 1


_GOOD: Final = frozenset({Ending.NOTHING, Ending.SUCCEEDED})
AFTERWARDS: Final = "; what ran after it has failed, which is only reported"
