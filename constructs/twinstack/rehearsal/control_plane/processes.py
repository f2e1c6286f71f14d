"""The processes of one control plane: started one by one, watched, and all ended, whatever happens."""

from __future__ import annotations

import contextlib
import ctypes
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from twinstack.errors import RehearsalError

LOOPBACK: Final = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Running:
    """One process that was started, and where it writes."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def last_lines(self) -> str:
        """The end of what it wrote, for an error message."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join(f"  {line}" for line in lines[-_LOG_LINES:])


class Processes:
    """Starts processes whose log lies in `folder`, and ends exactly those it started."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._running: list[Running] = []

    def start(self, program: Path, arguments: Sequence[str]) -> None:
        """Starts `program` in the folder, in a session of its own: the terminal's Ctrl-C must reach only us.

        On Linux the kernel ends it when the thread that called this ends, so not even a kill -9 leaves it behind.
        Raises RehearsalError where the program cannot be run (a binary for another processor, say).
        """
        log = self._folder / f"{program.name}.log"
        with log.open("wb") as output:
            try:
                process = subprocess.Popen(
                    [str(program), *arguments],
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    cwd=self._folder,
                    env=_environment(),
                    start_new_session=True,
                    preexec_fn=_end_with_parent(),
                )
            except OSError as error:
                raise RehearsalError(f"{program.name} cannot be run here: {error.strerror or error}") from error
        self._running.append(Running(program.name, process, log))

    def check(self) -> None:
        """Raises RehearsalError with the last lines of its log where one of them has ended."""
        for one in self._running:
            status = one.process.poll()
            if status is not None:
                how = f"was ended by signal {-status}" if status < 0 else f"ended with status {status}"
                raise RehearsalError(f"{one.name} {how}; its last words:\n{one.last_lines()}")

    def wait_until(self, what: str, condition: Callable[[], bool], *, timeout_seconds: float) -> None:
        """Asks `condition` until it holds. Raises RehearsalError after the timeout, or where a process has ended."""
        end = time.monotonic() + timeout_seconds
        while not condition():
            self.check()
            if time.monotonic() > end:
                logs = "\n".join(f"{one.name}:\n{one.last_lines()}" for one in self._running)
                raise RehearsalError(f"gave up after {timeout_seconds:g} s waiting until {what}; last words\n{logs}")
            time.sleep(_POLL_SECONDS)

    def identifiers(self) -> dict[str, int]:
        """The process id of each, by name."""
        return {one.name: one.process.pid for one in self._running}

    def end(self) -> None:
        """Ends all, the last started first. Nothing of them is kept, so nothing needs a graceful end."""
        for one in reversed(self._running):
            # Not reaped yet, so the id is still ours, even where the process is dead.
            if one.process.poll() is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(one.process.pid, signal.SIGKILL)
        for one in self._running:
            one.process.wait()
        self._running.clear()


class Ports:
    """Free ports on 127.0.0.1, held until the moment the process that wants one starts.

    They lie below the range from which the kernel takes the ports of outgoing connections: the API server opens a
    hundred of these to etcd, and one of them could otherwise take the port that another process is about to ask for.
    """

    def __init__(self) -> None:
        self._held: dict[int, socket.socket] = {}

    def take(self) -> int:
        """Reserves a free port. Raises RehearsalError where none can be had."""
        for _ in range(_PORT_ATTEMPTS):
            holder = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            try:
                holder.bind((LOOPBACK, random.randrange(_FIRST_PORT, _LAST_PORT)))  # noqa: S311  a port, no secret
            except OSError:
                holder.close()
                continue
            port = holder.getsockname()[1]
            self._held[port] = holder
            return port
        raise RehearsalError(f"no free port between {_FIRST_PORT} and {_LAST_PORT} on {LOOPBACK}")

    def release(self, *ports: int) -> None:
        """Lets go of these ports, just before a process binds them."""
        for port in ports:
            self._held.pop(port).close()

    def release_all(self) -> None:
        """Lets go of whatever is still held."""
        self.release(*self._held)


def _environment() -> dict[str, str]:
    # A proxy or a kubeconfig of the user's must not lead these processes anywhere else.
    return {name: value for name, value in os.environ.items() if name in _KEPT_VARIABLES}


def _end_with_parent() -> Callable[[], None] | None:
    if sys.platform != "linux":
        return None
    # Loaded before the fork: after it, in the child, nothing may be allocated or locked that another thread holds.
    prctl = ctypes.CDLL(None).prctl
    parent = os.getpid()

    def before_exec() -> None:
        prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL))
        if os.getppid() != parent:
            os._exit(1)

    return before_exec


_KEPT_VARIABLES: Final = frozenset({"PATH", "HOME", "TMPDIR", "LANG", "TZ"})
_PR_SET_PDEATHSIG: Final = 1
_POLL_SECONDS: Final = 0.05
_LOG_LINES: Final = 8
_FIRST_PORT: Final = 20000
_LAST_PORT: Final = 30000
_PORT_ATTEMPTS: Final = 200
