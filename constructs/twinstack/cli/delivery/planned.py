"""How a plan looks: the list of what it does to what stands, how many of each its tools count, and what stops it."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, TextIO

from twinstack.cli.delivery.looks import beside
from twinstack.cli.differences import show as show_difference
from twinstack.cli.render import emit, report_problems
from twinstack.formats.markdown import code, plain

if TYPE_CHECKING:
    from twinstack.cli.live_difference import Foreseen
    from twinstack.delivery.planning import Planned


def show(foreseen: Foreseen, stream: TextIO | None = None) -> None:
    """Prints what a release would change, as `twinstack diff` does, and what Terraform and the cluster say beside that."""
    stream = stream or sys.stdout
    planned = foreseen.planned
    show_difference(foreseen.difference, planned.release.stack, stream)
    counts = counts_of(planned)
    width = max(map(len, counts), default=0)
    for who, words in counts.items():
        emit([(f"{who:<{width}}", "bold"), (f"  {words}", "")], stream)
    if planned.infrastructure is not None:
        for address in planned.infrastructure.drift:
            emit(
                [("  ! ", "yellow"), (address, ""), ("  changed by somebody else since the last apply", "yellow")],
                stream,
            )
    if planned.look is not None:
        for change in planned.look.to_do:
            for manager, taken in sorted(change.conflicts.items()):
                about = f"  set by {manager} and set back: {', '.join(taken)}"
                emit([("  ! ", "yellow"), (str(change.identity), ""), (about, "yellow")], stream)
        for line in beside(planned.look):
            emit(line, stream)
    if planned.unseen:
        emit([(planned.unseen, "yellow")], stream)
    if planned.warnings:
        report_problems(planned.warnings, stream)
    for one in foreseen.stopped:
        emit(
            [("stops the deployment ", "bold red"), (one.address or "the plan", "bold"), (f": {one.why}", "red")],
            stream,
        )
        emit([("  fix ", "dim"), (one.fix, "green")], stream)


def as_dict(foreseen: Foreseen, environment: str) -> dict[str, Any]:
    """The same for machines: `plan.schema.json` says its form."""
    planned = foreseen.planned
    return {
        "release": {name: planned.release.as_dict()[name] for name in _SHOWN},
        "folder": str(planned.folder),
        "difference": {"environment": environment, **foreseen.difference.as_dict()},
        "infrastructure": planned.infrastructure.as_dict() if planned.infrastructure else None,
        "workloads": planned.look.as_dict() if planned.look else None,
        "unseen": planned.unseen,
        "warnings": [str(problem) for problem in planned.warnings],
        "stopped": [one.as_dict() for one in foreseen.stopped],
        "changes": not planned.is_empty,
    }


def markdown(foreseen: Foreseen) -> str:
    """The same as a comment of a pull request."""
    from twinstack.changes.comment import comment
    from twinstack.diagram.mermaid import mermaid

    release, picture = foreseen.planned.release, foreseen.picture
    drawn = mermaid(picture) if picture is not None else ""
    return comment(foreseen.difference, f"{release.stack} {release.version}", notes=[*_notes(foreseen)], picture=drawn)


def _notes(foreseen: Foreseen) -> Iterator[str]:
    for who, words in counts_of(foreseen.planned).items():
        yield f"{who}: {words}"
    for one in foreseen.stopped:
        yield f"**stops the deployment**: {code(one.address or 'the plan')}: {plain(one.why)}; {plain(one.fix)}"


def counts_of(planned: Planned) -> Mapping[str, str]:
    """What Terraform and the API server count themselves, in words: `{"Terraform 1.11.4": "2 created, 1 replaced"}`."""
    found: dict[str, str] = {}
    if plan := planned.infrastructure:
        parts = [f"{count} {action}" for action, count in plan.counts.items()]
        parts += [
            f"{len(plan.outputs)} of its outputs {'is another' if len(plan.outputs) == 1 else 'are others'}"
        ] * bool(plan.outputs)
        found[f"{plan.program} {plan.version}"] = ", ".join(parts) or "nothing to do"
    if look := planned.look:
        counted = Counter(str(change.kind) for change in look.to_do)
        counted["deleted"] += len(look.pruning.deleted)
        counted["unchanged"] = len(look.changes) - len(look.to_do) - len(look.left)
        found["the cluster"] = ", ".join(f"{count} {kind}" for kind, count in counted.items() if count)
    return found


_SHOWN: Final = (
    "product",
    "environment",
    "version",
    "stack",
    "account",
    "region",
    "revision",
    "dirty",
    "made_by",
    "made_at",
    "digest",
)
