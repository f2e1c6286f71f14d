"""Tasks on a real database: done twice they count once, failed for good they are found."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest
from celery import Celery
from sqlalchemy.exc import OperationalError

from tasks import mail
from tasks.events import count_event, count_left_behind, mark_minute, publish_summary
from tasks.task import FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS, MAX_RETRIES, ReliableTask, engine, redis, wait_seconds
from tests.conftest import Stack
from tests.servers import PATIENCE_SECONDS, python, wait_until


@pytest.fixture
def connection(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Iterator[psycopg.Connection[Any]]:
    """The database, and the variables with which tasks find it."""
    for name, value in stack.scheduler_variables.items():
        monkeypatch.setenv(name, value)
    with psycopg.connect(stack.postgres.url(), autocommit=True) as it:
        yield it
    engine().dispose()
    engine.cache_clear()
    redis.cache_clear()


@pytest.fixture
def eager() -> Celery:
    """A Celery application that runs tasks and their retries at once, without a broker."""
    application = Celery("tests", broker="memory://", set_as_current=False)
    application.conf.update(task_always_eager=True, task_store_eager_result=False)
    return application


def _event(connection: psycopg.Connection[Any], name: str, *, age: str = "0 s") -> str:
    event_id = str(uuid4())
    connection.execute(
        "INSERT INTO events (id, name, properties, subject, received_at) VALUES (%s, %s, '{}', 's', now() - %s::interval)",
        (event_id, name, age),
    )
    return event_id


def _count(connection: psycopg.Connection[Any], name: str) -> int:
    row = connection.execute("SELECT sum(count) FROM daily_counts WHERE name = %s", (name,)).fetchone()
    return int(row[0] or 0)


def test_an_event_counted_twice_counts_once(connection: psycopg.Connection[Any]) -> None:
    name = f"n{uuid4().hex}"
    events = [_event(connection, name) for _ in range(2)]
    for event_id in (*events, *events, str(uuid4())):
        count_event(event_id)
    assert _count(connection, name) == 2


def test_what_was_left_behind_is_counted_a_minute_later(connection: psycopg.Connection[Any]) -> None:
    name = f"n{uuid4().hex}"
    for age in ("2 min", "3 min", "1 s"):
        _event(connection, name, age=age)
    for _ in range(2):
        count_left_behind()
    assert _count(connection, name) == 2


def test_what_was_read_first_is_published_first(
    connection: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the last word to every page could be a former total."""
    name, published, may_go_on, waits = f"n{uuid4().hex}", [], threading.Event(), threading.Event()

    class Slow:
        def publish(self, _channel: str, message: bytes) -> None:
            if not waits.is_set():
                waits.set()
                may_go_on.wait(PATIENCE_SECONDS)
            published.append(json.loads(message)["summary"]["by_name"].get(name, 0))

    monkeypatch.setattr("tasks.events.redis", Slow)
    with ThreadPoolExecutor() as threads:
        former = threads.submit(publish_summary, forecast=False)
        waits.wait(PATIENCE_SECONDS)
        count_event(_event(connection, name))
        later = threads.submit(publish_summary, forecast=False)
        waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        wait_until(lambda: published or connection.execute(waiting).fetchone() == (1,))
        may_go_on.set()
        former.result()
        later.result()
    assert published == [0, 1]


def test_a_second_scheduler_shows_and_a_second_delivery_does_not(connection: psycopg.Connection[Any]) -> None:
    minute = "2020-01-01T00:00:00+00:00"
    for task_id in ("a", "a", "b", "a"):
        mark_minute(minute, task_id)
    row = connection.execute("SELECT task_ids FROM beat_minutes WHERE minute = %s", (minute,)).fetchone()
    assert sorted(row[0]) == ["a", "b"]


def test_a_failing_task_is_tried_again_and_ends_where_a_person_finds_it(
    stack: Stack, connection: psycopg.Connection[Any], eager: Celery
) -> None:
    tries = []

    @eager.task(base=ReliableTask, name="tasks.roll_up")
    def failing(event_id: str) -> None:
        tries.append(event_id)
        raise LookupError("it is broken")

    event_id = _event(connection, f"n{uuid4().hex}")
    result = failing.apply_async((event_id,))
    assert result.failed()
    assert tries == [event_id] * (1 + MAX_RETRIES)
    row = connection.execute("SELECT task, arguments, error, traceback FROM failed_tasks").fetchone()
    assert row[:3] == ("tasks.roll_up", {"args": [event_id], "kwargs": {}}, "LookupError: it is broken")
    assert "raise LookupError" in row[3]

    listed = python("-m", "failed_tasks", "list", variables=stack.scheduler_variables)
    assert listed.returncode == 0
    assert f"{result.id}  " in listed.stdout
    assert "LookupError: it is broken" in listed.stdout
    assert python("-m", "failed_tasks", "retry", "unknown", variables=stack.scheduler_variables).returncode == 1
    again = python("-m", "failed_tasks", "retry", result.id, variables=stack.scheduler_variables)
    assert again.returncode == 0, again.stderr
    assert connection.execute("SELECT count(*) FROM failed_tasks").fetchone() == (0,)
    (message,) = stack.redis.client().lrange("celery", 0, -1)
    assert json.loads(message)["headers"]["id"] == result.id
    stack.redis.client().flushdb()


def test_while_the_database_is_away_there_is_no_last_try(connection: psycopg.Connection[Any], eager: Celery) -> None:
    tries = []

    @eager.task(base=ReliableTask)
    def unlucky() -> None:
        tries.append(1)
        if len(tries) <= 3 * MAX_RETRIES:
            raise OperationalError("SELECT", {}, psycopg.OperationalError("gone"))

    assert unlucky.apply_async().successful()
    assert len(tries) == 3 * MAX_RETRIES + 1


def test_a_statement_that_takes_too_long_is_a_failure(connection: psycopg.Connection[Any], eager: Celery) -> None:
    tries = []

    @eager.task(base=ReliableTask)
    def slow() -> None:
        tries.append(1)
        with engine().begin() as connected:
            connected.exec_driver_sql("SET LOCAL statement_timeout = 1")
            connected.exec_driver_sql("SELECT pg_sleep(1)")

    assert slow.apply_async().failed()
    assert len(tries) == 1 + MAX_RETRIES
    connection.execute("DELETE FROM failed_tasks")


def test_waits_grow_to_a_minute_and_are_scattered() -> None:
    assert FIRST_WAIT_SECONDS / 2 <= wait_seconds(0) <= FIRST_WAIT_SECONDS
    many = {wait_seconds(100) for _ in range(200)}
    assert min(many) >= LONGEST_WAIT_SECONDS / 2
    assert max(many) <= LONGEST_WAIT_SECONDS
    assert len(many) > 1


@pytest.fixture
def mail_server() -> Iterator[HTTPServer]:
    """A server that takes mail as SendGrid does, refusing the first."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self.server.received.append((self.path, self.headers["Authorization"], body))
            self.send_response(500 if len(self.server.received) == 1 else 202)
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            """Nothing: the test looks at what was received."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.received = []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_mail_is_sent_once_even_when_it_was_refused_at_first(
    connection: psycopg.Connection[Any], mail_server: HTTPServer
) -> None:
    content = mail.message("from@example.com", "to@example.com", "Subject", "Text")
    arguments = (f"mail:{uuid4()}", content, "key", f"http://127.0.0.1:{mail_server.server_port}")
    with pytest.raises(httpx.HTTPStatusError):
        mail.send_once(*arguments)
    for _ in range(2):
        mail.send_once(*arguments)
    assert mail_server.received == [("/v3/mail/send", "Bearer key", content)] * 2
