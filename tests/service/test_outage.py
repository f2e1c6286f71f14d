"""What the service talks to is away, silently or not, or has another password."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator

import httpx
import pytest

from tests.service.client import Client
from tests.service.fixtures import Stacks
from tests.service.processes import PATIENCE_SECONDS, wait_until
from tests.service.service import Service, Web

pytestmark = pytest.mark.service

ANSWERED = 5.0
"""Seconds in which every request is answered."""
NOTICED = 15.0
"""Seconds in which an outage is told: the service looks every ten, and gives an answer two."""
RECOVERED = 15.0


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
        answer = wait_until(lambda: told_of(web, away), f"the {away}'s outage to be told")
        noticed = time.monotonic() - gone
        assert noticed < NOTICED
        assert answer["status"] == "ready", "all replicas see the same outage: none may leave for it at once"
        assert answer["redis" if away == "database" else "database"] == "ok", answer
        assert password_of(stack) not in str(answer)
        slowest = max(answered(client, method, path, away) for method, path in REQUESTS)
        health = httpx.get(f"{web.url}/health", timeout=PATIENCE_SECONDS)
        assert health.status_code == 200
        metrics = httpx.get(f"{web.url}/metrics", timeout=PATIENCE_SECONDS)
        assert metrics.status_code == 200
        assert ("\ncelery_queue_length " in metrics.text) == (away == "database")
    finally:
        give()
    back = time.monotonic()
    wait_until(lambda: not told_of(web, away), "the end of the outage to be told")
    recovered = time.monotonic() - back
    assert recovered < RECOVERED
    wait_until(lambda: client.get("/api/summary").status_code == 200, "the summary to be served again")
    wait_until(lambda: counts_an_event(client), "the worker to work again")
    assert all(process.is_running for process in stack.processes)
    shown(
        f"{away} {how}",
        f"told after {noticed:.1f} s, ready all the time, answers within {slowest:.1f} s, well {recovered:.1f} s after its return "
        f"(away {back - begun:.0f} s)",
    )


def test_a_rotated_password_is_told_though_pooled_connections_live(
    stack: Service, shown: Callable[[str, str], None]
) -> None:
    web = next(process for process in stack.processes if isinstance(process, Web))
    client = web.client()
    assert client.get("/api/summary").status_code == 200
    user = stack.values()["DB_USER"]
    stack.postgres.execute("postgres", f"ALTER ROLE {user} PASSWORD 'rotated'")
    try:
        begun = time.monotonic()
        answer = wait_until(lambda: told_of(web, "database"), "the new password to be told")
        noticed = time.monotonic() - begun
        assert noticed < NOTICED
        assert answer["database"] == "down: login refused"
        assert (answer["redis"], answer["status"]) == ("ok", "ready")
        assert password_of(stack) not in str(answer)
        assert client.get("/api/summary").status_code == 200, "a pooled connection lives on"
    finally:
        stack.postgres.execute("postgres", f"ALTER ROLE {user} PASSWORD '{password_of(stack)}'")
    wait_until(lambda: not told_of(web, "database"), "the end of it to be told")
    shown("password rotated", f"told after {noticed:.1f} s while pooled connections serve")


def test_a_websocket_is_told_to_try_again_when_redis_goes(stack: Service, shown: Callable[[str, str], None]) -> None:
    web = next(process for process in stack.processes if isinstance(process, Web))
    with web.client().websocket() as websocket:
        websocket.next("summary")
        stack.redis.stop()
        try:
            closed = websocket.wait_closed()
        finally:
            stack.redis.start()
    assert closed is not None
    assert closed.code == 1013
    wait_until(lambda: not told_of(web, "redis"), "Redis to be well")
    shown("websocket when Redis goes", "closed 1013")


REQUESTS = [("GET", "/api/summary"), ("POST", "/api/events"), ("POST", "/api/exports")]


WITHOUT_REDIS = {"/api/summary": 200, "/api/events": 202}
"""What needs no Redis: to read, and to accept an event, which is stored and counted later."""


def answered(client: Client, method: str, path: str, away: str) -> float:
    """The seconds until the service has answered: with 503 and when to come again, where it cannot do without."""
    begun = time.monotonic()
    body = {"name": "during_the_outage", "properties": {}} if path == "/api/events" else None
    answer = client.request(method, path, json=body)
    seconds = time.monotonic() - begun
    expected = WITHOUT_REDIS.get(path, 503) if away == "redis" else 503
    assert answer.status_code == expected, f"{method} {path}: {answer.status_code} {answer.text}"
    if expected == 503:
        assert int(answer.headers["retry-after"]) >= 1
        assert set(answer.json()["error"]) == {"code", "message"}
    assert seconds < ANSWERED, f"{method} {path} took {seconds:.1f} s"
    return seconds


def told_of(web: Web, away: str) -> dict[str, str] | None:
    """What the service says of itself while it sees that this is away."""
    answer = httpx.get(f"{web.url}/health/ready", timeout=PATIENCE_SECONDS).json()
    return answer if answer[away].startswith("down: ") else None


def counts_an_event(client: Client) -> bool:
    """Whether an event gets through: database, queue and worker."""
    name = f"event_{uuid.uuid4().hex}"
    if client.send_event(name).status_code != 202:
        return False
    wait_until(lambda: client.count(name), "an event to be counted")
    return True


def password_of(stack: Service) -> str:
    return stack.values()["DB_PASSWORD"]
