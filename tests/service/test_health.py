"""What the cluster asks the service, and what Prometheus reads."""

from __future__ import annotations

import re
from collections.abc import Callable

import httpx
import pytest

from tests.service import configuration
from tests.service.confinement import confinement
from tests.service.fixtures import Stacks
from tests.service.processes import wait_until
from tests.service.service import BACKEND_VENV, Container, Service, Web

pytestmark = pytest.mark.service

SERIES = {
    "http_requests_total": {"method", "route", "status"},
    "http_request_duration_seconds_bucket": {"method", "route", "le"},
    "websocket_connections": set(),
    "celery_queue_length": set(),
    "failed_tasks": set(),
    "dependency_up": {"dependency"},
    "process_resident_memory_bytes": set(),
}

HEAVY = {"celery", "fastapi", "psycopg", "pydantic", "redis", "sqlalchemy", "structlog"}


def test_migrations_at_the_same_time_and_again_are_harmless(stacks: Stacks, shown: Callable[[str, str], None]) -> None:
    assert [status for status, _ in stacks.migrations] == [0, 0, 0], stacks.migrations
    shown("migration, two at once and once more", "status 0, 0, 0; application's role made by the init container")


def test_a_healthy_service_says_so(web: Web, shown: Callable[[str, str], None]) -> None:
    health = httpx.get(f"{web.url}/health")
    wait_until(lambda: httpx.get(f"{web.url}/health/ready").status_code == 200, "readiness")
    ready = httpx.get(f"{web.url}/health/ready")
    assert (health.status_code, health.json()["status"]) == (200, "ok")
    assert ready.status_code == 200, ready.text
    assert ready.json() == {"status": "ready", "database": "ok", "redis": "ok"}
    shown("GET /health, /health/ready", "200, 200 database ok, redis ok")


def test_metrics_have_the_series_that_dashboards_and_rules_name(web: Web, shown: Callable[[str, str], None]) -> None:
    client = web.client()
    client.get("/api/exports/00000000-0000-4000-8000-000000000000")
    client.get("/no/such/page")
    text = httpx.get(f"{web.url}/metrics").text
    for series, labels in SERIES.items():
        found = re.findall(rf"(?m)^{series}(?:{{(.*)}})? ", text)
        assert found, f"no {series} in:\n{text}"
        assert set(re.findall(r'(\w+)="', found[0])) == labels, series
    assert "00000000-0000-4000" not in text, "a raw path is a label"
    assert "/no/such/page" not in text, "a raw path is a label"
    shown("GET /metrics", f"{len(SERIES)} series of the contract; routes are templates")


def test_no_process_can_write_outside_its_temporary_folder(
    web: Web, worker: Container, stacks: Stacks, shown: Callable[[str, str], None]
) -> None:
    places = [
        str(stacks.code / "made"),
        str(stacks.code / "main.py"),
        "/var/tmp/made",
        str(configuration.ROOT / "made"),
    ]
    script = (
        "import sys\n"
        "for place in sys.argv[1:]:\n"
        "    try:\n"
        "        open(place, 'a').close()\n"
        "        print(place)\n"
        "    except OSError:\n"
        "        pass\n"
    )
    if not worker.confinement.has_own_tmp:
        places = places[:2]
    # A checkout in /tmp is out of sight: a container has another /tmp.
    places = [place for place in places if not place.startswith("/tmp/")]
    for container in (web, worker):
        assert container.run(["python", "-c", script, *places]) == (0, "")
        assert container.environment["HOME"] == "/nonexistent"
        assert container.is_running
    assert not [*stacks.code.rglob("__pycache__")]
    how = confinement(BACKEND_VENV / "bin" / "python").description
    shown("read-only run of web, worker, beat, migration", how)


def test_the_health_commands_are_quick_and_say_well(
    web: Web, worker: Container, scheduler: Container, shown: Callable[[str, str], None]
) -> None:
    assert [container.health() for container in (web, worker, scheduler)] == [0, 0, 0]
    script = "import sys, health; health.main(['worker']); print(*HEAVY & sys.modules.keys())".replace(
        "HEAVY", repr(HEAVY)
    )
    assert worker.run(["python", "-c", script]) == (0, "\n")
    shown("python -m health web, worker, scheduler", "status 0, 0, 0; imports no framework")


def test_the_servers_see_the_service_as_its_own_role_only(service: Service, web: Web) -> None:
    assert web.client().get("/api/summary").status_code == 200
    connected = service.rows(
        "SELECT DISTINCT usename FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()",
        configuration.DATABASE,
    )
    assert connected == [(service.values()["DB_USER"],)]
