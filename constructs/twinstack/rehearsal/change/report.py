"""What a rehearsal from one release to the next has found: for people, and as data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from twinstack.delivery.infrastructure_plan import Action, ResourceChange
from twinstack.rehearsal.report import Report, counted


@dataclass(frozen=True, slots=True, kw_only=True)
class InfrastructureChange(Report):
    """The Terraform side."""

    stack: str
    before: str
    """What was applied first, in words."""
    after: str
    """What was applied over it."""
    program: str
    """The program and its version, `Terraform 1.11.4`."""
    schema: str
    """The version of the AWS provider whose schema was used."""
    changes: tuple[ResourceChange, ...]
    """What the plan of the new over the old one does, by address."""
    held: tuple[str, ...] = ()
    """The names that are not free again for a while, in a sentence each."""

    @property
    def head(self) -> str:
        """The verdict in a line."""
        done = ", ".join(f"{sum(one.action is action for one in self.changes)} {action}" for action in self._actions)
        return (
            f"Terraform rehearsal of {self.stack} from {self.before} to {self.after} {self.verdict}: "
            f"{done or 'nothing changes'}, with {self.program}, schema of AWS {self.schema}, "
            f"{sum(self.seconds.values()):.1f} s"
        )

    @property
    def _actions(self) -> Sequence[Action]:
        return [action for action in Action if any(one.action is action for one in self.changes)]

    def sections(self) -> Iterator[tuple[str, Sequence[str]]]:
        """Losses first."""
        for action, title in (
            (Action.DESTROYED, "Destroyed"),
            (Action.REPLACED, "Replaced"),
            (Action.UNKNOWN, "Unknown"),
        ):
            yield title, [_told(one) for one in self.changes if one.action is action]
        yield "Changed in place", [_told(one) for one in self.changes if one.action is Action.CHANGED]
        yield "Names held afterwards", self.held
        yield from Report.sections(self)

    def as_dict(self) -> dict[str, Any]:
        """Plain data, for JSON: no values."""
        return {
            **Report.as_dict(self),
            "stack": self.stack,
            "from": self.before,
            "to": self.after,
            "program": self.program,
            "schema": self.schema,
            "changes": [one.as_dict() for one in self.changes],
            "held": list(self.held),
        }


@dataclass(frozen=True, slots=True)
class Gap:
    """A time in which a Service had no ready endpoint, though it had one before."""

    service: str
    """`analytics/analytics-backend`."""
    seconds: float
    """On simulated nodes: how long their pods take to start is made up."""
    ended: bool
    """Whether an endpoint was ready again at the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkloadsChange(Report):
    """The Kubernetes side."""

    before: str
    after: str
    server_version: str
    changes: Mapping[str, str]
    """What was done to each object that was not left as it stood: `Deployment shop/web`: `changed: image`."""
    kept: Mapping[str, str]
    """What the new release does not want and what stays nevertheless, with why."""
    gaps: tuple[Gap, ...]
    services: int
    """How many Services were watched."""

    @property
    def head(self) -> str:
        """The verdict in a line."""
        return (
            f"Kubernetes rehearsal from {self.before} to {self.after} {self.verdict}: "
            f"{counted(len(self.changes), 'object')} changed on {self.server_version}, "
            f"{counted(len(self.gaps), 'moment')} without a ready endpoint, {self.seconds['total']:.1f} s"
        )

    def sections(self) -> Iterator[tuple[str, Sequence[str]]]:
        """What was done comes first."""
        yield "Done", [f"{name}: {what}" for name, what in self.changes.items()]
        yield "Kept", [f"{name}: {why}" for name, why in self.kept.items()]
        yield from Report.sections(self)

    def as_dict(self) -> dict[str, Any]:
        """Plain data, for JSON: no values."""
        return {
            **Report.as_dict(self),
            "from": self.before,
            "to": self.after,
            "server_version": self.server_version,
            "changes": dict(self.changes),
            "kept": dict(self.kept),
            "gaps": [asdict(one) for one in self.gaps],
            "services": self.services,
        }


def _told(change: ResourceChange) -> str:
    forced = f", because of {', '.join(change.forced_by)}" if change.forced_by else ""
    fields = f": {', '.join(change.fields)}" if change.fields and not change.forced_by else ""
    return f"{change}{forced}{fields}"
