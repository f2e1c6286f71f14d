"""What a deployment tells while it runs. Who shows it (a terminal, a pipe, JSON) lies beside this, never in it."""

from __future__ import annotations

import threading
from enum import StrEnum
from typing import Protocol


class State(StrEnum):
    """Where one thing stands. A thing's states come in this order, some left out."""

    WAITING = "waiting"
    APPLYING = "applying"
    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    STARTING = "starting"
    READY = "ready"
    COMPLETE = "complete"
    DELETED = "deleted"
    KEPT = "kept"
    FAILED = "failed"


class Progress(Protocol):
    """Who is told. `subject` is the same text for the same thing each time: `str(identity)`, a Terraform address."""

    def state(self, subject: str, state: State, detail: str = "") -> None:
        """A thing is in this state now; `detail` is short: `2 of 3 pods`, `image, 2 variables`."""

    def log(self, subject: str, line: str) -> None:
        """A line that a thing wrote: a migration's."""

    def note(self, text: str) -> None:
        """Something a person should know that is about no one thing: a field taken from another manager."""


class InTurn:
    """Progress that several threads tell, each after the other."""

    def __init__(self, progress: Progress) -> None:
        self._progress, self._lock = progress, threading.Lock()

    def state(self, subject: str, state: State, detail: str = "") -> None:
        """As `Progress.state`."""
        with self._lock:
            self._progress.state(subject, state, detail)

    def log(self, subject: str, line: str) -> None:
        """As `Progress.log`."""
        with self._lock:
            self._progress.log(subject, line)

    def note(self, text: str) -> None:
        """As `Progress.note`."""
        with self._lock:
            self._progress.note(text)
