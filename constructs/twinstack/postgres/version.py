"""Which versions of PostgreSQL there are, how long AWS sells them at the standard price, and which follows which."""

from __future__ import annotations

from collections.abc import Iterator

from twinstack.environment.model import Finding
from twinstack.facts import refused_steps
from twinstack.facts.support import POSTGRES as STANDARD_SUPPORT_ENDS


def check_upgrade(before: str, after: str) -> Iterator[Finding]:
    """A finding for a way between two major versions that AWS does not offer: it goes up only, over as many as wanted.

    Source: Amazon RDS User Guide, "Choosing a major version for an RDS for PostgreSQL upgrade", whose table has every
    later major version from each (read in November 2026, in a copy that ends at 17).
    """
    step = {"engine": "postgres", "engine_version": after, "allow_major_version_upgrade": True}
    is_back = any(refused_steps("aws_db_instance", {"engine_version": before}, step))
    if before not in STANDARD_SUPPORT_ENDS or before == after or is_back:
        earlier = ", ".join(known for known in STANDARD_SUPPORT_ENDS if int(known) < int(after))
        yield Finding(
            "TW710",
            "an upgrade that AWS does not offer",
            ("upgrade_from",),
            given=f"from {before} to {after}",
            allowed=f"from {earlier}: to a later major version, and never back" if earlier else "no upgrade",
            fix="name the major version that the database has today, or remove upgrade_from",
        )
