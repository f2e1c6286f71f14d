"""Rotations on a real PostgreSQL server, with pods of two releases that open new connections all the time."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from tests.postgres.database import load
from tests.postgres.server import Server, folders, run_script, server
from twinstack.environment import Access
from twinstack.postgres import PostgresSpec

PASSWORDS = {version: f"password-of-version-{version}" for version in range(1, 6)}
MASTER = "master_user"


@pytest.fixture(name="running", scope="module", params=folders(), ids=str)
def a_server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """One whose master user is none of PostgreSQL's own, as on RDS, but owns the database and makes roles."""
    with server(programs=request.param) as running:
        for statement in (
            f"CREATE ROLE {MASTER} LOGIN CREATEROLE CREATEDB PASSWORD 'master'",
            f"ALTER DATABASE analytics OWNER TO {MASTER}",
        ):
            assert running.query(statement).returncode == 0
        yield running


@pytest.fixture(name="server")
def as_it_was(running: Server) -> Iterator[Server]:
    """The same one, without what a test left."""
    yield running
    roles = [f"analytics_user{ending}" for ending in ("", "_a", "_b")]
    made = running.query("SELECT rolname FROM pg_roles WHERE rolname LIKE 'analytics!_user%' ESCAPE '!'").stdout.split()
    assert set(made) <= set(roles)
    forget = "".join(f"DROP OWNED BY {role}; DROP ROLE {role}; " for role in made)
    assert running.query(f"DROP TABLE IF EXISTS events, later; {forget}").returncode == 0


def at(version: int, **more: int) -> PostgresSpec:
    settings = ", ".join(f"{key}: {value}" for key, value in {"password_version": version, **more}.items())
    return load(f"database: {{application_user: analytics_user, admin_user: {MASTER}, {settings}}}")


def url(server: Server, version: int, role: str | None = None) -> str:
    """What the pods of this password version read."""
    return server.url(role or at(version).role_of(version), PASSWORDS[version])


def job(server: Server, version: int, *, application: str | None = None, **more: int) -> None:
    """Runs the container that comes before the migration, as the release of this version has it."""
    preparation = at(version, **more).offer(Access.ADMIN).preparation
    assert preparation is not None
    done = run_script(application or url(server, version), server.url(MASTER, "master"), preparation.script)
    assert done.returncode == 0, done.stderr


def migrate(server: Server, statement: str) -> None:
    assert server.query(statement, MASTER).returncode == 0


@dataclass
class Pods:
    """Pods of some releases, each of which logs in anew again and again, and works on the one table."""

    server: Server
    threads: dict[int, threading.Thread] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    logins: dict[int, int] = field(default_factory=dict)
    stopped: dict[int, threading.Event] = field(default_factory=dict)

    def start(self, version: int, role: str | None = None) -> None:
        self.logins[version], self.stopped[version] = 0, threading.Event()
        where = url(self.server, version, role)
        self.threads[version] = threading.Thread(target=self._work, args=(version, where))
        self.threads[version].start()

    def stop(self, version: int) -> None:
        """Once it has logged in some times since now; afterwards it is gone."""
        enough = self.logins[version] + 5
        deadline = time.monotonic() + 300
        while self.logins[version] < enough and not self.refused and time.monotonic() < deadline:
            time.sleep(0.01)
        self.stopped[version].set()
        self.threads[version].join()

    def end(self) -> None:
        for event in self.stopped.values():
            event.set()
        for thread in self.threads.values():
            thread.join()

    def _work(self, version: int, where: str) -> None:
        while not self.stopped[version].is_set():
            done = self.server.query("UPDATE events SET name = name || '.'", url=where)
            self.logins[version] += 1
            time.sleep(0.02)
            if done.returncode:
                self.refused.append(f"version {version}: {done.stderr}")


@pytest.fixture
def pods(server: Server) -> Iterator[Pods]:
    running = Pods(server)
    yield running
    running.end()


def test_rotations_and_the_way_back_refuse_nobody(server: Server, pods: Pods) -> None:
    job(server, 1)
    migrate(server, "CREATE TABLE events (id serial PRIMARY KEY, name text)")
    migrate(server, "INSERT INTO events (name) VALUES ('a')")
    pods.start(1)
    for version in (2, 3, 4):
        job(server, version)
        pods.start(version)
        job(server, version)  # a second release with the same passwords
        pods.stop(version - 1)
    # The release of version 4 goes wrong: the one before it is applied again, its Job too, and 4 ends.
    pods.start(3)
    pods.stop(4)
    pods.stop(3)
    pods.end()
    assert pods.refused == []
    assert all(count >= 5 for count in pods.logins.values())


