"""The service on real servers: web, worker and their neighbours, started, stopped and taken away."""

from __future__ import annotations

import csv
import io
import json
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import httpx
import psycopg
import pytest

from summary import FRESH_SECONDS
from tests.conftest import CHILDREN, Stack
from tests.servers import PATIENCE_SECONDS, ROLE, SECRET, Certificates, Postgres, RedisServer, python, wait_until
from tests.websocket import closing_code, message, next_total, websocket


def total(client: httpx.Client) -> int:
    return client.get("/api/summary").raise_for_status().json()["total"]


def test_an_event_is_counted_once_and_every_websocket_is_told(stack: Stack) -> None:
    web, _ = stack.web(), stack.worker()
    event = {"id": str(uuid4()), "name": "page_view", "properties": {"path": "/"}}
    with web.client() as client, websocket(web) as first, websocket(web) as second:
        before = total(client)
        assert first.subprotocol == "analytics.v1"
        assert next_total(first, before) == next_total(second, before) == before
        for _ in range(3):
            assert client.post("/api/events", json=event).json() == {"id": event["id"]}
        assert client.post("/api/events", json={"name": "click"}).status_code == 202
        assert next_total(first, before + 2) == next_total(second, before + 2) == before + 2
        assert total(client) == before + 2
        summary = client.get("/api/summary?days=3").json()
        assert (summary["days"], len(summary["by_day"]), len(summary["forecast"])) == (3, 3, 7)
        metrics = client.get("/metrics").text
        assert "websocket_connections 2.0" in metrics
        assert "celery_queue_length 0.0" in metrics
        assert "\nfailed_tasks 0.0" in metrics


def test_each_request_writes_one_line_with_its_id_and_no_secret(stack: Stack) -> None:
    web = stack.web()
    with web.client() as client:
        answer = client.get("/api/summary?token=secret-text", headers={"X-Request-ID": "abc-1"})
        assert answer.headers["x-request-id"] == "abc-1"
        bearer = client.headers["authorization"].removeprefix("Bearer ")
    with websocket(web, bearer=bearer) as socket:
        message(socket)
    web.process.stop()
    lines = [json.loads(line) for line in web.process.log().splitlines()]
    requests = [line for line in lines if line["event"] == "request"]
    shown = ("request_id", "method", "path", "status", "environment")
    assert [requests[0][name] for name in shown] == ["abc-1", "GET", "/api/summary", 200, "test"]
    assert (requests[1]["method"], requests[1]["path"], len(requests)) == ("WEBSOCKET", "/ws", 2)
    for secret in ("secret-text", bearer, *filter(None, SECRET.values()), "userpassword"):
        assert secret not in web.process.log()


def test_input_is_refused_with_what_is_wrong(stack: Stack) -> None:
    web = stack.web()
    with web.client() as client:
        answer = client.post("/api/events", json={"name": "Not A Name"})
        assert answer.status_code == 422
        assert answer.json()["error"]["code"] == "invalid_request"
        assert "name: " in answer.json()["error"]["message"]
        assert client.get("/api/summary?days=0").status_code == 422
        assert client.post("/api/events", content=b"x" * (64 * 1024 + 1)).status_code == 413
        chunked = (b"x" * 16384 for _ in range(32))
        assert client.post("/api/events", content=chunked).status_code == 413
        assert client.get("/api/nothing").json()["error"]["code"] == "not_found"
        assert client.delete("/api/events").json()["error"]["code"] == "method_not_allowed"
        host = {"Host": "evil.example", "X-Forwarded-Proto": "https"}
        assert client.get("/api/summary/", headers=host).status_code == 404, "no redirect to an address of the client's"
        for headers in ({"Authorization": "Bearer rubbish"}, {"Authorization": ""}):
            answer = client.get("/api/summary", headers=headers)
            assert answer.status_code == 401
            assert answer.headers["www-authenticate"] == "Bearer"
            assert answer.json()["error"]["code"] == "unauthorized"


