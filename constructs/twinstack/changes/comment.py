"""A difference as a comment of a pull request: Markdown, the worst first, within what GitHub takes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

from twinstack.changes.difference import LOUD, STANDING, Cause, Change, Difference, FieldChange
from twinstack.formats.markdown import code, fenced, html, plain


def comment(difference: Difference, title: str, *, most: int = 0, notes: Sequence[str] = (), picture: str = "") -> str:
    """The difference in at most so many characters; what does not fit is counted in the last line.

    `notes` are Markdown, for a list below the head: what else there is to say. `picture` is Mermaid's text, which GitHub draws;
    where it would leave no room for the changes it is left out.
    """
    listed = "".join(f"- {note}\n" for note in notes)
    head = f"### {code(title)}\n\n{_head(difference)}\n" + (f"\n{listed}" if listed else "")
    drawn = f"{PICTURE}{fenced(picture, 'mermaid')}{END}" if picture and len(picture) < MOST_DRAWN else ""
    room = (most or MOST) - len(head) - len(drawn) - ROOM
    shown: dict[str, list[str]] = {}
    for change in difference.changes:
        block = "".join(f"{line}\n" for line in _change(change))
        room -= len(block) + (
            0 if change.thing in shown else len(_summary(difference.by_thing[change.thing])) + len(END)
        )
        if room < 0:
            break
        shown.setdefault(change.thing, []).append(block)
    text = head + "".join(f"{_summary(difference.by_thing[thing])}{''.join(one)}{END}" for thing, one in shown.items())
    if left := len(difference.changes) - sum(map(len, shown.values())):
        text += f"\n{left} more, none of them worse than these, are left out: `twinstack diff` shows them.\n"
    return text + drawn


def _head(difference: Difference) -> str:
    since = f"against {STANDING}" if difference.before == STANDING else f"since {code(difference.before)}"
    if difference.is_empty:
        return f"Nothing changes {since}."
    counts = [f"**{count} {risk}**" if risk in LOUD else f"{count} {risk}" for risk, count in difference.counts.items()]
    cost = f"; **{difference.cost}**" if difference.cost is not None and difference.cost.is_known else ""
    return f"{', '.join(counts)} {since}{cost}"


def _summary(changes: Sequence[Change]) -> str:
    """What stands over the changes of one thing; open where it is lost."""
    worst = changes[0]
    is_open = " open" if worst.risk in LOUD else ""
    name = f"<code>{html(worst.thing)}</code>" if worst.thing else "no thing alone"
    used = f"; used by {html(', '.join(worst.used_by))}" if worst.used_by else ""
    count = f"{len(changes)} change{'' if len(changes) == 1 else 's'}"
    return f"\n<details{is_open}><summary>{name}: <b>{worst.risk}</b>, {count}{used}</summary>\n\n"


def _change(change: Change) -> Iterator[str]:
    usual = f"; usually {plain(change.usual)}" if change.usual else ""
    why = f": {plain(change.why)}" if change.why else ""
    # Every field says its own cause, where there are fields.
    cause = f"; {_cause(change.cause)}" if change.cause and not change.fields else ""
    yield f"- {code(change.subject)} **{change.action}**, {change.risk}{why}{usual}{cause}"
    for one in change.fields[:MOST_FIELDS]:
        yield f"  - {_field(one)}"
    if left := change.fields[MOST_FIELDS:]:
        yield f"  - and {len(left)} more, none of them worse"


def _field(one: FieldChange) -> str:
    why = f": {plain(one.why)}" if one.why else ""
    forces = ", **forces it**" if one.forces else ""
    cause = f"; {_cause(one.cause)}" if one.cause else ""
    return f"{code(one.path)} {_value(one.before)} → {_value(one.after)}, {one.risk}{forces}{why}{cause}"


def _cause(cause: Cause) -> str:
    found = [_one_cause(one) for one in (cause, *cause.others)]
    return f"because of {found[0]}" if len(found) == 1 else f"because of one of {', '.join(found)}"


def _one_cause(cause: Cause) -> str:
    words = " ".join(code(str(part)) for part in (cause.location, cause.path) if part)
    return f"{words} ({plain(cause.note)})" if words and cause.note else words or plain(cause.note)


def _value(value: Any) -> str:
    if value is None:
        return "not set"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return code(text if len(text) <= LONGEST else f"{text[:LONGEST]}…") or "empty"


END: Final = "\n</details>\n"
MOST: Final = 20_000
"""Characters. GitHub takes 65,536 of a comment, which may hold several environments, and nobody reads that many."""
MOST_DRAWN: Final = 8_000
"""Characters of a picture."""
PICTURE: Final = "\n<details><summary>who uses what, with what comes, goes and changes</summary>\n\n"
ROOM: Final = 200
"""Of them, for the last line."""
LONGEST: Final = 80
MOST_FIELDS: Final = 12
