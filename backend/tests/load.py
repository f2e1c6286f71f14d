"""An open load on one build or on two in turn: `python -m tests.load RATE SECONDS [FOLDER …]`.

Each folder is a `backend/`, this one where none is named; all of them get the same PostgreSQL, Redis and requests: four
fifths summaries, a tenth events, a tenth health, each sent at its time however slow the answers are. A latency counts
from when the request was due. What a build is measured by on a machine that others use too is the processor seconds of
its web process for a thousand answers.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import uvloop

from tests.conftest import token
from tests.servers import BACKEND, PATIENCE_SECONDS, WEB, Postgres, RedisServer, free_port, wait_until

MIX = {"summary": 80, "event": 10, "health": 10}
ACCEPTED = 202
GOOD = {200, ACCEPTED}
LONGEST = 30.0


@dataclass
class Outcome:
    """What a load came to, in seconds."""

    sent: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    accepted: list[str] = field(default_factory=list)
    """The ids of the events that were answered with 202."""
    served: list[float] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)
    late: float = 0.0
    """The longest that a request left after its time."""


def percentile(values: Sequence[float], percent: float) -> float:
    """In milliseconds; 0 of nothing."""
    ordered = sorted(values)
    return 1000 * ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)] if ordered else 0.0


def request(kind: str, bearer: str, event_id: str = "") -> bytes:
    """One request, on a connection that is kept."""
    line = {"summary": "GET /api/summary?days=7", "event": "POST /api/events", "health": "GET /health"}[kind]
    head = f"{line} HTTP/1.1\r\nHost: load\r\nAuthorization: Bearer {bearer}\r\n"
    if kind != "event":
        return f"{head}\r\n".encode()
    body = json.dumps({"id": event_id, "name": "load", "properties": {"page": "/load"}})
    return f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()


class Client:
    """Kept connections, one request on each at a time; as many as it takes."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def status(self, sent: bytes) -> int:
        """The status of the answer; 0 when there is none."""
        try:
            async with asyncio.timeout(LONGEST):
                reader, writer = self._kept() or await self._connect()
                writer.write(sent)
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
                await reader.readexactly(length)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, ValueError):
            return 0
        self._free.append((reader, writer))
        return int(head.split(b" ", 2)[1])

    def _kept(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        """One that the server has not closed meanwhile."""
        while self._free:
            reader, writer = self._free.pop()
            if not reader.at_eof():
                return reader, writer
            writer.close()
        return None

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self._port)


async def generate(port: int, rate: int, seconds: int, bearers: Sequence[str]) -> Outcome:
    """Send `rate` requests in each second."""
    outcome, client = Outcome(), Client(port)
    kinds = random.Random(rate).choices([*MIX], weights=[*MIX.values()], k=rate * seconds)
    begun = time.perf_counter() + 0.5

    async def one(number: int, kind: str) -> None:
        due = begun + number / rate
        outcome.sent[kind] += 1
        outcome.late = max(outcome.late, time.perf_counter() - due)
        event_id = str(uuid4())
        status = await client.status(request(kind, bearers[number % len(bearers)], event_id))
        outcome.statuses[status] += 1
        if status == ACCEPTED:
            outcome.accepted.append(event_id)
        (outcome.served if status in GOOD else outcome.refused).append(time.perf_counter() - due)

    async with asyncio.TaskGroup() as group:
        for number, kind in enumerate(kinds):
            await asyncio.sleep(max(0.0, begun + number / rate - time.perf_counter()))
            group.create_task(one(number, kind))
    return outcome


def processor_seconds(process: int) -> float:
    """Of a process, user's and system's."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peak_mib(process: int) -> float:
    """The most that was ever resident."""
    return int(Path(f"/proc/{process}/status").read_text().split("VmHWM:")[1].split()[0]) / 1024


@contextlib.contextmanager
def running(folder: Path, variables: dict[str, str], *command: str):
    """A process of a build."""
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONDONTWRITEBYTECODE": "1",
        "TMPDIR": tempfile.mkdtemp(),
        **variables,
    }
    process = subprocess.Popen(
        [sys.executable, "-m", *command],
        cwd=folder,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE_SECONDS)


def measured(folder: Path, variables: dict[str, str], rate: int, seconds: int) -> None:
    """Start a build's worker and web process, load it, and print a line."""
    port, bearers = free_port(), [token() for _ in range(20)]
    bounded = (
        ("--http", "connections:BoundedProtocol") if (folder / "connections.py").exists() else ("--http", "httptools")
    )
    options = (
        "--port",
        str(port),
        "--loop",
        "uvloop",
        *bounded,
        "--no-access-log",
        "--no-server-header",
        "--timeout-keep-alive",
        "3660",
    )
    with (
        running(folder, variables, "celery", "-A", "tasks", "worker", "-l", "error", "--concurrency", "2"),
        running(folder, variables, "uvicorn", "main:app", *options) as web,
    ):
        wait_until(lambda: asyncio.run(Client(port).status(request("summary", bearers[0]))) == 200)
        asyncio.run(generate(port, 50, 2, bearers))
        before = processor_seconds(web.pid)
        outcome = uvloop.run(generate(port, rate, seconds, bearers))  # a client that leaves the machine to the servers
        spent = processor_seconds(web.pid) - before
        statuses = ", ".join(f"{number} of {status}" for status, number in sorted(outcome.statuses.items()))
        print(
            f"{folder}: {rate}/s for {seconds} s: {statuses}; served p50 {percentile(outcome.served, 50):.0f}, "
            f"p99 {percentile(outcome.served, 99):.0f}, worst {percentile(outcome.served, 100):.0f} ms; refused p99 "
            f"{percentile(outcome.refused, 99):.0f} ms; {1000 * spent / (rate * seconds):.2f} processor seconds for 1000; "
            f"peak {peak_mib(web.pid):.0f} MiB; the client was {1000 * outcome.late:.0f} ms late at worst"
        )


def main(arguments: Sequence[str]) -> None:
    """Load each build in turn."""
    rate, seconds, *folders = arguments
    postgres, redis = Postgres(), RedisServer()
    many = {"RATE_LIMIT_PER_MINUTE": "10000000", "RATE_LIMIT_PER_HOUR": "10000000"}
    variables = {**WEB, **many, "DATABASE_URL": postgres.url(), "REDIS_URL": redis.url}
    try:
        migration = {**variables, "DATABASE_ADMIN_URL": postgres.admin_url}
        with running(BACKEND, migration, "migrate") as migrating:
            assert migrating.wait(PATIENCE_SECONDS) == 0
        for folder in folders or [str(BACKEND)]:
            measured(Path(folder), variables, int(rate), int(seconds))
    finally:
        redis.stop()
        postgres.remove()


if __name__ == "__main__":
    main(sys.argv[1:])
