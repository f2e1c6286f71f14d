"""One run of one program as a whole process, from fork to exit."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

LAUNCHER: Final = Path(__file__).parent / "launcher.py"


@dataclass(frozen=True)
class Run:
    """What a process took, and what it said."""

    began: float
    """When it was forked, by the monotonic clock, which all processes of a machine share."""
    ended: float
    cpu: float
    """User and system seconds, those of its own children included."""
    memory: int
    """Bytes at its highest moment (`ru_maxrss`)."""
    status: int
    output: str
    """What it wrote to both streams."""

    @property
    def wall(self) -> float:
        """Seconds from fork to exit."""
        return self.ended - self.began


class FailedRunError(Exception):
    """A program that should have done its work did not; the message holds what it said."""


def run(
    command: Sequence[str | Path],
    *,
    folder: Path,
    variables: Mapping[str, str],
    statuses: Sequence[int] | None = (0,),
) -> Run:
    """Runs a command to its end. Raises FailedRunError for any other exit status than these; None takes any."""
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ} | dict(variables)
    with tempfile.TemporaryDirectory() as temporary:
        report, said = Path(temporary) / "report.json", Path(temporary) / "said"
        with said.open("wb") as output:
            # -I and -S: not a byte more in the launcher than it needs.
            subprocess.run(
                [sys.executable, "-I", "-S", str(LAUNCHER), str(report), *map(str, command)],
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                check=True,
            )
        found = Run(**json.loads(report.read_text("utf-8")), output=said.read_text("utf-8", errors="replace"))
    if statuses is not None and found.status not in statuses:
        raise FailedRunError(f"{' '.join(map(str, command))} ended with status {found.status}:\n{found.output}")
    return found


_KEPT: Final = ("PATH", "LANG", "TMPDIR")
