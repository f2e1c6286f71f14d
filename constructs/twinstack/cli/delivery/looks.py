"""How the history and the status of an environment look."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from twinstack.cli.delivery.planned import workloads
from twinstack.cli.render import emit, emit_json, table
from twinstack.delivery.history import rows

if TYPE_CHECKING:
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


_STYLES: Final = {
    "succeeded": "green", "failed": "bold red", "returned": "red", "applying": "cyan", "interrupted": "yellow",
    "superseded": "dim",
}  # fmt: skip
