"""A difference as rows of a report: one for each change, at the line that made it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from twinstack.changes.difference import UNKNOWN, Cause, Change, Difference
from twinstack.changes.effect import Effect
from twinstack.errors import Location
from twinstack.formats.row import Level, Row


def rows(difference: Difference) -> Iterator[Row]:
    """The worst first, as the difference has them."""
    for change in difference.changes:
        title, level = TITLES[change.risk]
        places = [*_places(change)]
        place = places[0][0] if places else None
        yield Row(
            change.risk.replace(" ", "-"), title, level, change.subject, sentence(change), place,
            [one for one in places[1:] if one[0] != place], change.thing,
        )  # fmt: skip


def sentence(change: Change) -> str:
    """`aws_db_instance.database is changed: instance_class …; usually 10 minutes; used by backend; because of …`"""
    fields = ", ".join(one.path for one in change.fields[:MOST_FIELDS])
    more = len(change.fields) - MOST_FIELDS
    parts = [
        f"{change.subject} is {change.action}, {change.risk}",
        f"{fields}{f' and {more} more' if more > 0 else ''}",
        change.why,
        f"usually {change.usual}" if change.usual else "",
        f"used by {', '.join(change.used_by)}" if change.used_by else "",
        f"because of {change.cause}" if change.cause else "",
    ]
    return "; ".join(part for part in parts if part)


def _places(change: Change) -> Iterator[tuple[Location, str]]:
    """Each line that has to do with it, once; that of its own cause first."""
    seen: set[Location] = set()
    for cause in change.causes:
        for one in (cause, *cause.others):
            if one.location is not None and one.location.line and one.location not in seen:
                seen.add(one.location)
                yield one.location, _words(one, cause)


def _words(one: Cause, of: Cause) -> str:
    about = one.path or one.note
    return f"{about}, which may be the cause" if of.others else about


TITLES: Final = {
    str(Effect.DESTROYS_DATA): ("what goes held something that nothing brings back", Level.ERROR),
    str(Effect.EXPOSES): ("somebody reaches it, or may do something, who could not before", Level.ERROR),
    str(Effect.UNPROTECTS): ("what kept it, or what it holds, is off", Level.WARNING),
    str(Effect.REPLACES): ("what stands goes, and at best another comes in its place", Level.ERROR),
    UNKNOWN: ("nobody has noted what this does: a person has to look", Level.WARNING),
    str(Effect.INTERRUPTS): ("something does not answer for a while", Level.WARNING),
    str(Effect.RESTARTS): ("something begins anew, one after another", Level.NOTE),
    str(Effect.SAFE): ("nobody notices", Level.NOTE),
}
"""What each class is, and how much it matters."""
MOST_FIELDS: Final = 6
