"""Which versions of PostgreSQL there are, how long AWS sells them at the standard price, and which follows which."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Final

from twinstack.environment.model import Finding


def check_upgrade(before: str, after: str) -> Iterator[Finding]:
    """A finding for a way between two major versions that AWS does not offer: it goes up only, over as many as wanted.

    Source: Amazon RDS User Guide, "Choosing a major version for an RDS for PostgreSQL upgrade", whose table has every
    later major version from each (read in November 2026, in a copy that ends at 17).
    """
    if before not in STANDARD_SUPPORT_ENDS or int(before) >= int(after):
        earlier = ", ".join(known for known in STANDARD_SUPPORT_ENDS if int(known) < int(after))
        yield Finding(
            "TW710",
            "an upgrade that AWS does not offer",
            ("upgrade_from",),
            given=f"from {before} to {after}",
            allowed=f"from {earlier}: to a later major version, and never back" if earlier else "no upgrade",
            fix="name the major version that the database has today, or remove upgrade_from",
        )


STANDARD_SUPPORT_ENDS: Final = {
    "11": datetime.date(2024, 2, 29),
    "12": datetime.date(2025, 2, 28),
    "13": datetime.date(2026, 2, 28),
    "14": datetime.date(2027, 2, 28),
    "15": datetime.date(2028, 2, 29),
    "16": datetime.date(2029, 2, 28),
    "17": datetime.date(2030, 2, 28),
    "18": datetime.date(2031, 2, 28),
}
"""Source: Amazon RDS for PostgreSQL release calendars."""
