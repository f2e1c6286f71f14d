"""What a hostile client sends, on raw sockets, and what it does to the process meanwhile."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.conftest import Web, token
from tests.servers import PATIENCE_SECONDS
from tests.stopwatch import starved_seconds

MIB = 1024 * 1024


def head(method: str, path: str, *, bearer: str | None = None, **headers: object) -> bytes:
    """A request's head; an underscore in a name is a hyphen."""
    lines = [f"{method} {path} HTTP/1.1", "Host: test"]
    if bearer:
        lines.append(f"Authorization: Bearer {bearer}")
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def event(body: bytes, *, signed: bool, length: int | None = None) -> bytes:
    """An event's request, or the beginning of one."""
    declared = len(body) if length is None else length
    bearer = token() if signed else None
    return head("POST", "/api/events", bearer=bearer, Content_Type="application/json", Content_Length=declared) + body


@contextmanager
def connection(web: Web) -> Iterator[socket.socket]:
    host, port = web.address.split(":")
    with closing(socket.create_connection((host, int(port)), timeout=PATIENCE_SECONDS)) as it:
        yield it


def status_of(opened: socket.socket, sent: bytes = b"") -> int:
    """The status of the answer to what is sent, which is read to its end; 0 when there is none."""
    with suppress(BrokenPipeError, ConnectionResetError):  # it may have been answered before all was sent
        opened.sendall(sent)
    answer = b""
    with suppress(ConnectionResetError, TimeoutError):
        while not _is_whole(answer, sent) and (part := opened.recv(65536)):
            answer += part
    return int(answer.split()[1]) if b"\r\n" in answer else 0


def _is_whole(answer: bytes, sent: bytes) -> bool:
    answered, is_there, content = answer.partition(b"\r\n\r\n")
    if not is_there or sent.startswith(b"HEAD "):
        return bool(is_there)
    length = re.search(rb"(?i)\ncontent-length: (\d+)", answered)
    return length is None or len(content) >= int(length[1])


def is_closed(opened: socket.socket) -> bool:
    """Whether the other side closes."""
    with suppress(TimeoutError):
        with suppress(ConnectionResetError):
            while opened.recv(65536):
                pass
        return True
    return False


@dataclass
class Watched:
    """A web process's peak memory, and its slowest answer to a probe on a new connection, while this lasts.

    What the process and the prober waited for a processor does not count: others have them too on a machine that is
    shared, and a pod has its own share.
    """

    web: Web
    slowest: float = 0.0

    def __enter__(self) -> Self:
        self._ended = threading.Event()
        self._prober = threading.Thread(target=self._probe)
        self._prober.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._ended.set()
        self._prober.join()

    @property
    def peak_mib(self) -> float:
        """The most that was ever resident."""
        status = Path(f"/proc/{self.web.process.process.pid}/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) / 1024

    def _probe(self) -> None:
        while not self._ended.is_set():
            begun = time.monotonic() - self._starved()
            try:
                with connection(self.web) as opened:
                    well = status_of(opened, head("GET", "/health", Connection="close")) == 200
            except OSError:
                well = False
            self.slowest = max(self.slowest, time.monotonic() - self._starved() - begun if well else 60.0)
            self._ended.wait(0.05)

    def _starved(self) -> float:
        """The seconds that the process's loop and this thread have been ready to run, and did not."""
        tasks = (self.web.process.process.pid, threading.get_native_id())
        return sum(map(starved_seconds, tasks))
