"""An open load: requests leave at their time, however slow the answers are. Runs as a process of its own.

`python -m tests.service.load ADDRESS RATE SECONDS` with the token on its input prints one JSON document. A latency is
counted from when the request was due, so that a stall is seen in every request it kept waiting.
"""

from __future__ import annotations

import asyncio
import json
import math
import random
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import aiohttp


@dataclass
class Outcome:
    """What a load came to. Latencies are milliseconds."""

    seconds: float = 0.0
    sent: Counter[str] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)
    latencies: list[float] = field(default_factory=list)
    lateness: float = 0.0
    """The longest that a request left after its time: long only where the machine has no processor left."""

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.latencies) / self.seconds

    def percentile(self, percent: float) -> float:
        ordered = sorted(self.latencies)
        return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


async def generate(address: str, rate: int, seconds: int, token: str) -> Outcome:
    """Sends `rate` requests in each second: four fifths summaries, a tenth events, a tenth health."""
    outcome = Outcome()
    kinds = random.Random(rate).choices([*MIX], weights=[*MIX.values()], k=rate * seconds)
    timeout = aiohttp.ClientTimeout(total=30)
    connector = aiohttp.TCPConnector(limit=0)
    headers = {"Authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession(address, headers=headers, timeout=timeout, connector=connector) as session:
        begun = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for number, kind in enumerate(kinds):
                due = begun + number / rate
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
                outcome.lateness = max(outcome.lateness, (time.perf_counter() - due) * 1000)
                group.create_task(_request(session, kind, due, outcome))
        outcome.seconds = time.perf_counter() - begun
    return outcome


async def _request(session: aiohttp.ClientSession, kind: str, due: float, outcome: Outcome) -> None:
    method, path, expected = REQUESTS[kind]
    body = {"name": EVENT, "properties": {"page": "/load"}} if method == "POST" else None
    outcome.sent[kind] += 1
    try:
        async with session.request(method, path, json=body) as answer:
            text = await answer.text()
            if answer.status != expected:
                outcome.failures[f"{kind}: {answer.status} {text}"] += 1
    except (aiohttp.ClientError, TimeoutError) as error:
        outcome.failures[f"{kind}: {type(error).__name__}"] += 1
    outcome.latencies.append((time.perf_counter() - due) * 1000)


def main(arguments: Sequence[str]) -> None:
    address, rate, seconds = arguments
    outcome = asyncio.run(generate(address, int(rate), int(seconds), sys.stdin.read().strip()))
    sys.stdout.write(json.dumps(vars(outcome)))


EVENT: Final = "load"
MIX: Final = {"summary": 80, "event": 10, "health": 10}
REQUESTS: Final = {
    "summary": ("GET", "/api/summary?days=7", 200),
    "event": ("POST", "/api/events", 202),
    "health": ("GET", "/health", 200),
}

if __name__ == "__main__":
    main(sys.argv[1:])
