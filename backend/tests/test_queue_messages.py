"""What is in the queue and is no task is put aside, and the tasks behind it are done."""

from __future__ import annotations

import base64
import json
import time
from typing import Any
from uuid import uuid4

import pytest
from kombu import Connection

from broker import (
    ASIDE,
    HARD_LIMIT_SECONDS,
    LONGEST_COUNTDOWN_SECONDS,
    QUEUE,
    SOFT_LIMIT_SECONDS,
    VISIBILITY_SECONDS,
    celery_application,
)
from database import TASK_STATEMENT_SECONDS
from queue_messages import LONGEST_ASIDE, CarefulTransport, fault_of
from tests.conftest import Stack, web_settings
from tests.servers import python, wait_until


def sent(stack: Stack, name: str = "tasks.send_mail", *arguments: object, **options: object) -> bytes:
    """A message as Celery itself puts it into the queue."""
    application = celery_application(web_settings(REDIS_URL=stack.redis.url).redis_url)
    application.send_task(name, arguments, **options)
    application.close()
    return stack.redis.client().lpop(QUEUE)


def changed(message: bytes, *path: str, to: Any = None) -> bytes:
    """The message with another value there; without one, without it."""
    whole = json.loads(message)
    place = whole
    for name in path[:-1]:
        place = place[name]
    if to is None:
        del place[path[-1]]
    else:
        place[path[-1]] = to
    return json.dumps(whole).encode()


def faulty(message: bytes) -> dict[str, bytes]:
    """Every kind of message that is none, all of them harmless."""
    body = base64.b64encode(b'{"not": "arguments"}').decode()
    return {
        "nothing": b"",
        "no JSON": b"hello",
        "no text": b"\xff\xfe",
        "a number": b"1",
        "a list": b"[1, 2]",
        "deep": b"[" * 5000,
        "an empty object": b"{}",
        "no headers": changed(message, "headers"),
        "no name": changed(message, "headers", "task"),
        "a name that is none": changed(message, "headers", "task", to=["x"]),
        "no properties": changed(message, "properties"),
        "no tag": changed(message, "properties", "delivery_tag"),
        "no delivery": changed(message, "properties", "delivery_info"),
        "no body": changed(message, "body"),
        "a body that is no base64": changed(message, "body", to="%%%"),
        "another body's coding": changed(message, "properties", "body_encoding", to="rot13"),
        "a body that is no arguments": changed(message, "body", to=body),
        "another kind of content": changed(message, "content-type", to="application/x-other"),
        "another coding": changed(message, "content-encoding", to="utf-99"),
        "a moment that is none": changed(message, "headers", "eta", to="tomorrow"),
        "limits that are none": changed(message, "headers", "timelimit", to=[1]),
        "long": b'"' + b"x" * 100_000 + b'"',
    }


def test_what_celery_sends_is_a_message(stack: Stack) -> None:
    assert fault_of(sent(stack, "tasks.roll_up", str(uuid4()))) is None
    assert fault_of(sent(stack, "tasks.record_minute", kwargs={"minute": "x"}, countdown=60, retries=3)) is None
    assert fault_of(sent(stack, "tasks.export", "x", expires=60, time_limit=5)) is None


def test_what_is_none_is_seen_and_the_reason_repeats_nothing_of_it(stack: Stack) -> None:
    for kind, message in faulty(sent(stack)).items():
        fault = fault_of(message)
        assert fault is not None, kind
        assert len(fault) < 100, kind
        assert "hello" not in fault


def test_the_worker_puts_it_aside_and_does_what_is_behind_it(stack: Stack) -> None:
    redis, messages = stack.redis.client(), faulty(sent(stack))
    worker = stack.worker()
    with stack.web(RATE_LIMIT_PER_MINUTE="1000").client() as client:
        before = client.get("/api/summary").json()["total"]
        for message in messages.values():
            redis.lpush(QUEUE, message)
            client.post("/api/events", json={"name": "behind"}).raise_for_status()
        wait_until(lambda: redis.llen(ASIDE) == len(messages))
        wait_until(lambda: client.get("/api/summary").json()["total"] == before + len(messages), 0.5)
        # A task is acknowledged a moment after what it did can be read.
        wait_until(lambda: redis.llen(QUEUE) == redis.hlen("unacked") == 0)
        assert worker.process.poll() is None
        assert f"queue_messages_aside {len(messages)}.0" in client.get("/metrics").text
    assert max(map(len, redis.lrange(ASIDE, 0, -1))) == LONGEST_ASIDE
    assert worker.stop() == 0
    assert redis.llen(QUEUE) == 0, "none of it is handed back"
    shown = python("-m", "failed_tasks", "aside", "--forget", variables=stack.scheduler_variables)
    assert shown.returncode == 0, shown.stderr
    assert len(shown.stdout.splitlines()) == len(messages)
    assert redis.exists(ASIDE) == 0


@pytest.mark.parametrize("before", [TASK_STATEMENT_SECONDS, SOFT_LIMIT_SECONDS])
def test_a_dead_workers_tasks_are_given_back_within_minutes_and_a_living_ones_never(before: int) -> None:
    assert before < HARD_LIMIT_SECONDS < HARD_LIMIT_SECONDS + LONGEST_COUNTDOWN_SECONDS < VISIBILITY_SECONDS <= 10 * 60


def test_a_dead_workers_task_is_taken_up_after_that_time(stack: Stack) -> None:
    """Redis has a task that a worker took and never acknowledged; the time is turned back instead of waited for."""
    redis = stack.redis.client()
    message = json.loads(sent(stack, "tasks.record_minute", kwargs={"minute": "2001-01-01T00:00:00+00:00"}))
    tag = message["properties"]["delivery_tag"]
    redis.hset("unacked", tag, json.dumps([message, "", QUEUE]))
    redis.zadd("unacked_index", {tag: time.time() - VISIBILITY_SECONDS - 1})
    stack.worker()
    wait_until(lambda: redis.hlen("unacked") == 0 and redis.llen(QUEUE) == 0)


def test_a_channel_whose_connection_was_collected_says_that_it_is_lost(stack: Stack) -> None:
    """A worker asks one so where it had a message taken up: whatever else is raised there ends it."""
    with Connection(stack.variables["REDIS_URL"], transport=CarefulTransport) as connection:
        channel, lost = connection.default_channel, connection.connection_errors
        connection.transport.client = None  # as Celery leaves it when Redis does not answer
        with pytest.raises(lost, match="closed"), channel.conn_or_acquire():
            pass
