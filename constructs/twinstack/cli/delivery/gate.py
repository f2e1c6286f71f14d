"""`twinstack gate`: what a plan does, address by address, and whether it may be applied."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from twinstack.changes.configured import Blocks, Configuration
from twinstack.changes.effect import Effect
from twinstack.changes.gate import Verdict, judge
from twinstack.changes.plan_document import PlanDocument
from twinstack.cli.render import Piece, emit, emit_json, number, table
from twinstack.delivery.infrastructure_plan import Action
from twinstack.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping


def gate(place: Path, destroys: Sequence[str], up_to: str | None, former: Path | None, *, as_json: bool) -> int:
    """Judges the plan at `place` and shows it; 3 where something does not pass."""
    limit, was = _limit(up_to), _former(former)
    found = PlanDocument.read(place)
    verdicts = (
        judge(found.shown, allowed=destroys, up_to=limit, moved=found.moved, configuration=found.blocks, former=was)
        if found
        else []
    )
    if as_json:
        emit_json(as_dict(verdicts))
    else:
        show(verdicts, has_plan=found is not None)
    return 0 if all(one.passes for one in verdicts) else BLOCKED


def show(verdicts: Sequence[Verdict], *, has_plan: bool = True) -> None:
    """Prints the verdicts, what does not pass first and with what to do about it; what is only made is counted."""
    rows = [one for one in verdicts if not (one.passes and one.action is Action.CREATED)]
    if rows:
        table(("", "address", "action", "effect", "why"), map(_row, rows))
    if made := len(verdicts) - len(rows):
        emit([(f"✓  {made} created", "green")])
    for one in verdicts:
        if not one.passes:
            emit([("fix ", "dim"), (f"{one.address or 'the plan'}: ", "bold"), (one.fix, "green")])
    emit([(_sum(verdicts, has_plan=has_plan), "bold green" if all(one.passes for one in verdicts) else "bold red")])


def as_dict(verdicts: Collection[Verdict]) -> Mapping[str, Any]:
    """The same for machines."""
    return {"passes": all(one.passes for one in verdicts), "verdicts": [one.as_dict() for one in verdicts]}


def _row(one: Verdict) -> Sequence[str | Piece]:
    style = "green" if one.passes else "bold red"
    return [
        ("✓" if one.passes else "✗", style),
        one.address or "(the plan)",
        str(one.action),
        (str(one.effect), style),
        one.why,
    ]


def _sum(verdicts: Collection[Verdict], *, has_plan: bool) -> str:
    if not has_plan:
        return "passes: the release has no infrastructure half"
    stopped = [one for one in verdicts if not one.passes]
    if not stopped:
        return f"passes: {number(verdicts, 'change')}" if verdicts else "passes: nothing changes"
    counted = Counter(str(one.effect) for one in stopped)
    return f"stopped: {len(stopped)} of {number(verdicts, 'change')} ({', '.join(f'{count} {name}' for name, count in counted.items())})"


def _former(folder: Path | None) -> Blocks:
    if folder is None:
        return {}
    if found := Configuration.read(folder).blocks:
        return found
    raise UsageError(
        f"--former {folder}: no stack in JSON lies there; a release's folder is wanted, or a synthesized stack"
    )


def _limit(up_to: str | None) -> Effect:
    if up_to is None:
        return Effect.SAFE
    limits = {str(one).replace(" ", "-"): one for one in Effect if one is not Effect.DESTROYS_DATA}
    if up_to not in limits:
        raise UsageError(
            f"--up-to {up_to}: {', '.join(limits)} are known; what destroys data takes its address: --destroys ADDRESS"
        )
    return limits[up_to]


BLOCKED: Final = 3
"""Something in the plan takes a person, or an address that is typed out."""