@pytest.mark.parametrize(("variable", "wait_at_most"), [("RATE_LIMIT_PER_MINUTE", 120), ("RATE_LIMIT_PER_HOUR", 7200)])
def test_what_is_over_a_rate_is_refused_until_later(stack: Stack, variable: str, wait_at_most: int) -> None:
    web = stack.web(**{variable: "5"})
    with web.client("eager") as client, web.client("other") as other:
        answers = [client.get("/api/summary") for _ in range(8)]
        refused = [each for each in answers if each.status_code == 429]
        assert [each.status_code for each in answers[:5]] == [200] * 5
        assert len(refused) == 3
        assert 1 <= int(refused[0].headers["retry-after"]) <= wait_at_most
        assert refused[0].json()["error"]["code"] == "rate_limited"
        wait_until(lambda: client.get("/health/ready").status_code == 200)
        assert other.get("/api/summary").status_code == 200
    stack.redis.client().flushdb()


def test_an_export_is_written_to_the_bucket_for_its_owner_alone(stack: Stack) -> None:
    web, _ = stack.web(), stack.worker()
    with web.client() as client, web.client() as stranger:
        name = f"exported_{uuid4().hex[:8]}"
        client.post("/api/events", json={"name": name, "properties": {"a": [1, "é,\n"]}}).raise_for_status()
        export = f"/api/exports/{client.post('/api/exports').raise_for_status().json()['id']}"
        wait_until(lambda: client.get(export).json()["status"] == "done", 1)
        assert stranger.get(export).status_code == 404
        rows = list(
            csv.DictReader(io.StringIO(httpx.get(client.get(export).json()["url"], timeout=PATIENCE_SECONDS).text))
        )
    (row,) = [each for each in rows if each["name"] == name]
    assert json.loads(row["properties"]) == {"a": [1, "é,\n"]}


def test_features_that_are_off_say_so(stack: Stack) -> None:
    web = stack.web(ENABLE_EXPORT_FEATURE="false", ENABLE_REALTIME_UPDATES="false", ENABLE_PREDICTIVE_ANALYTICS="false")
    with web.client() as client:
        for answer in (client.post("/api/exports"), client.get(f"/api/exports/{uuid4()}")):
            assert (answer.status_code, answer.json()["error"]["code"]) == (404, "feature_disabled")
        assert "forecast" not in client.get("/api/summary").json()
    with websocket(web) as socket:
        assert closing_code(socket) == ([], 4404)


@pytest.mark.parametrize("how", ["stopped", "frozen"])
def test_requests_fail_soon_and_recover_while_the_database_is(stack: Stack, how: str) -> None:
    web, postgres = stack.web(), stack.postgres
    with web.client() as client:
        total(client)  # so that there is an open connection to lose
        time.sleep(2 * FRESH_SECONDS)  # else that reading answers
        (postgres.stop if how == "stopped" else postgres.freeze)()
        try:
            watch = web.stopwatch
            answer = client.get("/api/summary")
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
            assert watch.seconds < 7
            wait_until(lambda: client.get("/health/ready").json()["database"].startswith("down: no "))
            watch = web.stopwatch
            ready = client.get("/health/ready")
            assert watch.seconds < 0.5
            assert (ready.status_code, ready.json()["redis"]) == (200, "ok")
            assert 'dependency_up{dependency="database"} 0.0' in client.get("/metrics").text
            assert client.get("/health").status_code == 200
            assert "celery_queue_length" in client.get("/metrics").text
        finally:
            postgres.start() if how == "stopped" else postgres.freeze(thaw=True)
        wait_until(lambda: client.get("/health/ready").json()["database"] == "ok")
        wait_until(lambda: client.get("/api/summary").status_code == 200, 1)


