"""What the service talks to is away, silently or not, or has another password."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator

import httpx
import pytest

from tests.service.client import Client
from tests.service.fixtures import Stacks
from tests.service.processes import wait_until
from tests.service.service import Service, Web

pytestmark = pytest.mark.service

NOTICED = 5.0
"""Seconds in which an outage has to be seen, and every request answered."""
RECOVERED = 10.0


@pytest.fixture(scope="module")
def stack(stacks: Stacks) -> Iterator[Service]:
    """A stack whose servers come and go; each test leaves it well."""
    made = stacks.make()
    made.web(RATE_LIMIT_PER_MINUTE="100000")
    made.worker()
    yield made
    made.close()


@pytest.mark.parametrize("how", ["stopped", "frozen"])
@pytest.mark.parametrize("away", ["database", "redis"])
def test_while_a_server_is_away_the_service_lives_says_which_and_comes_back_by_itself(
    away: str, how: str, stack: Service, shown: Callable[[str, str], None]
) -> None:
    web = next(process for process in stack.processes if isinstance(process, Web))
    client = web.client()
    assert counts_an_event(client), "before the outage"
    server = stack.postgres if away == "database" else stack.redis
    take, give = (server.stop, server.start) if how == "stopped" else (server.freeze, server.thaw)
    begun = time.monotonic()
    take()
    try:
        gone = time.monotonic()
        answer = wait_until(lambda: unready(web), NOTICED, f"readiness to see that the {away} is away")
        noticed = time.monotonic() - gone
        assert answer[away].startswith("down: "), answer
        assert answer["redis" if away == "database" else "database"] == "ok", answer
        assert password_of(stack) not in str(answer)
        slowest = max(refused(client, method, path) for method, path in REQUESTS)
        health = httpx.get(f"{web.url}/health", timeout=2)
        assert health.status_code == 200
        metrics = httpx.get(f"{web.url}/metrics", timeout=NOTICED)
        assert metrics.status_code == 200
        assert ("\ncelery_queue_length " in metrics.text) == (away == "database")
    finally:
        give()
    back = time.monotonic()
    wait_until(lambda: httpx.get(f"{web.url}/health/ready", timeout=10).status_code == 200, RECOVERED, "readiness")
    recovered = time.monotonic() - back
    wait_until(lambda: client.get("/api/summary").status_code == 200, RECOVERED, "the summary to be served again")
    wait_until(lambda: counts_an_event(client), 30, "the worker to work again")
    assert all(process.is_running for process in stack.processes)
    shown(
        f"{away} {how}",
        f"not ready after {noticed:.1f} s, 503 within {slowest:.1f} s, ready {recovered:.1f} s after its return "
        f"(away {back - begun:.0f} s)",
    )


def test_readiness_notices_a_rotated_password_though_pooled_connections_live(
    stack: Service, shown: Callable[[str, str], None]
) -> None:
    web = next(process for process in stack.processes if isinstance(process, Web))
    client = web.client()
    assert client.get("/api/summary").status_code == 200
    user = stack.values()["DB_USER"]
    stack.postgres.execute("postgres", f"ALTER ROLE {user} PASSWORD 'rotated'")
    try:
        begun = time.monotonic()
        answer = wait_until(lambda: unready(web), NOTICED, "readiness to see the new password")
        noticed = time.monotonic() - begun
        assert answer["database"].startswith("down: ")
        assert answer["redis"] == "ok"
        assert password_of(stack) not in str(answer)
        assert client.get("/api/summary").status_code == 200, "a pooled connection lives on"
    finally:
        stack.postgres.execute("postgres", f"ALTER ROLE {user} PASSWORD '{password_of(stack)}'")
    wait_until(lambda: not unready(web), RECOVERED, "readiness")
    shown("password rotated", f"not ready after {noticed:.1f} s while pooled connections serve; ready when it is back")


def test_a_websocket_is_told_to_try_again_when_redis_goes(stack: Service, shown: Callable[[str, str], None]) -> None:
    web = next(process for process in stack.processes if isinstance(process, Web))
    with web.client().websocket() as websocket:
        websocket.next("summary", 5)
        stack.redis.stop()
        try:
            closed = websocket.wait_closed(NOTICED)
        finally:
            stack.redis.start()
    assert closed is not None
    assert closed.code == 1013
    wait_until(lambda: not unready(web), RECOVERED, "readiness")
    shown("websocket when Redis goes", "closed 1013")


REQUESTS = [("GET", "/api/summary"), ("POST", "/api/events"), ("POST", "/api/exports")]


def refused(client: Client, method: str, path: str) -> float:
    """The seconds until the service has said 503, and when to come again."""
    begun = time.monotonic()
    body = {"name": "during_the_outage", "properties": {}} if path == "/api/events" else None
    answer = client.request(method, path, json=body)
    seconds = time.monotonic() - begun
    assert answer.status_code == 503, f"{method} {path}: {answer.status_code} {answer.text}"
    assert int(answer.headers["retry-after"]) >= 1
    assert set(answer.json()["error"]) == {"code", "message"}
    assert seconds < NOTICED, f"{method} {path} took {seconds:.1f} s"
    return seconds


def unready(web: Web) -> dict[str, str] | None:
    """What readiness says while it is off."""
    answer = httpx.get(f"{web.url}/health/ready", timeout=NOTICED)
    return answer.json() if answer.status_code == 503 else None


def counts_an_event(client: Client) -> bool:
    """Whether an event gets through: database, queue and worker."""
    name = f"event_{uuid.uuid4().hex}"
    if client.send_event(name).status_code != 202:
        return False
    wait_until(lambda: client.count(name), 20, "an event to be counted")
    return True


def password_of(stack: Service) -> str:
    return stack.values()["DB_PASSWORD"]
