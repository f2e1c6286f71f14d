"""One thing that was found, whatever found it: a difference, a problem of a layer, a scanner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from twinstack.errors import Location


class Level(StrEnum):
    """How much it matters, in SARIF's words."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Row:
    """What one line of a report says."""

    rule: str
    """Which kind of thing it is, stable: `TW104`, `replaces`, `CKV_AWS_39`."""
    title: str
    """What this kind is, for people; the same in each row of the rule."""
    level: Level
    subject: str
    """What it is about: `aws_db_instance.database`, `database.storage_gib`."""
    message: str
    location: Location | None = None
    """The line that made it."""
    related: Sequence[tuple[Location, str]] = ()
    """Other lines that have to do with it, each with what."""
    group: str = ""
    """What it belongs to, `database`."""