@pytest.mark.parametrize("how", ["stopped", "frozen"])
def test_requests_fail_soon_and_recover_while_redis_is(stack: Stack, how: str) -> None:
    web, redis = stack.web(), stack.redis
    with web.client() as client, websocket(web) as socket:
        message(socket)
        client.post("/api/events", json={"name": "click"}).raise_for_status()
        (redis.stop if how == "stopped" else redis.freeze)()
        try:
            watch = web.stopwatch
            answer = client.post("/api/exports")
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
            assert watch.seconds < 7
            stored = client.post("/api/events", json={"name": "left_behind"})
            assert stored.status_code == 202
            with psycopg.connect(stack.postgres.url()) as connection:
                found = connection.execute("SELECT rolled_up FROM events WHERE id = %s", (stored.json()["id"],))
                assert found.fetchone() == (False,), "the minute's task will count it"
            watch = web.stopwatch
            assert client.get("/api/summary").status_code == 200, "what reads goes on, under each process's own count"
            assert watch.seconds < 3
            wait_until(lambda: client.get("/health/ready").json()["redis"].startswith("down: no "))
            ready = client.get("/health/ready")
            assert (ready.status_code, ready.json()["database"]) == (200, "ok")
            assert closing_code(socket) == ([], 1013)
            with websocket(web) as late:
                assert closing_code(late)[1] == 1013
        finally:
            redis.start() if how == "stopped" else redis.freeze(thaw=True)
        wait_until(lambda: client.get("/health/ready").json()["redis"] == "ok")
        wait_until(lambda: client.post("/api/events", json={"name": "click"}).status_code == 202, 1)

        def serves_websockets() -> bool:
            with websocket(web) as again:
                return message(again)["type"] == "summary"

        time.sleep(1.5)
        assert serves_websockets()


def test_a_changed_password_shows_while_old_connections_work(stack: Stack) -> None:
    """A process that serves is left where it is; one that begins with the wrong password is never ready."""
    web = stack.web()
    with web.client() as client, psycopg.connect(stack.postgres.admin_url, autocommit=True) as admin:
        total(client)
        wait_until(lambda: client.get("/health/ready").status_code == 200)
        admin.execute(f"ALTER ROLE {ROLE} PASSWORD 'another'")
        try:
            late, worker = stack.web(), stack.worker()
            wait_until(lambda: client.get("/health/ready").json()["database"] == "down: login refused")
            assert client.get("/health/ready").status_code == 200
            total(client)
            with late.client() as refused:
                answer = refused.get("/health/ready")
                assert (answer.status_code, answer.json()["database"]) == (503, "down: login refused")
            assert health(stack, "worker") == 0
            assert health(stack, "worker", "ready") == 1
        finally:
            admin.execute(f"ALTER ROLE {ROLE} PASSWORD 'userpassword'")
        with late.client() as accepted:
            wait_until(lambda: accepted.get("/health/ready").status_code == 200)
        wait_until(lambda: health(stack, "worker", "ready") == 0)
        assert worker.process.poll() is None


def health(stack: Stack, *question: str) -> int:
    return python("-m", "health", *question, variables={"TMPDIR": str(stack.folder)}).returncode


def test_a_worker_told_to_stop_finishes_and_loses_nothing(stack: Stack) -> None:
    web, worker = stack.web(RATE_LIMIT_PER_MINUTE="1000"), stack.worker()
    with web.client() as client:
        before = total(client)
        for _ in range(150):
            client.post("/api/events", json={"name": "click"}).raise_for_status()
        assert worker.stop() == 0
        left = stack.redis.client().llen("celery")
        counted = total(client) - before
        assert 150 <= counted + left <= 150 + CHILDREN, (
            "one that was counted may be handed back too, where the worker was cut off in between"
        )
        another = stack.worker()
        wait_until(lambda: stack.redis.client().llen("celery") == stack.redis.client().hlen("unacked") == 0, 1)
        assert another.stop() == 0
        assert stack.redis.client().llen("celery") == 0
        assert total(client) - before == 150
        assert "Traceback" not in worker.log()


