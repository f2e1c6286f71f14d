"""What an environment costs in a month of 730 hours, as far as its outputs tell, by AWS's list prices."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from twinstack.changes.places import Places
from twinstack.cost.infrastructure import lines_of_resources
from twinstack.cost.line import Charged, Line
from twinstack.cost.workloads import lines_of_objects
from twinstack.policy.kubernetes.objects import Objects, mapping, mappings, text

if TYPE_CHECKING:
    from twinstack.changes.former import Outputs


@dataclass(frozen=True)
class Estimate:
    """The lines of both halves, by what is charged for."""

    region: str
    """Empty where the outputs name none: then no price is known."""
    lines: tuple[Line, ...]

    @classmethod
    def of(
        cls, document: Mapping[str, Any], manifests: Sequence[Mapping[str, Any]], fields: Collection[str] = ()
    ) -> Estimate:
        """Of one environment's outputs, either of which may be empty; `fields` are those that a line can belong to."""
        region = region_of(document)
        places = Places.of_stacks({}, document, fields)
        labels = {one.title: places.of_object(one.data) for one in Objects.of_documents(manifests).all}
        found = [
            *(replace(line, thing=places.of(line.subject)) for line in lines_of_resources(document, region)),
            *(replace(line, thing=labels.get(line.subject, "")) for line in lines_of_objects(manifests, region)),
        ]
        return cls(region, tuple(sorted(found, key=lambda one: (one.thing, -(one.monthly or 0)))))

    @cached_property
    def monthly(self) -> float:
        """USD of all that is charged whatever happens."""
        return sum(line.monthly or 0 for line in self.lines)

    @property
    def unknown(self) -> Sequence[Line]:
        """What is charged for and not in the sum, for nobody knows its price."""
        return [line for line in self.lines if line.charged is Charged.UNKNOWN]

    @property
    def by_thing(self) -> Mapping[str, Sequence[Line]]:
        """The lines of each thing, the dearest thing first."""
        things: dict[str, list[Line]] = {}
        for line in self.lines:
            things.setdefault(line.thing, []).append(line)
        return dict(sorted(things.items(), key=lambda one: -sum(line.monthly or 0 for line in one[1])))

    def as_dict(self) -> dict[str, Any]:
        """Plain data, for JSON: `cost.schema.json` says its form."""
        return {
            "region": self.region, "usd_monthly": round(self.monthly, 2), "unknown": len(self.unknown),
            "lines": [line.as_dict() for line in self.lines],
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class CostChange:
    """What a change of an environment costs more, or less."""

    before: float
    after: float
    """USD a month, of what is charged whatever happens."""
    unknown: int = 0
    """How many lines that only one of the sides has nobody knows the price of."""

    @classmethod
    def between(cls, before: Outputs, after: Outputs) -> CostChange:
        """Of two outputs with both halves."""
        sides = [Estimate.of(one.stack, one.manifests) for one in (before, after)]
        unknown = [{(line.subject, line.what) for line in one.unknown} for one in sides]
        return cls(sides[0].monthly, sides[1].monthly, len(unknown[0] ^ unknown[1]))

    @property
    def difference(self) -> float:
        """USD a month, below zero for less."""
        return self.after - self.before

    @property
    def is_known(self) -> bool:
        """Whether there is anything to tell."""
        return abs(self.difference) >= CENT or bool(self.unknown)

    def __str__(self) -> str:
        """`cost +12.40 USD/month`."""
        beside = f"{self.unknown} whose price is not known" if self.unknown else ""
        known = f"{self.difference:+.2f} USD/month" if abs(self.difference) >= CENT or not beside else ""
        return f"cost {', and '.join(filter(None, (known, beside)))}"

    def as_dict(self) -> dict[str, Any]:
        """Plain data, for JSON."""
        return {
            "before": round(self.before, 2), "after": round(self.after, 2), "difference": round(self.difference, 2),
            "unknown": self.unknown,
        }  # fmt: skip


def region_of(document: Mapping[str, Any]) -> str:
    """The region that the stack's provider is told; empty where it is told none."""
    provider = document.get("provider")
    blocks = mappings(provider, "aws") or [mapping(provider, "aws")]
    return next((text(one, "region") for one in blocks if not one.get("alias") and text(one, "region")), "")


CENT: Final = 0.005
"""USD. Less is not shown."""
