"""One thing that AWS charges for: so much of it, at such a price; by use, where how much only the use tells; or not known."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from twinstack.facts.prices import Price


class Charged(StrEnum):
    """How a line counts."""

    FIXED = "fixed"
    """It is charged whatever happens, and is in the sum."""
    BY_USE = "by use"
    """It is charged by how much it is used, which nobody knows beforehand: no part of the sum."""
    UNKNOWN = "unknown"
    """Nobody has read its price for this region, or what it costs at all: no part of the sum, and never taken for nothing."""


@dataclass(frozen=True, slots=True)
class Line:
    """What is charged for one resource or object, in one respect."""

    subject: str
    """`aws_db_instance.database`, `Ingress analytics/analytics-ingress`."""
    what: str
    """`db.t3.medium, two zones`."""
    charged: Charged
    quantity: float = 0.0
    """How many units a month; 0 unless FIXED."""
    unit: str = ""
    """`hour`, `GiB-month`; what the price is of."""
    price: Price | None = None
    thing: str = ""
    """The environment's field that it belongs to."""
    note: str = ""
    """What may make it more or less: `grows to 200 GiB by itself`."""

    @property
    def monthly(self) -> float | None:
        """USD for a month of 730 hours; None for what is not FIXED."""
        return self.quantity * self.price.usd if self.charged is Charged.FIXED and self.price is not None else None

    def as_dict(self) -> dict[str, Any]:
        """Plain data, for JSON."""
        price = self.price
        return {
            "thing": self.thing or None,
            "subject": self.subject,
            "what": self.what,
            "charged": str(self.charged),
            "quantity": round(self.quantity, 4) if self.charged is Charged.FIXED else None,
            "unit": self.unit,
            "usd_each": price.usd if price else None,
            "usd_monthly": None if self.monthly is None else round(self.monthly, 4),
            "note": self.note,
            "published": price.published if price else None,
            "page": price.page if price else None,
        }


def fixed(subject: str, what: str, quantity: float, unit: str, price: Price | None, note: str = "") -> Line:
    """What is charged whatever happens; not known where there is no price."""
    if price is None:
        return unknown(subject, what, note or "nobody has read its price for this region")
    return Line(subject, what, Charged.FIXED, quantity, unit, price, note=note)


def hourly(subject: str, what: str, count: float, price: Price | None, note: str = "") -> Line:
    """What is charged by the hour, all hours of a month."""
    return fixed(subject, what, count * HOURS, "hour", price, note)


def by_use(subject: str, what: str, unit: str, price: Price | None, note: str = "") -> Line:
    """What only the use tells; its price may be not known."""
    return Line(subject, what, Charged.BY_USE, unit=unit, price=price, note=note)


def unknown(subject: str, what: str, note: str) -> Line:
    """What is charged for, and nobody knows how much."""
    return Line(subject, what, Charged.UNKNOWN, note=note)


HOURS: Final = 730
"""Hours of a month, as AWS's own calculator counts them."""
