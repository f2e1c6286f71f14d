"""Processes that are told to end, and some that are killed: nobody's work is lost and none is done twice."""

from __future__ import annotations

import json
import signal
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx
import psycopg
import pytest

from tests.service import configuration
from tests.service.client import Client
from tests.service.processes import PATIENCE_SECONDS, wait_until
from tests.service.service import Service, Web

pytestmark = pytest.mark.service

EVENTS = 100
CHILDREN = 2
WEB_SECONDS, WORKER_SECONDS = 25, 60
"""What each may take from TERM to its end: less than its pod's grace period."""
"""What the worker's command says of itself: tasks at the same time."""


def test_a_worker_that_is_told_to_end_finishes_its_tasks_and_loses_none(
    fresh: Service, shown: Callable[[str, str], None]
) -> None:
    client = queued(fresh)
    with tasks_held(fresh) as connection:
        first = fresh.worker("worker-1")
        wait_until(lambda: held_tasks(fresh) == CHILDREN, "both children to be at work")
        begun = time.monotonic()
        first.terminate()
        time.sleep(2)
        assert first.is_running, "it left its tasks"
        connection.commit()
    assert first.wait() == 0
    seconds = time.monotonic() - begun
    assert seconds < WORKER_SECONDS
    done, waiting = client.count("queued"), fresh.queue_length()
    assert CHILDREN <= done < EVENTS, "it was not told in the middle"
    assert fresh.redis.client.hlen("unacked") == 0, "a task was taken along"
    # A result that the worker has not read when it ends is not acknowledged: that task waits again, though it is done.
    assert EVENTS <= done + waiting <= EVENTS + CHILDREN
    fresh.worker("worker-2")
    fresh.wait_until_idle()  # or a task that is just being taken, and stands in neither list
    wait_until(lambda: client.count("queued") == EVENTS, "every event to be counted")
    shown(
        f"TERM to a worker with {CHILDREN} tasks at work and {waiting} waiting",
        f"those are finished, status 0 after {seconds:.1f} s (held for 2); {EVENTS} of {EVENTS} in the end",
    )


def test_a_task_of_a_killed_child_is_done_by_another_and_counted_once(
    fresh: Service, shown: Callable[[str, str], None]
) -> None:
    client = queued(fresh)
    with tasks_held(fresh) as connection:
        worker = fresh.worker()
        wait_until(lambda: held_tasks(fresh) == CHILDREN, "both children to be at work")
        children = worker.children
        for child in children:
            child.kill()
        wait_until(lambda: worker.output.count("WorkerLostError") >= len(children), "the worker to notice")
        connection.commit()
    fresh.wait_until_idle()  # or a task that is just being taken, and stands in neither list
    wait_until(lambda: client.count("queued") == EVENTS, "every event to be counted")
    assert worker.is_running
    shown(f"KILL to {len(children)} children of a worker, at work", f"{EVENTS} of {EVENTS} in the end")


def test_tasks_of_a_killed_worker_are_done_by_the_next_after_the_visibility_timeout(
    fresh: Service, shown: Callable[[str, str], None]
) -> None:
    client = queued(fresh)
    with tasks_held(fresh) as connection:
        worker = fresh.worker("worker-1")
        wait_until(lambda: held_tasks(fresh) == CHILDREN, "both children to be at work")
        worker.kill()
        connection.commit()
    index = fresh.redis.client.zrange("unacked_index", 0, -1)
    assert len(index) == fresh.redis.client.hlen("unacked") >= CHILDREN
    assert client.count("queued") + fresh.queue_length() + len(index) == EVENTS, "a task is nowhere"
    # An hour passes: the transport takes back what was handed out longer ago than its visibility timeout.
    fresh.redis.client.zadd("unacked_index", dict.fromkeys(index, 0.0))
    fresh.worker("worker-2")
    fresh.wait_until_idle()  # or a task that is just being taken, and stands in neither list
    wait_until(lambda: client.count("queued") == EVENTS, "every event to be counted")
    shown(
        "KILL to a worker and its children",
        f"Redis keeps its {len(index)} tasks for the visibility timeout; {EVENTS} of {EVENTS} after it",
    )


def test_the_web_service_that_is_told_to_end_sends_clients_away_and_finishes_its_requests(
    fresh: Service, shown: Callable[[str, str], None]
) -> None:
    web = fresh.web()
    clients = [web.client() for _ in range(5)]
    websockets = [client.websocket() for client in clients]
    for websocket in websockets:
        websocket.next("summary")
    request = HalfRequest(web, clients[0])
    begun = time.monotonic()
    web.terminate()
    for websocket in websockets:
        websocket.next("reconnect")
    wait_until(lambda: refuses(web), "new connections to be refused")
    assert web.is_running, "a request is being served"
    status = request.finish()
    ends = [websocket.wait_closed() for websocket in websockets]
    exit_status = web.wait()
    seconds = time.monotonic() - begun
    assert seconds < WEB_SECONDS
    assert status == 202
    assert [end.code if end else None for end in ends] == [1012] * len(websockets)
    # Uvicorn ends by the signal it was sent; a container's first process, whom that cannot end, by status 0.
    assert exit_status in {0, -signal.SIGTERM}
    shown(
        f"TERM to the web service, {len(websockets)} websockets and a request open",
        f"reconnect and 1012 to each, the request 202, gone after {seconds:.1f} s",
    )


def queued(stack: Service, events: int = EVENTS) -> Client:
    """A client whose events all wait for a worker."""
    web = stack.web(RATE_LIMIT_PER_MINUTE="100000", RATE_LIMIT_PER_HOUR="100000")
    client = web.client()
    with ThreadPoolExecutor(8) as pool:
        answers = [*pool.map(lambda _: client.send_event("queued").status_code, range(events))]
    assert answers == [202] * events
    assert stack.queue_length() == events
    return client


@contextmanager
def tasks_held(stack: Service) -> Iterator[psycopg.Connection]:
    """A lock on what every `roll_up` writes to: tasks stay at work until the transaction is committed."""
    with stack.postgres.connect(configuration.DATABASE) as connection:
        connection.autocommit = False
        connection.execute("LOCK TABLE daily_counts IN EXCLUSIVE MODE")
        yield connection


def held_tasks(stack: Service) -> int:
    """How many tasks wait for that lock, or for one that does."""
    ((count,),) = stack.rows(
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'analytics-worker' AND wait_event_type = 'Lock'"
    )
    return count


class HalfRequest:
    """A request whose body has been sent in part."""

    def __init__(self, web: Web, client: Client) -> None:
        self.body = json.dumps({"name": "half", "properties": {}}).encode()
        self.socket = socket.create_connection(("127.0.0.1", web.port), timeout=PATIENCE_SECONDS)
        head = (
            f"POST /api/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {client.token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(self.body)}\r\n\r\n"
        )
        self.socket.sendall(head.encode() + self.body[:5])
        time.sleep(0.5)  # the service has to have begun with it

    def finish(self) -> int:
        """Sends the rest; the answer's status."""
        self.socket.sendall(self.body[5:])
        with self.socket, self.socket.makefile("rb") as answer:
            line = answer.readline().decode()
        assert line, "the connection was cut"
        return int(line.split()[1])


def refuses(web: Web) -> bool:
    """Whether a new connection is refused."""
    try:
        httpx.get(f"{web.url}/health", timeout=PATIENCE_SECONDS)
    except httpx.ConnectError:
        return True
    except httpx.TransportError:
        return False
    return False
