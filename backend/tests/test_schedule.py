"""What falls due while no scheduler runs, or while none can send, is late and not lost."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import redis

from tasks.heartbeat import LAST_RUNS
from tests.conftest import Stack
from tests.servers import Process, wait_until
from tests.stopwatch import Stopwatch

ENTRY = "record-minute"


@pytest.fixture
def broker(stack: Stack) -> Iterator[redis.Redis]:
    client = stack.redis.client()
    client.delete("celery", LAST_RUNS)
    yield client
    client.delete("celery", LAST_RUNS)
    client.close()


@pytest.fixture
def beat(stack: Stack, broker: redis.Redis) -> Callable[[], Process]:
    """Starts a scheduler."""

    def start() -> Process:
        process = stack.scheduler()
        process.wait_for("beat: Starting")
        return process

    return start


def early_in_a_minute() -> None:
    """So that nothing falls due while a scheduler begins, unless the machine is very busy."""
    while datetime.now(UTC).second > 48:
        time.sleep(0.5)


def minutes(broker: redis.Redis) -> list[str]:
    """The minutes for which something was sent, the latest first."""
    bodies = [json.loads(message)["body"] for message in broker.lrange("celery", 0, -1)]
    return [json.loads(base64.b64decode(body))[1]["minute"] for body in bodies]


def wait_for_two_looks(stack: Stack) -> None:
    """Until the scheduler has looked for what is due, and looks once more."""
    heartbeat = stack.folder / "analytics-scheduler.heartbeat"
    wait_until(heartbeat.with_suffix(".ready").exists)
    for _ in range(2):
        touched = heartbeat.stat().st_mtime
        wait_until(lambda touched=touched: heartbeat.stat().st_mtime > touched)


def test_a_scheduler_that_comes_late_sends_once_what_fell_due_meanwhile(
    beat: Callable[[], Process], broker: redis.Redis, stack: Stack
) -> None:
    early_in_a_minute()
    broker.hset(LAST_RUNS, ENTRY, (datetime.now(UTC) - timedelta(hours=3)).isoformat())
    first = beat()
    watch = Stopwatch(first.process.pid)
    wait_until(lambda: minutes(broker))
    assert watch.seconds < 6, "at once, and not when the next minute comes"
    first.stop()
    noted = datetime.fromisoformat(broker.hget(LAST_RUNS, ENTRY).decode())
    assert abs(noted - datetime.fromisoformat(minutes(broker)[0])) < timedelta(seconds=60 + watch.starved)
    second = beat()
    wait_for_two_looks(stack)
    second.stop()
    sent = minutes(broker)
    assert len(sent) == len({*sent}), "of those hours one, and of each minute since then one"


@pytest.mark.parametrize("remembered", [None, "now", "in an hour"])
def test_nothing_is_sent_that_was_not_due(
    beat: Callable[[], Process], broker: redis.Redis, stack: Stack, remembered: str | None
) -> None:
    early_in_a_minute()
    if remembered:
        moment = datetime.now(UTC) + timedelta(hours=1 if remembered == "in an hour" else 0)
        broker.hset(LAST_RUNS, ENTRY, moment.isoformat())
    begun = datetime.now(UTC).replace(second=0, microsecond=0).isoformat()
    beat()
    wait_for_two_looks(stack)
    sent = minutes(broker)
    assert begun not in sent
    assert len(sent) == len({*sent})
