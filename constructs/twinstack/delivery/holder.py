"""Who deploys: the one that a Lease and a record name, told apart from every other run."""

from __future__ import annotations

import getpass
import os
import re
import secrets
import socket
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Holder:
    """One run of one person or pipeline: no two are alike."""

    person: str
    """`ada@laptop`."""
    process: int
    token: str
    """Random: the number of a process comes again, on another machine or later."""

    @classmethod
    def here(cls, user: str = "") -> Holder:
        """The process that asks. `user` is who it works for, where that is not this machine's user: who started a pipeline."""
        return cls(f"{_plain(user or _user())}@{_plain(socket.gethostname())}", os.getpid(), secrets.token_hex(4))

    def __str__(self) -> str:
        """As a Lease names it: `ada@laptop, process 4711, 9f3c2e1b`."""
        return f"{self.person}, process {self.process}, {self.token}"


def person_of(holder: str) -> str:
    """`ada@laptop, process 4711` of a holder that a Lease names: what tells a person which run it is."""
    return holder.rpartition(", ")[0] or holder


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container's user of no name
        return str(os.getuid())


def _plain(text: str) -> str:
    """Nothing in it that parts a holder's words, or that a terminal would take for something else."""
    return _OTHER.sub("-", text)


_OTHER: Final = re.compile(r"[^A-Za-z0-9._+-]")
