"""How the history and the status of an environment look, and a look at its cluster."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final

from twinstack.cli.render import Piece, emit, emit_json, table
from twinstack.delivery.changes import ChangeKind
from twinstack.delivery.history import rows
from twinstack.delivery.manifest import identity_of

if TYPE_CHECKING:
    from twinstack.delivery.changes import Change
    from twinstack.delivery.engine import Look
    from twinstack.delivery.environment_status import EnvironmentStatus
    from twinstack.delivery.records import Records


def show_releases(records: Records, *, as_json: bool) -> None:
    """The releases that are remembered, the newest first."""
    found = rows(records)
    if as_json:
        emit_json([row.as_dict() for row in found])
        return
    if not found:
        emit([("no release is remembered: none was delivered yet", "yellow")])
        return
    table(
        ("release", "version", "status", "by", "began", "took", "about"),
        [
            (
                f"{row.number}{' *' if row.is_current else ''}", row.version,
                (str(row.status), _STYLES.get(row.status, "")), row.applied_by, row.started_at,
                f"{row.seconds:.0f} s" if row.seconds is not None else "", (row.about, "dim"),
            )
            for row in found
        ],
    )  # fmt: skip
    emit([("* stands in the cluster", "dim")])


def show_status(status: EnvironmentStatus, title: str, *, as_json: bool) -> None:
    """Which release stands, whether it is whole, and whether what runs is ready."""
    if as_json:
        emit_json(_as_dict(status))
        return
    current, newest = status.current, status.records.newest
    if current is None:
        words = f"release {newest.number} ({newest.version}) was left {newest.status}" if newest else "never delivered"
        emit([(f"{title}: ", "bold"), (words, "bold yellow")])
    else:
        emit([(f"{title}: ", "bold"), (f"release {current.number}, {current.version}", "bold cyan")])
    if status.holder:
        emit([(f"  at work on it: {status.holder}", "yellow")])
    for one in status.workloads:
        emit(
            [
                ("  ✓ " if one.ready else "  ✗ ", "green" if one.ready else "red"),
                (str(one.identity), "bold"),
                (f"  {one.detail}", ""),
            ]
        )
    if status.look is not None:
        for line in workloads(status.look):
            emit(line)
        drift = len(status.look.to_do) + len(status.look.pruning.deleted)
        emit(
            [
                ("as it was delivered", "bold green")
                if not drift
                else (f"{drift} {'thing differs' if drift == 1 else 'things differ'} from the release", "bold yellow")
            ]
        )


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
    yield from beside(look)
    if same := len(look.changes) - len(look.to_do):
        yield [(f"    {same} unchanged", "dim")]


def beside(look: Look) -> Iterator[list[Piece]]:
    """A line for each object that nobody wants and that stays, and for each kind that could not be looked at."""
    for kept in look.pruning.kept:
        yield [("  = ", "dim"), (str(kept.identity), ""), (f"  kept: {kept.reason}", "dim")]
    for (kind, namespace), reason in sorted(look.live.not_looked_at.items()):
        place = f" in {namespace}" if namespace else ""
        yield [("  ? ", "yellow"), (f"{kind}{place}", ""), (f"  not looked at: {reason}", "yellow")]


def _object(change: Change) -> Iterator[list[Piece]]:
    mark, style = _MARKS[change.kind]
    fields = _some(change.fields) if change.kind is not ChangeKind.CREATED else ""
    yield [(f"  {mark} ", f"bold {style}"), (str(change.identity), "bold"), (f"  {change.kind}", style), (fields, "")]
    for manager, taken in sorted(change.conflicts.items()):
        yield [("      ", ""), (f"set by {manager} and set back: {', '.join(taken)}", "yellow")]


def _as_dict(status: EnvironmentStatus) -> dict[str, Any]:
    current = status.current
    return {
        "release": {"number": current.number, "version": current.version, "by": current.applied_by}
        if current
        else None,
        "at_work": status.holder or None,
        "workloads": [
            {"object": str(one.identity), "ready": one.ready, "detail": one.detail} for one in status.workloads
        ],
        "drift": status.look.as_dict() if status.look else None,
        "whole": status.is_whole,
    }


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
_MOST_FIELDS: Final = 6
_STYLES: Final = {
    "succeeded": "green", "failed": "bold red", "returned": "red", "applying": "cyan", "interrupted": "yellow",
    "superseded": "dim",
}  # fmt: skip
