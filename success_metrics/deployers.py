"""Who deploys: the requirement's script, and twinstack. Both are commands, started as CI starts them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    status: int
    """Its exit status; negative where a signal ended it."""
    seconds: float
    output: str
    """What it said, on both streams."""

    def last_line(self) -> str:
        """The last thing it said."""
        lines = self.output.strip().splitlines()
        return lines[-1] if lines else ""


class Command:
    """A command that runs, in a process group of its own, so that what it started can be ended with it."""

    def __init__(self, arguments: Sequence[str], environment: Mapping[str, str], folder: Path, log: Path) -> None:
        self._began = time.monotonic()
        self._log = log
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                list(arguments), stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                env=dict(environment), cwd=folder, start_new_session=True,
            )  # fmt: skip

    def kill(self) -> None:
        """SIGKILL to the command and to all that it started: the runner of CI is gone."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)

    def is_over(self) -> bool:
        """Whether it has ended."""
        return self._process.poll() is not None

    def end(self, patience_seconds: float) -> Ended:
        """Waits for its end; one that does not come to it in time is killed, and its status says so."""
        try:
            self._process.wait(patience_seconds)
        except subprocess.TimeoutExpired:
            self.kill()
        status = self._process.wait()
        text = self._log.read_text(encoding="utf-8", errors="replace")
        return Ended(status, time.monotonic() - self._began, text)


class Deployer(Protocol):
    """One way to bring a version out, and what it has that can break."""

    name: str
    namespace: str
    owner: Mapping[str, str]
    """The labels of what it owns; empty where it marks nothing."""
    has: frozenset[str]
    """Of `migration`, `plan`, `new objects`: without one, a fault of that finds nothing to break."""

    def install(self, version: str) -> None:
        """Brings out the first version, on an empty cluster, and waits until all of it is ready."""

    def prepare(self, version: str, values: Mapping[str, object] | None = None) -> None:
        """Makes what a deployment of this version takes, before the moment it is measured from."""

    def begin(self, version: str) -> Command:
        """Starts the deployment of a version that was prepared."""

    def manifests(self, version: str) -> Path:
        """The folder of what the cluster is to hold at this version, for whoever checks it."""

    def new_configmaps(self, version: str) -> list[str]:
        """The ConfigMaps of a prepared version that no version before it had."""

    def lose_secret(self) -> Mapping[str, object]:
        """Lets the next version read a secret that has no value; returns the values that it takes for that."""

    def give_secret(self) -> None:
        """The value is there again."""

    def said_wrong(self, version: str) -> str:
        """Why what it left on record is not what happened; empty where it keeps none, or the record is right."""

    def restore(self, version: str) -> None:
        """What a person does after a deployment that ended wrong: applies a version whole, without a fault."""

    def go_back(self, version: str) -> Command:
        """Starts the way back to a version, once a later one turned out bad after its deployment had ended."""


ROOT: Final = Path(__file__).parents[1]
PYTHON: Final = sys.executable
