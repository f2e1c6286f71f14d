"""Two minutes without PostgreSQL, two without Redis, and a worker that has no moment to spare: all in the same minutes.

A Multi-AZ failover takes 60 to 120 seconds. Each test reads what was seen meanwhile.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import httpx
import psycopg
import pytest

from health import FRESH_SECONDS
from tests.conftest import Stack, Web
from tests.servers import Postgres, Process, RedisServer, python, wait_until
from tests.stopwatch import Stopwatch

AWAY_SECONDS = 120
BUSY_SECONDS = FRESH_SECONDS + 30
ENOUGH = 10
"""Answers to judge by: how many there are in two minutes is the machine's."""
UNLIMITED = {"RATE_LIMIT_PER_MINUTE": "1000000", "RATE_LIMIT_PER_HOUR": "1000000"}


@dataclass
class Seen:
    """What one stack was seen to do from before the outage until after it."""

    readiness: Counter[tuple[str, int]] = field(default_factory=Counter)
    """Which replica answered what, how often."""
    slowest: float = 0.0
    reads: Counter[int] = field(default_factory=Counter)
    """What `GET /api/summary` answered during the outage."""
    slowest_read: float = 0.0
    accepted: list[str] = field(default_factory=list)
    counted: set[str] = field(default_factory=set)
    health: Counter[tuple[str, int]] = field(default_factory=Counter)
    """What the health commands of worker and scheduler ended with during the outage."""
    accepts_again: float = 0.0
    """Seconds from the return of the server until an event was accepted."""
    counts_again: float = 0.0
    """Seconds until one was counted by the worker."""
    ended: list[str] = field(default_factory=list)
    """Processes that did not live through it."""
    beats: list[int] = field(default_factory=list)
    """How many times the scheduler fired, in each minute that it fired in."""


@dataclass
class Busy:
    """What a worker was seen to do while both its children were kept busy."""

    health: Counter[int] = field(default_factory=Counter)
    oldest_heartbeat: float = 0.0


def _lose(stack: Stack, which: str) -> Seen:
    seen = Seen()
    webs = {f"replica {number}": stack.web(**UNLIMITED) for number in range(3)}
    others = {"worker": stack.worker(), "scheduler": stack.scheduler()}
    for web in webs.values():
        wait_until(lambda web=web: _ready(web).status_code == 200)
    _wait_for_health(stack)
    first = next(iter(webs.values()))
    over = threading.Event()
    with ThreadPoolExecutor() as threads, ExitStack() as whatever_happens:
        whatever_happens.callback(over.set)  # both go on until then, and would be waited for
        sampling = threads.submit(_sample, webs, seen, over)
        sending = threads.submit(_send, first, seen, over)
        time.sleep(2)
        server = stack.postgres if which == "database" else stack.redis
        begun = time.monotonic()
        server.stop()
        try:
            while time.monotonic() - begun < AWAY_SECONDS:
                _read(first, seen)
                for process in others:
                    seen.health[process, _health(stack, process)] += 1
                time.sleep(3)
        finally:
            server.start()
        watch = Stopwatch(*(process.process.pid for process in stack.processes))
        wait_until(lambda: _accepts(first, seen), 0.5)
        seen.accepts_again = watch.seconds
        probe = seen.accepted[-1]
        wait_until(lambda: probe in _counted(stack), 0.5)
        seen.counts_again = watch.seconds
        over.set()
        sampling.result()
        sending.result()
    with suppress(AssertionError):  # the next minute counts what was stored and never sent
        wait_until(lambda: set(seen.accepted) <= _counted(stack), 1)
    seen.counted = _counted(stack)
    processes: dict[str, Process] = {name: web.process for name, web in webs.items()} | others
    seen.ended = [name for name, process in processes.items() if process.process.poll() is not None]
    with suppress(AssertionError):  # a server that came back early in a minute has nothing due before its end
        wait_until(lambda: _beats(stack), 1)
    seen.beats = _beats(stack)
    return seen


def _keep_busy(stack: Stack) -> Busy:
    busy = Busy()
    worker = stack.start(
        "busy", "celery", "-A", "tasks", "worker", "-l", "info", "--concurrency", "2", "-I", "tests.busy",
        variables=stack.variables,
    )  # fmt: skip
    worker.wait_for(" ready.")
    begin = {**stack.variables, "PYTHONPATH": "."}
    send = f"from tests.busy import burn; [burn.delay({BUSY_SECONDS}) for _ in range(4)]"
    done = python("-c", send, variables=begin)
    assert done.returncode == 0, done.stderr
    end = time.monotonic() + BUSY_SECONDS
    heartbeat = stack.folder / "analytics-worker.heartbeat"
    touched = 0.0
    while time.monotonic() < end:
        if (newest := heartbeat.stat().st_mtime) != touched:
            touched, watch = newest, Stopwatch(worker.process.pid)
        busy.oldest_heartbeat = max(busy.oldest_heartbeat, watch.seconds)
        busy.health[_health(stack, "worker")] += 1
        time.sleep(2)
    return busy


