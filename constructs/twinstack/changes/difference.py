"""What is different between two outputs of one environment, in both halves, on one list with the worst first.

The list is data: what finds the changes fills it, what shows them reads it. Secret values are masked where it is filled.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from twinstack.changes.effect import Effect
from twinstack.delivery.infrastructure_plan import Action
from twinstack.environment.spec import Half
from twinstack.errors import Location

if TYPE_CHECKING:
    from twinstack.cost.estimate import CostChange


@dataclass(frozen=True, slots=True)
class Cause:
    """What somebody wrote that made a change."""

    path: str
    """The field of the environment: `database.instance_class`; empty for what no field says."""
    location: Location | None = None
    """Where its value stands: `environments/prod.yaml:14`; None for what no file says."""
    note: str = ""
    """What else there is to say: `removed, was environments/prod.yaml:14`, `the program`."""
    others: tuple[Cause, ...] = ()
    """What may be the cause just as well: it is this one or one of these, or several of them together."""

    def __str__(self) -> str:
        """`environments/prod.yaml:14 database.instance_class`; of several candidates each one."""
        words = " ".join(str(part) for part in (self.location, self.path) if part)
        own = f"{words} ({self.note})" if words and self.note else words or self.note
        return " or ".join((own, *map(str, self.others)))

    def as_dict(self) -> dict[str, Any]:
        """Plain data, for JSON."""
        where = self.location
        return {
            "path": self.path or None,
            "file": where.file if where else None,
            "line": (where.line or None) if where else None,
            "note": self.note,
            "others": [one.as_dict() for one in self.others],
        }


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One argument of a resource, or one field of an object, that becomes another."""

    path: str
    """`vpc_config.subnet_ids`, `spec.template.spec.containers[backend].image`."""
    before: Any
    """Plain data, whole; None: not set."""
    after: Any
    effect: Effect
    known: bool = True
    """False: nobody has noted yet what it does."""
    why: str = ""
    """What makes it so, for people; empty where there is nothing to say."""
    usual: str = ""
    """How long it usually takes, `5 to 10 minutes`."""
    forces: bool = False
    """Whether it is why the thing is made anew."""
    cause: Cause | None = None

    @property
    def risk(self) -> str:
        """The class, for people and machines: an Effect, or `unknown`."""
        return risk_of(self.effect, self.known)

    def as_dict(self) -> dict[str, Any]:
        """Plain data, for JSON."""
        return {
            "path": self.path, "before": self.before, "after": self.after, "class": self.risk, "why": self.why,
            "usual": self.usual, "forces": self.forces, "cause": self.cause.as_dict() if self.cause else None,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """One address of Terraform, or one object of Kubernetes, that is not left as it stands."""

    half: Half
    subject: str
    """`aws_db_instance.database`, `Deployment analytics/analytics-backend`; a block of another kind by its own name,
    `output.endpoint`.
    """
    thing: str
    """The environment's field that it belongs to, `database`; empty: none, or all of them."""
    action: Action
    effect: Effect
    known: bool = True
    """False: nobody has noted yet what it does."""
    why: str = ""
    """What makes it so, for people."""
    fields: tuple[FieldChange, ...] = ()
    """What differs, the worst first; empty for what is new or goes."""
    used_by: tuple[str, ...] = ()
    """Who uses the thing, by links: `backend (read)`."""
    cause: Cause | None = None

    @property
    def risk(self) -> str:
        """The class, for people and machines: an Effect, or `unknown`."""
        return risk_of(self.effect, self.known)

    @property
    def causes(self) -> tuple[Cause, ...]:
        """What made it, and what made its fields, each once."""
        found = (self.cause, *(field.cause for field in self.fields))
        return tuple(dict.fromkeys(one for one in found if one is not None))

    @property
    def follows(self) -> bool:
        """Whether it only follows from something else that is made anew, and that it refers to."""
        decisive = [one for one in self.fields if one.forces] or [*self.fields[:1]]
        return bool(decisive) and all(one.after == LATER for one in decisive)

    @property
    def usual(self) -> str:
        """How long the worst of it usually takes; empty where nobody says."""
        return next((one.usual for one in self.fields if one.usual and one.risk == self.risk), "")

    def as_dict(self) -> dict[str, Any]:
        """Plain data, for JSON."""
        return {
            "half": str(self.half), "subject": self.subject, "thing": self.thing or None, "action": str(self.action),
            "class": self.risk, "why": self.why, "usual": self.usual, "used_by": list(self.used_by),
            "cause": self.cause.as_dict() if self.cause else None, "fields": [one.as_dict() for one in self.fields],
        }  # fmt: skip


@dataclass(frozen=True)
class Difference:
    """Everything that is different between two outputs. `Difference.of` puts it in order."""

    before: str
    """What it is compared with, for people: `main (9f3c2e1a04)`."""
    after: str
    changes: tuple[Change, ...]
    """The worst first."""
    cost: CostChange | None = None
    """What it costs more or less in a month; None where the two sides do not tell."""

    @classmethod
    def of(cls, before: str, after: str, changes: Iterable[Change]) -> Difference:
        """The changes in order: the worst first, then by thing and subject, what only follows from another one behind it."""
        return cls(
            before,
            after,
            tuple(sorted(changes, key=lambda one: (-rank_of(one), one.thing, one.follows, one.half, one.subject))),
        )

    @property
    def is_empty(self) -> bool:
        """Whether nothing is different."""
        return not self.changes

    @property
    def worst(self) -> str:
        """The worst class that there is; empty where nothing is different."""
        return self.changes[0].risk if self.changes else ""

    @cached_property
    def by_thing(self) -> Mapping[str, tuple[Change, ...]]:
        """The changes of each thing, the thing with the worst first."""
        things: dict[str, list[Change]] = {}
        for one in self.changes:
            things.setdefault(one.thing, []).append(one)
        return {thing: tuple(found) for thing, found in things.items()}

    @property
    def counts(self) -> Mapping[str, int]:
        """How many changes of each class, the worst first, those that there are."""
        found = [one.risk for one in self.changes]
        return {risk: found.count(risk) for risk in RISKS if risk in found}

    def as_dict(self) -> dict[str, Any]:
        """Plain data, for JSON: `difference.schema.json` says its form."""
        return {
            "before": self.before, "after": self.after, "worst": self.worst or None, "counts": dict(self.counts),
            "cost": self.cost.as_dict() if self.cost else None, "changes": [one.as_dict() for one in self.changes],
        }  # fmt: skip


def risk_of(effect: Effect, known: bool) -> str:
    """The class of a change: its effect, or `unknown` where that would say less."""
    return str(effect) if known or effect > Effect.INTERRUPTS else UNKNOWN


def rank_of(one: Change | FieldChange) -> int:
    """How bad it is, for sorting: a higher number is worse."""
    return len(RISKS) - RISKS.index(one.risk)


LOUD: Final = frozenset({str(Effect.DESTROYS_DATA), str(Effect.EXPOSES), str(Effect.UNPROTECTS), str(Effect.REPLACES)})
"""The classes that nobody may overlook."""
STANDING: Final = "what stands"
"""What a plan is compared with, in place of former outputs."""
LATER: Final = "(known after apply)"
"""Stands for a value that only the apply will tell. Terraform's own words."""
UNKNOWN: Final = "unknown"
"""The class of what nobody has noted yet: it may interrupt, and a person has to look."""
RISKS: Final = (
    str(Effect.DESTROYS_DATA), str(Effect.EXPOSES), str(Effect.UNPROTECTS), str(Effect.REPLACES), UNKNOWN,
    str(Effect.INTERRUPTS), str(Effect.RESTARTS), str(Effect.SAFE),
)  # fmt: skip
"""Every class, the worst first."""