def test_a_rotation_ends_the_password_before_the_last(server: Server) -> None:
    job(server, 1)
    job(server, 2)
    assert server.query("SELECT 1", url=url(server, 1)).returncode == 0, "the release before still runs"
    job(server, 3)
    assert server.query("SELECT 1", url=url(server, 1)).returncode != 0, "the group has lost its login"
    assert server.query("SELECT 1", url=url(server, 2)).returncode == 0
    job(server, 4)
    assert server.query("SELECT 1", url=url(server, 2)).returncode != 0, "its role has the password of version 4"
    for version in (3, 4):
        assert server.query("SELECT 1", url=url(server, version)).returncode == 0
    assert server.query("SELECT rolcanlogin FROM pg_roles WHERE rolname = 'analytics_user'", MASTER).stdout == "f\n"


def test_a_group_that_somebody_is_connected_as_keeps_its_login(server: Server) -> None:
    job(server, 1)
    job(server, 2)
    sleeper = threading.Thread(target=server.query, args=("SELECT pg_sleep(3)",), kwargs={"url": url(server, 1)})
    sleeper.start()
    time.sleep(1)
    job(server, 3)
    assert server.query("SELECT 1", url=url(server, 1)).returncode == 0
    sleeper.join()
    job(server, 3)
    assert server.query("SELECT 1", url=url(server, 1)).returncode != 0


def test_a_database_of_an_older_twinstack_goes_over_without_a_refused_login(server: Server, pods: Pods) -> None:
    """There the application's role had the rights itself, and one name for every version: here it is at its second."""
    older = [
        f"CREATE ROLE analytics_user LOGIN PASSWORD '{PASSWORDS[2]}'",
        "GRANT CONNECT, TEMPORARY ON DATABASE analytics TO analytics_user",
        "GRANT USAGE ON SCHEMA public TO analytics_user",
        "CREATE TABLE events (id serial PRIMARY KEY, name text)",
        "INSERT INTO events (name) VALUES ('a')",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO analytics_user",
    ]
    for statement in older:
        migrate(server, statement)
    assert at(2, two_roles_from=3).role_of(2) == "analytics_user"
    pods.start(2, "analytics_user")
    job(server, 2, application=url(server, 2, "analytics_user"), two_roles_from=3)
    job(server, 3, two_roles_from=3)
    pods.start(3)
    pods.stop(2)
    job(server, 4, two_roles_from=3)
    pods.stop(3)
    pods.end()
    assert pods.refused == []
    assert server.query("SELECT 1", url=url(server, 2, "analytics_user")).returncode != 0


def test_both_roles_have_what_migrations_make_later_and_own_nothing(server: Server) -> None:
    job(server, 2)
    job(server, 3)
    migrate(server, "CREATE TABLE later (id serial PRIMARY KEY, name text)")
    for version in (2, 3):
        assert server.query("INSERT INTO later (name) VALUES ('a')", url=url(server, version)).returncode == 0
        for statement, reason in (("CREATE TABLE own (id int)", "denied"), ("DROP TABLE later", "must be owner")):
            refused = server.query(statement, url=url(server, version))
            assert refused.returncode != 0
            assert reason in refused.stderr


def test_two_jobs_at_once_come_to_the_same_end(server: Server) -> None:
    failed: list[Exception | AssertionError] = []

    def once() -> None:
        try:
            job(server, 2)
        except AssertionError as error:
            failed.append(error)

    threads = [threading.Thread(target=once) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert server.query("SELECT 1", url=url(server, 2)).returncode == 0


def test_a_job_that_was_killed_is_carried_through_by_the_next(server: Server) -> None:
    job(server, 2)
    preparation = at(3).offer(Access.ADMIN).preparation
    assert preparation is not None
    lines = preparation.script.splitlines(keepends=True)
    begin, end = lines.index("BEGIN;\n"), lines.index("COMMIT;\n")
    for last in range(begin, end + 1):
        # An open transaction is gone when psql's input ends, as it is with a killed client.
        cut = "".join([*lines[: last + 1], "SQL\n"])
        run_script(url(server, 3), server.url(MASTER, "master"), cut)
        assert server.query("SELECT 1", url=url(server, 2)).returncode == 0, "the role that runs is not touched"
    assert server.query("SELECT 1", url=url(server, 3)).returncode != 0, "it has no password yet"
    job(server, 3)
    for version in (2, 3):
        assert server.query("SELECT 1", url=url(server, version)).returncode == 0


def test_no_log_and_no_argument_holds_a_password(server: Server) -> None:
    job(server, 3)
    text = server.log.read_text(encoding="utf-8")
    assert "SCRAM-SHA-256" in text
    assert PASSWORDS[3] not in text
