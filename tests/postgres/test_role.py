"""The application's role, made by the real script on a real PostgreSQL server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.postgres.server import Server, folders, server


@pytest.fixture(name="server", scope="module", params=folders(), ids=str)
def a_server(request: pytest.FixtureRequest) -> Iterator[Server]:
    with server(programs=request.param) as running:
        yield running


def test_the_role_reads_and_writes_what_migrations_make(server: Server) -> None:
    assert server.make_role("first").returncode == 0
    assert server.query("CREATE TABLE IF NOT EXISTS events (id serial PRIMARY KEY, name text)").returncode == 0
    written = server.query("INSERT INTO events (name) VALUES ('a') RETURNING name", "analytics_user", "first")
    assert (written.returncode, written.stdout.strip()) == (0, "a")


def test_the_role_makes_and_drops_no_table(server: Server) -> None:
    server.make_role("first")
    server.query("CREATE TABLE IF NOT EXISTS events (id serial PRIMARY KEY, name text)")
    for statement, reason in (
        ("CREATE TABLE own (id int)", "permission denied"),
        ("DROP TABLE events", "must be owner"),
    ):
        refused = server.query(statement, "analytics_user", "first")
        assert refused.returncode != 0
        assert reason in refused.stderr


def test_running_again_changes_the_password_and_nothing_else(server: Server) -> None:
    server.make_role("first")
    assert server.make_role("second").returncode == 0
    assert server.query("SELECT 1", "analytics_user", "second").returncode == 0
    assert server.query("SELECT 1", "analytics_user", "first").returncode != 0


def test_no_log_holds_the_password(server: Server) -> None:
    server.make_role("unmistakable")
    text = server.log.read_text(encoding="utf-8")
    assert "SCRAM-SHA-256" in text
    assert "unmistakable" not in text


def test_a_wrong_master_password_fails_the_job(server: Server) -> None:
    assert server.make_role("first", admin=server.url("analytics_admin", "wrong")).returncode != 0
