"""How a plan looks: both halves on one list, what is lost first, and how many of each at the end."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final, TextIO

from twinstack.changes.effect import Effect
from twinstack.cli.render import Piece, emit, report_problems
from twinstack.delivery.changes import ChangeKind
from twinstack.delivery.manifest import identity_of

if TYPE_CHECKING:
    from twinstack.delivery.changes import Change
    from twinstack.delivery.engine import Look
    from twinstack.delivery.infrastructure_plan import InfrastructurePlan
    from twinstack.delivery.planning import Planned


def show(planned: Planned, stream: TextIO | None = None) -> None:
    """Prints what a release would change."""
    stream = stream or sys.stdout
    release = planned.release
    emit([(f"{release.stack} ", "bold"), (release.version, "bold cyan")], stream)
    if planned.infrastructure is not None:
        emit([("infrastructure", "bold underline")], stream)
        for line in _infrastructure(planned.infrastructure):
            emit(line, stream)
    if planned.look is not None or planned.unseen:
        emit([("workloads", "bold underline")], stream)
        for line in workloads(planned.look) if planned.look else ():
            emit(line, stream)
        if planned.unseen:
            emit([(f"  {planned.unseen}", "yellow")], stream)
    if planned.warnings:
        report_problems(planned.warnings, stream)
    emit([(_sum(planned), "bold green" if planned.is_empty else "bold")], stream)


def as_dict(planned: Planned) -> dict[str, Any]:
    """The same for machines: names and fields, and no value."""
    from twinstack.changes.gate import BY_A_PERSON, judge

    judged = judge(planned.infrastructure.document, up_to=BY_A_PERSON) if planned.infrastructure else []
    return {
        "release": {name: planned.release.as_dict()[name] for name in _SHOWN},
        "folder": str(planned.folder),
        "infrastructure": planned.infrastructure.as_dict() if planned.infrastructure else None,
        "workloads": planned.look.as_dict() if planned.look else None,
        "unseen": planned.unseen,
        "warnings": [str(problem) for problem in planned.warnings],
        "stopped": [one.as_dict() for one in judged if not one.passes],
        "changes": not planned.is_empty,
    }


def workloads(look: Look) -> Iterator[list[Piece]]:
    """A line for each object that differs, is deleted or kept, and one for all that are the same."""
    for data in look.pruning.deleted:
        yield [
            ("  - ", "bold red"),
            (str(identity_of(data)), "bold"),
            ("  deleted: no release wants it any more", "red"),
        ]
    for change in sorted(look.to_do, key=lambda one: (_ORDER.index(one.kind), one.identity)):
        yield from _object(change)
    for change in look.left:
        yield [("  ? ", "yellow"), (str(change.identity), ""), (f"  left: {change.note}", "yellow")]
    for kept in look.pruning.kept:
        yield [("  = ", "dim"), (str(kept.identity), ""), (f"  kept: {kept.reason}", "dim")]
    for (kind, namespace), reason in sorted(look.live.not_looked_at.items()):
        place = f" in {namespace}" if namespace else ""
        yield [("  ? ", "yellow"), (f"{kind}{place}", ""), (f"  not looked at: {reason}", "yellow")]
    if same := len(look.changes) - len(look.to_do):
        yield [(f"    {same} unchanged", "dim")]


def _object(change: Change) -> Iterator[list[Piece]]:
    mark, style = _MARKS[change.kind]
    fields = _some(change.fields) if change.kind is not ChangeKind.CREATED else ""
    yield [(f"  {mark} ", f"bold {style}"), (str(change.identity), "bold"), (f"  {change.kind}", style), (fields, "")]
    for manager, taken in sorted(change.conflicts.items()):
        yield [("      ", ""), (f"set by {manager} and set back: {', '.join(taken)}", "yellow")]


def _infrastructure(plan: InfrastructurePlan) -> Iterator[list[Piece]]:
    from twinstack.changes.gate import BY_A_PERSON, judge

    verdicts = judge(plan.document, up_to=BY_A_PERSON)
    by_address = {one.address: one for one in verdicts}
    for change in sorted(plan.changes, key=lambda one: (not one.action.is_loss, one.address)):
        verdict = by_address[str(change)]
        style = "red" if change.action.is_loss else "green" if change.action == "created" else "yellow"
        about = "" if verdict.effect is Effect.SAFE else f"  {verdict.effect}: {verdict.why}"
        yield [
            (f"  {_TERRAFORM_MARKS.get(str(change.action), '~')} ", f"bold {style}"), (str(change), "bold"),
            (f"  {change.action}", style), (_some(change.fields), ""), (about, "red" if change.action.is_loss else "yellow"),
        ]  # fmt: skip
        if not verdict.passes:
            yield [("      stops the deployment: ", "bold red"), (verdict.fix, "green")]
    for verdict in verdicts:
        if verdict.code == "TW982":
            yield [("  ? ", "bold red"), (f"{verdict.address or 'the plan'}  {verdict.why}", "red")]
    for address in plan.drift:
        yield [("  ! ", "yellow"), (address, ""), ("  changed by somebody else since the last apply", "yellow")]
    if plan.is_empty:
        yield [("    nothing changes", "dim")]


def _sum(planned: Planned) -> str:
    counted: Counter[str] = Counter()
    if planned.infrastructure:
        counted.update({str(action): count for action, count in planned.infrastructure.counts.items()})
    if planned.look:
        counted.update(str(change.kind) for change in planned.look.to_do)
        counted["deleted"] += len(planned.look.pruning.deleted)
    parts = [f"{count} {action}" for action, count in counted.items() if count]
    if planned.is_empty:
        return "nothing to do"
    return ", ".join(parts) or planned.unseen or "only outputs change"


def _some(fields: Iterable[str]) -> str:
    names = [*fields]
    more = f" and {len(names) - _MOST_FIELDS} more" if len(names) > _MOST_FIELDS else ""
    return f"  {', '.join(names[:_MOST_FIELDS])}{more}" if names else ""


_ORDER: Final = tuple(ChangeKind)
_MARKS: Final = {
    ChangeKind.CREATED: ("+", "green"), ChangeKind.CHANGED: ("~", "yellow"), ChangeKind.RECREATED: ("±", "red"),
    ChangeKind.DELETED: ("-", "red"), ChangeKind.UNCHANGED: ("=", "dim"),
    ChangeKind.LEFT: ("?", "yellow"),
}  # fmt: skip
_TERRAFORM_MARKS: Final = {
    "created": "+",
    "replaced": "±",
    "destroyed": "-",
    "left behind": "±",
    "forgotten": "=",
    "moved": "→",
    "imported": "←",
}
_MOST_FIELDS: Final = 6
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
