"""A real process of the test: started, polled until it is ready, stopped as Kubernetes stops it, its output kept."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import ClassVar, Final, TypeVar

import psutil

T = TypeVar("T")


class Process:
    """One process and all it starts. Its output is appended to `log`, over every start."""

    started: ClassVar[list[Process]] = []
    """Every process that was started, for the report of a failed test."""

    def __init__(
        self, name: str, command: Sequence[str], *, environment: Mapping[str, str], folder: Path, log: Path
    ) -> None:
        self.name = name
        self.command = [*command]
        self.environment = dict(environment)
        self.folder = folder
        self.log = log
        self.stopped_at = 0.0
        self._running: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._running is not None, f"{self.name} was never started"
        return self._running.pid

    @property
    def returncode(self) -> int | None:
        """Its exit status; None while it runs, negative after a signal."""
        assert self._running is not None, f"{self.name} was never started"
        return self._running.poll()

    @property
    def is_running(self) -> bool:
        return self._running is not None and self._running.poll() is None

    @property
    def output(self) -> str:
        """All it has printed."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    @property
    def children(self) -> list[psutil.Process]:
        """What it has started, and what those have."""
        return psutil.Process(self.pid).children(recursive=True) if self.is_running else []

    @property
    def memory_mib(self) -> float:
        """Its memory and its children's, each shared page counted once, as a container's limit counts it."""
        members = [psutil.Process(self.pid), *self.children]
        return sum(member.memory_full_info().pss for member in members) / MIB

    def start(self) -> None:
        """Starts it in a session of its own, so that no signal of the terminal reaches it."""
        assert not self.is_running, f"{self.name} runs already"
        with self.log.open("ab") as log:
            self._running = subprocess.Popen(
                self.command,
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        if self not in self.started:
            self.started.append(self)

    def wait_until(self, is_ready: Callable[[], object]) -> None:
        """Waits for it to be ready, and no longer once it has ended."""

        def ready_or_ended() -> object:
            return not self.is_running or is_ready()

        wait_until(ready_or_ended, f"{self.name} to be ready")
        assert self.is_running, f"{self.name} ended with status {self.returncode}:\n{self.output[-TAIL:]}"

    def wait(self) -> int:
        """Its exit status, once it has ended."""
        assert self._running is not None, f"{self.name} was never started"
        try:
            status = self._running.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"{self.name} still runs after {PATIENCE_SECONDS} s:\n{self.output[-TAIL:]}") from None
        self.stopped_at = time.time()
        return status

    def terminate(self) -> None:
        """Sends TERM to the process itself, as a container's first process gets it."""
        self.signal(signal.SIGTERM)

    def stop(self) -> int:
        """TERM, and its exit status."""
        if self.is_running:
            self.terminate()
        return self.wait()

    def signal(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def kill(self) -> None:
        """KILL to it and to everything it has started: what a node that dies does."""
        if self._running is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._running.pid, signal.SIGKILL)
        self._running.wait()
        self.stopped_at = self.stopped_at or time.time()


def wait_until(condition: Callable[[], T], what: str) -> T:
    """Asks until the answer is true, and returns it. Raises AssertionError when that takes too long."""
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        answer = condition()
        if answer:
            return answer
        assert time.monotonic() < end, f"waited {PATIENCE_SECONDS} s in vain for {what}; the last answer was {answer!r}"
        time.sleep(PAUSE)


def run(command: Sequence[str], *, environment: Mapping[str, str], folder: Path) -> tuple[int, str]:
    """The exit status and all output of a command that ends by itself."""
    done = subprocess.run(
        command,
        cwd=folder,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    return done.returncode, done.stdout.decode(errors="replace")


MIB: Final = 1024 * 1024
PATIENCE_SECONDS: Final = 300
"""For what should take a moment: what has to be quick is measured, and compared with its bound afterwards."""
PAUSE: Final = 0.1
"""Seconds between two questions: quick enough for a deadline of seconds, cheap on a small machine."""
TAIL: Final = 4000
"""Characters of output that a failure shows."""
