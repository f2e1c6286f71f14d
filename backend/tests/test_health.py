"""The health commands: cheap, and right about what is alive."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import health
from tests.servers import free_port, python


@pytest.fixture(autouse=True)
def temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))


@pytest.mark.parametrize("process", ["worker", "scheduler"])
def test_a_heartbeat_counts_for_a_minute(process: str) -> None:
    assert health.main([process]) == 1
    health.touch(process)
    assert health.main([process]) == 0
    touched = Path(health.heartbeat_path(process)).stat().st_mtime
    assert health.is_fresh(process, touched + 59)
    assert not health.is_fresh(process, touched + 65)


@pytest.mark.parametrize("process", ["worker", "scheduler"])
def test_ready_is_what_was_let_in_since_it_began_and_is_alive(process: str) -> None:
    health.begin(process)
    assert (health.main([process]), health.main([process, "ready"])) == (0, 1)
    health.mark_ready(process)
    assert health.main([process, "ready"]) == 0
    os.utime(health.heartbeat_path(process), (1, 1))
    assert health.main([process, "ready"]) == 1
    health.begin(process)
    assert health.main([process, "ready"]) == 1


def test_a_second_touch_renews_the_first() -> None:
    health.touch("worker")
    os.utime(health.heartbeat_path("worker"), (1, 1))
    assert not health.is_fresh("worker")
    health.touch("worker")
    assert health.is_fresh("worker")


def test_the_worker_and_the_scheduler_do_not_answer_for_each_other() -> None:
    health.touch("worker")
    assert health.main(["scheduler"]) == 1


def test_a_web_process_that_does_not_listen_is_not_healthy() -> None:
    assert not health.web_answers(free_port())


def test_an_unknown_process_is_a_mistake_of_who_asks() -> None:
    assert health.main(["database"]) == 2


def test_the_check_loads_nothing_heavy() -> None:
    script = "import sys, health; health.main(['worker']); print(*sys.modules)"
    loaded = set(python("-c", script, variables={}).stdout.split())
    assert loaded.isdisjoint({"celery", "sqlalchemy", "fastapi", "redis", "http", "socket", "asyncio", "tempfile"})