def _sample(webs: dict[str, Web], seen: Seen, over: threading.Event) -> None:
    while not over.is_set():
        for name, web in webs.items():
            watch = web.stopwatch
            seen.readiness[name, _ready(web).status_code] += 1
            seen.slowest = max(seen.slowest, watch.seconds)
        time.sleep(0.5)


def _send(web: Web, seen: Seen, over: threading.Event) -> None:
    while not over.is_set():
        _accepts(web, seen)
        time.sleep(0.2)


def _accepts(web: Web, seen: Seen) -> bool:
    event = str(uuid4())
    with web.client("sender") as client:
        answer = client.post("/api/events", json={"id": event, "name": "during_the_outage"})
    assert answer.status_code in {202, 503}, answer.text
    if answer.status_code == 202:
        seen.accepted.append(event)
    return answer.status_code == 202


def _read(web: Web, seen: Seen) -> None:
    watch = web.stopwatch
    with web.client("reader") as client:
        seen.reads[client.get("/api/summary").status_code] += 1
    seen.slowest_read = max(seen.slowest_read, watch.seconds)


def _ready(web: Web) -> httpx.Response:
    return web.get("/health/ready")


def _health(stack: Stack, *question: str) -> int:
    return python("-m", "health", *question, variables={"TMPDIR": str(stack.folder)}).returncode


def _wait_for_health(stack: Stack) -> None:
    for process in ("worker", "scheduler"):
        wait_until(lambda process=process: _health(stack, process, "ready") == 0, 0.5)


def _counted(stack: Stack) -> set[str]:
    with psycopg.connect(stack.postgres.url()) as connection:
        return {str(row[0]) for row in connection.execute("SELECT id FROM events WHERE rolled_up")}


def _beats(stack: Stack) -> list[int]:
    with psycopg.connect(stack.postgres.url()) as connection:
        return [count for (count,) in connection.execute("SELECT cardinality(task_ids) FROM beat_minutes")]


def _make(folder: Path, storage: str) -> Stack:
    folder.mkdir()
    stack = Stack(folder, Postgres(), RedisServer(), storage)
    done = python("-m", "migrate", variables=stack.migration_variables)
    assert done.returncode == 0, done.stdout
    return stack


@pytest.fixture(scope="module")
def minutes(
    programs: None, object_storage: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[dict[str, Seen], Busy]]:
    folder = tmp_path_factory.mktemp("outage")
    stacks = {name: _make(folder / name, object_storage) for name in ("database", "redis", "busy")}
    try:
        with ThreadPoolExecutor() as threads:
            losing = {which: threads.submit(_lose, stacks[which], which) for which in ("database", "redis")}
            busy = threads.submit(_keep_busy, stacks["busy"])
            yield {which: done.result() for which, done in losing.items()}, busy.result()
    finally:
        for stack in stacks.values():
            for process in stack.processes:
                process.kill()
            stack.redis.stop()
            stack.postgres.remove()


@pytest.fixture(params=["database", "redis"])
def seen(request: pytest.FixtureRequest, minutes: tuple[dict[str, Seen], Busy]) -> Seen:
    found = minutes[0][request.param]
    figures = vars(found) | {"accepted": len(found.accepted), "counted": len(found.counted)}
    print(request.param, figures)  # noqa: T201  for who writes them down: pytest -rP
    return found


def test_every_replica_stays_ready_and_answers_at_once(seen: Seen) -> None:
    assert {status for _, status in seen.readiness} == {200}
    assert all(count > ENOUGH for count in seen.readiness.values()), "samples"
    assert seen.slowest < 5, "what the kubelet and the load balancer wait for"


def test_what_reads_goes_on_without_redis_and_says_when_to_come_again_without_the_database(
    minutes: tuple[dict[str, Seen], Busy],
) -> None:
    assert set(minutes[0]["redis"].reads) == {200}
    assert set(minutes[0]["database"].reads) == {503}
    assert max(one.slowest_read for one in minutes[0].values()) < 7
    assert len(minutes[0]["redis"].accepted) > ENOUGH, "an event is accepted without Redis"


def test_no_accepted_event_is_lost_and_each_is_counted(seen: Seen) -> None:
    assert len(seen.accepted) > 2
    assert set(seen.accepted) - seen.counted == set()


def test_worker_and_scheduler_are_alive_all_the_time_and_work_soon_after(seen: Seen) -> None:
    assert seen.ended == []
    assert set(seen.health) == {("worker", 0), ("scheduler", 0)}
    assert seen.accepts_again < 15
    assert seen.counts_again < 75


def test_what_fell_due_is_sent_once(seen: Seen) -> None:
    assert set(seen.beats) == {1}


def test_a_worker_whose_children_are_all_busy_is_alive(minutes: tuple[dict[str, Seen], Busy]) -> None:
    _, busy = minutes
    assert set(busy.health) == {0}
    assert busy.oldest_heartbeat < FRESH_SECONDS / 2