def test_the_worker_survives_the_broker_and_stays_healthy(stack: Stack) -> None:
    web, worker = stack.web(), stack.worker()
    stack.scheduler()  # an event is taken while the queue is not there yet: the minute's task counts it
    wait_until(lambda: health(stack, "worker", "ready") == 0)
    stack.redis.stop()
    time.sleep(3)
    heartbeat = stack.folder / "analytics-worker.heartbeat"
    seen = heartbeat.stat().st_mtime
    wait_until(lambda: heartbeat.stat().st_mtime > seen)
    stack.redis.start()
    assert health(stack, "worker") == health(stack, "worker", "ready") == 0
    with web.client() as client:
        wait_until(lambda: client.get("/health/ready").json()["redis"] == "ok")
        before = total(client)
        client.post("/api/events", json={"name": "click"}).raise_for_status()
        wait_until(lambda: total(client) == before + 1, 1)
    assert worker.process.poll() is None


def test_the_scheduler_fires_once_a_minute_without_a_secret(stack: Stack) -> None:
    def minutes() -> list[tuple[int]]:
        with psycopg.connect(stack.postgres.url()) as connection:
            return connection.execute("SELECT cardinality(task_ids) FROM beat_minutes").fetchall()

    stack.worker()
    beat = stack.scheduler()
    wait_until(lambda: health(stack, "scheduler", "ready") == 0, 1)
    assert health(stack, "scheduler") == 0
    wait_until(lambda: len(minutes()) > 0, 1)
    assert set(minutes()) == {(1,)}
    assert beat.stop() == 0


def test_the_whole_service_works_over_tls_as_in_the_cluster(
    certificates: Certificates, object_storage: str, stack_of: Callable[..., Stack]
) -> None:
    with closing(_Both(certificates)) as both:
        stack = stack_of(both.postgres, both.redis, object_storage, authority=certificates.authority)
        migrated = python("-m", "migrate", variables=stack.migration_variables)
        assert migrated.returncode == 0, migrated.stdout
        web, _ = stack.web(RATE_LIMIT_PER_MINUTE="5"), stack.worker()
        with web.client() as client, websocket(web) as socket:
            wait_until(lambda: client.get("/health/ready").status_code == 200)
            assert client.get("/health/ready").json() == {"status": "ready", "database": "ok", "redis": "ok"}
            assert next_total(socket, 0) == 0
            client.post("/api/events", json={"name": "click"}).raise_for_status()
            assert next_total(socket, 1) == 1
            assert "celery_queue_length 0.0" in client.get("/metrics").text
            assert [client.get("/api/summary").status_code for _ in range(5)] == [200] * 4 + [429]


def test_a_server_that_the_authority_did_not_sign_is_refused(
    certificates: Certificates, servers: tuple[Postgres, RedisServer], object_storage: str, tmp_path: Path,
    stack_of: Callable[..., Stack],
) -> None:  # fmt: skip
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    redis = RedisServer(certificates)
    try:
        stack = stack_of(servers[0], redis, object_storage, authority=Certificates(foreign).authority)
        with stack.web().client() as client:
            wait_until(lambda: client.get("/health/ready").json()["redis"] == "down: no connection")
        send = "import asyncio, broker, settings; url = settings.load(settings.SchedulerSettings).redis_url; "
        sent = python("-c", f"{send} asyncio.run(broker.TaskQueue(url).send('x'))", variables=stack.scheduler_variables)
        assert "UnavailableError" in sent.stderr
        assert "CERTIFICATE_VERIFY_FAILED" in sent.stderr
    finally:
        redis.stop()


class _Both:
    """Servers that only speak TLS."""

    def __init__(self, certificates: Certificates) -> None:
        self.postgres, self.redis = Postgres(certificates), RedisServer(certificates)

    def close(self) -> None:
        self.redis.stop()
        self.postgres.remove()
