"""Ends of standard support: past them a version is refused, near them it is warned of, with the date."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from typing import Final

from twinstack.environment.model import Finding
from twinstack.facts.versions import may_have_come


def check_support(
    what: str, version: str, ends: Mapping[str, datetime.date | None], today: datetime.date, path: tuple[str, ...]
) -> Iterator[Finding]:
    """Findings for a version AWS no longer sells at the standard price, or soon will not.

    `ends` maps every known version to its last day of standard support; None where none is announced.
    """
    alive = [known for known, end in ends.items() if end is None or end >= today]
    allowed = ", ".join(f"{known} (to {ends[known]})" if ends[known] else known for known in alive)
    if may_have_come(version, ends):
        return  # a newer one than is known, of which the field that writes it is told
    if version not in ends and (line := next((one for one in ends if version.startswith(f"{one}.")), "")):
        yield Finding(
            "TW503",
            f"more of {what}'s version than is chosen here",
            path,
            version,
            allowed,
            f"write {line}: AWS chooses what follows it, and brings what is newer",
        )
        return
    if version not in ends:
        yield Finding("TW503", f"an unknown {what} version", path, version, allowed, "choose one of these")
        return
    end = ends[version]
    if end is None:
        return
    if end < today:
        yield Finding(
            "TW501",
            f"{what} {version} is past its standard support",
            path,
            given=f"{version}, which ended on {end}",
            allowed=allowed,
            fix="upgrade; extended support is charged by the hour",
        )
    elif end - today <= NEAR:
        yield Finding(
            "TW502",
            f"{what} {version} is near the end of its standard support",
            path,
            given=f"{version}, which ends on {end}",
            allowed=allowed,
            fix="plan the upgrade",
            warning=True,
        )


NEAR: Final = datetime.timedelta(days=180)
"""How long before its end a version is warned of."""
