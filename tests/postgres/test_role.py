"""The application's role, made by the real script on a real PostgreSQL server."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from twinstack.postgres.role import role_script


@dataclass(frozen=True)
class Server:
    """A server of the test's own: no TLS, passwords asked for, every statement logged."""

    port: int
    log: Path

    def url(self, user: str, password: str) -> str:
        return f"postgresql://{user}:{password}@127.0.0.1:{self.port}/analytics?sslmode=disable"

    def make_role(self, password: str) -> subprocess.CompletedProcess[str]:
        variables = {
            "APPLICATION": self.url("analytics_user", password),
            "ADMIN": self.url("analytics_admin", "master"),
        }
        script = role_script("APPLICATION", "ADMIN", tls="disable")
        return _run(["setsid", "/bin/sh", "-euc", script], variables)

    def query(
        self, statement: str, user: str = "analytics_admin", password: str = "master"
    ) -> subprocess.CompletedProcess[str]:
        return _run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", statement, self.url(user, password)], {})


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    initdb = shutil.which("initdb") or (str(found[-1]) if found else None)
    if initdb is None or shutil.which("psql") is None:
        pytest.skip("no PostgreSQL server is installed: apt-get install postgresql")
    # Not pytest's folder: root's is closed to the user that the server must run as.
    with tempfile.TemporaryDirectory(prefix="postgres-") as folder:
        yield from _running(Path(initdb), Path(folder))


def _running(initdb: Path, folder: Path) -> Iterator[Server]:
    data, log, secret = folder / "data", folder / "log", folder / "password"
    secret.write_text("master\n", encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    as_owner = _as_owner(folder)
    programs = initdb.parent
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c log_statement=all -c fsync=off"
    _must(
        [
            *as_owner,
            str(initdb),
            "-D",
            str(data),
            "-U",
            "analytics_admin",
            "--auth=scram-sha-256",
            f"--pwfile={secret}",
            "-E",
            "UTF8",
        ]
    )
    _must([*as_owner, str(programs / "pg_ctl"), "-w", "-D", str(data), "-l", str(log), "-o", options, "start"])
    try:
        running = Server(port, log)
        url = running.url("analytics_admin", "master").replace("/analytics?", "/postgres?")
        _must(["psql", "-Xq", "-c", "CREATE DATABASE analytics", url])
        yield running
    finally:
        _must([*as_owner, str(programs / "pg_ctl"), "-w", "-m", "immediate", "-D", str(data), "stop"])


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
    script = role_script("APPLICATION", "ADMIN", tls="disable")
    variables = {"APPLICATION": server.url("analytics_user", "first"), "ADMIN": server.url("analytics_admin", "wrong")}
    assert _run(["/bin/sh", "-euc", script], variables).returncode != 0


def _as_owner(folder: Path) -> list[str]:
    """PostgreSQL refuses to run as root; the folder is given to the nobody user then."""
    if os.geteuid() != 0:
        return []
    shutil.chown(folder, "nobody")
    (folder / "password").chmod(0o644)
    return ["setpriv", "--reuid=nobody", "--clear-groups"]


def _run(command: list[str], variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], **variables}
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )


def _must(command: list[str]) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
