"""What AWS asks for what the library makes: list prices on demand, in USD, region by region, each with its date and page.

Read from the documents that AWS's own price pages are drawn from (facts_generator/prices.py says which and where they are
kept). A price that nobody has read is not known, and never taken to be another region's.
"""

from __future__ import annotations

import datetime
import json
import lzma
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

from twinstack.facts.data import OLD


@dataclass(frozen=True, slots=True)
class Price:
    """What one unit of something is asked for."""

    usd: float
    published: str
    """The day at which AWS published it, `2025-04-04`."""
    page: str
    """Where AWS shows it."""


def price_of(service: str, what: str, region: str) -> Price | None:
    """The price of one unit: `("rds postgres", "db.t3.medium", "us-west-2")` of an hour. None where it is not known."""
    data = _data()
    regions: list[str] = data["regions"]
    row = data["prices"].get(service, {}).get(what)
    found = row[regions.index(region)] if row is not None and region in regions else None
    source = data["sources"].get(service, {})
    return None if found is None else Price(found, source["published"], source["page"])


def date_of_the_prices() -> datetime.date:
    """When the table was made. Each price says besides when AWS published it."""
    return datetime.date.fromisoformat(_data()["read"])


def are_old(today: datetime.date) -> bool:
    """Whether the table is older than AWS's prices stay the same: it is read anew then, as the facts are."""
    return today - date_of_the_prices() > OLD


def sources() -> Mapping[str, Mapping[str, str]]:
    """By service, `published` and `page`."""
    return _data()["sources"]  # type: ignore[no-any-return]


@cache
def _data() -> dict[str, Any]:
    content = (resources.files("twinstack.facts") / PRICES).read_bytes()
    return json.loads(lzma.decompress(content))  # type: ignore[no-any-return]


PRICES: Final = "prices.json.xz"
