"""What a picture shows, before anybody decides where it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Icon(StrEnum):
    """The small sign beside a name: what kind of thing it is."""

    OUTSIDE = "outside"
    HOST = "host"
    SERVICE = "service"
    WORKER = "worker"
    JOB = "job"
    CLOCK = "clock"
    DATABASE = "database"
    MEMORY = "memory"
    BUCKET = "bucket"
    SECRET = "secret"  # noqa: S105  a word, no secret
    SETTINGS = "settings"
    QUEUE = "queue"
    THING = "thing"


class Tone(StrEnum):
    """How an arrow is drawn: what flows along it."""

    TRAFFIC = "traffic"
    READ = "read"
    WRITE = "write"
    ADMIN = "admin"


class Mark(StrEnum):
    """What a change does to what is drawn."""

    NONE = ""
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    LOST = "lost"
    """Changed so that something is replaced, lost or open."""


@dataclass(frozen=True, slots=True)
class Node:
    """One thing, with up to three short lines below its name."""

    key: str
    title: str
    icon: Icon
    rank: int
    """Its column, from the left."""
    lines: Sequence[str] = ()
    mark: Mark = Mark.NONE


@dataclass(frozen=True, slots=True)
class Arrow:
    """From one thing to another."""

    source: str
    target: str
    tone: Tone
    label: str = ""
    """What the mouse and a reader of the text are told: the access, the path."""
    mark: Mark = Mark.NONE


@dataclass(frozen=True, slots=True)
class Frame:
    """A rectangle around all things of some columns."""

    title: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Flow:
    """Things in columns, and arrows from left to right."""

    title: str
    nodes: Sequence[Node]
    arrows: Sequence[Arrow]
    frames: Sequence[Frame] = ()


@dataclass(frozen=True, slots=True)
class Box:
    """A part of a network, with the parts inside it side by side or one below the other."""

    title: str
    lines: Sequence[str] = ()
    inside: Sequence[Box] = ()
    is_row: bool = False
    """Whether what is inside stands side by side."""
    tone: str = "plain"
    """`public`, `private`, `closed` or `plain`."""


@dataclass(frozen=True, slots=True)
class Nest:
    """Boxes in boxes, and a list of sentences below."""

    title: str
    box: Box
    notes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """What one may do with another: a few words for each way."""

    row: str
    column: str
    words: Sequence[str]


@dataclass(frozen=True, slots=True)
class Matrix:
    """Who may reach what: a row for each who, a column for each what."""

    title: str
    rows: Sequence[str]
    columns: Sequence[str]
    cells: Sequence[Cell]


Drawing = Flow | Nest | Matrix
