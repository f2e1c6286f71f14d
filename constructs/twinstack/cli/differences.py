"""How a difference looks: by thing, what is worst first, each field with both values, its class and the line that made it."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Final, TextIO

from twinstack.changes.difference import LATER
from twinstack.changes.values import Told, told
from twinstack.cli.render import Piece, emit, number
from twinstack.delivery.terraform import SENSITIVE

if TYPE_CHECKING:
    from twinstack.changes.difference import Cause, Change, Difference, FieldChange

Line = list[Piece]


def show(difference: Difference, stack: str, stream: TextIO | None = None) -> None:
    """Prints a difference for people."""
    stream = stream or sys.stdout
    width = shutil.get_terminal_size((_WIDTH, 0)).columns if stream.isatty() else _WIDTH
    for line in lines(difference, stack, max(width, _NARROWEST)):
        emit(line, stream)


def lines(difference: Difference, stack: str, width: int = 100) -> Iterator[Line]:
    """The lines, in pieces with their styles."""
    yield [(stack, "bold cyan"), (f"  {difference.after} against {difference.before}", "")]
    if difference.is_empty:
        yield [("nothing is different", "bold green")]
        return
    for thing, changes in difference.by_thing.items():
        yield []
        users = changes[0].used_by
        yield [
            (thing or "not of one thing", "bold underline"),
            (f"  used by {', '.join(users)}" if users else "", "dim"),
        ]
        for alike, several in groupby(changes, _alike):
            found = [*several]
            if alike is not None and len(found) > 1:
                yield from _together(found, width)
            else:
                for one in found:
                    yield from _change(one, width)
    yield []
    counts = ", ".join(f"{count} {risk}" for risk, count in difference.counts.items())
    yield [(f"{number(difference.changes, 'change')}: {counts}", f"bold {_STYLES[difference.worst]}")]
    if difference.cost is not None and difference.cost.is_known:
        yield [(str(difference.cost), "bold")]


def _alike(one: Change) -> tuple[object, ...] | None:
    """What is told together: what is made or goes without more to say, and what only follows from something else."""
    if one.follows:
        return one.risk, one.action
    return (one.risk, one.action, one.why, one.cause) if not one.fields and one.risk == _SAFE else None


def _together(changes: Sequence[Change], width: int) -> Iterator[Line]:
    first = changes[0]
    style = _STYLES[first.risk]
    why = "what they refer to is made anew" if first.follows else first.why
    about = "" if why in {"new", str(first.action)} else f"  {why}"
    yield [(f"  {first.risk:<{_RISK}}", style), (f"{len(changes)} {first.action}", "bold"), (about, "dim")]
    yield from _wrapped(", ".join(one.subject for one in changes), width, "")
    if not first.follows:
        yield from _cause(first.cause)


def _change(one: Change, width: int) -> Iterator[Line]:
    style = _STYLES[one.risk]
    usual = f", {one.usual}" if one.usual else ""
    yield [
        (f"  {one.risk:<{_RISK}}", style),
        (one.subject, "bold"),
        (f"  {one.action}{usual}", style if one.action.is_loss else ""),
    ]
    why = "" if one.why in {"new", *(f"{field.path}: {field.why}" for field in one.fields)} else one.why
    yield from _wrapped(why, width, "dim")
    causes = one.causes
    single = causes[0] if len(causes) == 1 else one.cause if not one.fields else None
    groups = _groups(one.fields)
    for field, alike in groups[:_MOST_FIELDS]:
        yield from _field(field, one, why, width, is_told=single is not None)
        if alike:
            yield [
                (
                    f"{_DEEPER}and {alike} more fields alike" if alike > 1 else f"{_DEEPER}and one more field alike",
                    "dim",
                )
            ]
    if left := sum(1 + alike for _, alike in groups[_MOST_FIELDS:]):
        yield [(f"{_INDENT}and {left} more, which --json shows", "dim")]
    yield from _cause(single)


def _groups(fields: Sequence[FieldChange]) -> list[tuple[FieldChange, int]]:
    """The fields, each with how many others become the very same: one name that ten variables refer to."""
    found: dict[str, list[FieldChange]] = {}
    for one in fields:
        is_name = isinstance(one.before, str) and isinstance(one.after, str) and one.after not in {LATER, SENSITIVE}
        alike = f"{one.before} {one.after} {one.risk} {one.forces} {one.cause}" if is_name else one.path
        found.setdefault(alike, []).append(one)
    return [(several[0], len(several) - 1) for several in found.values()]


def _field(field: FieldChange, change: Change, why: str, width: int, *, is_told: bool) -> Iterator[Line]:
    notes = ["forces it"] if field.forces else []
    notes += [field.risk] if field.risk != change.risk else []
    notes += [field.usual] if field.usual and field.usual != change.usual else []
    notes += [field.why] if field.why and field.why not in why else []
    about = f"  {', '.join(notes)}" if notes else ""
    style = _STYLES[field.risk]
    for index, row in enumerate(told(field.path, field.before, field.after, width - len(_INDENT))):
        yield from _row(row, about if index == 0 else "", style, width)
    if not is_told:
        yield from _cause(field.cause, _DEEPER)


def _row(row: Told, about: str, style: str, width: int) -> Iterator[Line]:
    values: Line = (
        [(row.before, "red"), (" → ", "dim"), (row.after, "green")]
        if row.is_pair
        else [(row.after, _MARKS.get(row.after[:1], ""))]
    )
    length = len(_INDENT) + len(row.path) + 2 + sum(len(text) for text, _ in values)
    head: Line = [(_INDENT, ""), (f"{row.path}  " if row.path else "    ", "bold" if row.is_head else "")]
    if length + len(about) <= width:
        yield [*head, *values, (about, style)]
        return
    yield [*head, *values]
    if about:
        yield from _wrapped(about.strip(), width, style, _DEEPER)


def _cause(cause: Cause | None, indent: str = "") -> Iterator[Line]:
    if cause is not None:
        yield [(f"{indent or _INDENT}by ", "dim"), (str(cause), "cyan")]


def _wrapped(text: str, width: int, style: str, indent: str = "") -> Iterator[Line]:
    indent = indent or _INDENT
    for line in textwrap.wrap(text, width - len(indent), break_long_words=False, break_on_hyphens=False):
        yield [(indent, ""), (line, style)]


_WIDTH: Final = 100
_NARROWEST: Final = 60
_RISK: Final = 15
_INDENT: Final = " " * (_RISK + 2)
_DEEPER: Final = f"{_INDENT}    "
_MOST_FIELDS: Final = 8
_SAFE: Final = "safe"
_STYLES: Final = {
    "destroys data": "bold red", "exposes": "bold red", "unprotects": "red", "replaces": "red", "unknown": "magenta",
    "interrupts": "yellow", "restarts": "cyan", "safe": "green",
}  # fmt: skip
_MARKS: Final = {"-": "red", "+": "green"}
