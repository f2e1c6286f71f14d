"""Roles that came from PostgreSQL 15 to a later one, where the master user may not change what it has no ADMIN option on.

The later ones are those that POSTGRES_FOLDERS names. Where one of them has pg_upgrade, that is what brings the roles.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.postgres.server import Server, folders, own, run_script, server, upgraded
from tests.postgres.test_rotation import MASTER, PASSWORDS, Pods, at, url
from tests.postgres.test_rotation import job as run_job
from twinstack.environment import Access

LATER = folders()[1:]
MAKE_MASTER = (
    f"CREATE ROLE {MASTER} LOGIN CREATEROLE CREATEDB PASSWORD 'master'",
    f"ALTER DATABASE analytics OWNER TO {MASTER}",
)
FORGET = """SELECT format('REVOKE %s FROM %s', roleid::regrole, member::regrole) FROM pg_auth_members
    WHERE member = 'master_user'::regrole"""


@pytest.fixture(name="server", params=LATER, ids=str)
def a_later_server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """In the middle of a rotation, whose roles came from an older PostgreSQL that had never heard of the option."""
    with server(programs=request.param) as running:
        begin(running)
        forget(running)
        yield running


def begin(running: Server) -> None:
    for statement in MAKE_MASTER:
        assert running.query(statement).returncode == 0
    for version in (2, 3):
        run_job(running, version)
    for statement in (
        "CREATE TABLE events (id serial PRIMARY KEY, name text)",
        "INSERT INTO events (name) VALUES ('a')",
    ):
        assert running.query(statement, MASTER).returncode == 0


def forget(running: Server) -> None:
    """What pg_upgrade brings: memberships that the first superuser gave, none of them the master's."""
    for role in ("analytics_user_a", "analytics_user_b"):
        assert running.query(f"REVOKE analytics_user FROM {role} GRANTED BY {MASTER}").returncode == 0
        assert running.query(f"GRANT analytics_user TO {role}").returncode == 0
    for statement in running.query(FORGET).stdout.splitlines():
        assert running.query(statement).returncode == 0
    assert running.query(FORGET).stdout == ""


def job(running: Server, version: int) -> tuple[int, str]:
    preparation = at(version).offer(Access.ADMIN).preparation
    assert preparation is not None
    done = run_script(url(running, version), running.url(MASTER, "master"), preparation.script)
    return done.returncode, done.stderr


def can_log_in(running: Server, version: int) -> bool:
    return running.query("SELECT count(*) FROM events", url=url(running, version)).returncode == 0


def rotate(running: Server, *versions: int) -> None:
    """Under pods that log in all the while, of which none is refused; those of version 3 are there already."""
    pods = Pods(running)
    pods.start(3)
    for version in versions:
        run_job(running, version)
        pods.start(version)
        pods.stop(version - 1)
    pods.end()
    assert pods.refused == []
    assert [can_log_in(running, version) for version in (3, *versions)] == [False, *(True for _ in versions)]


def goes_on_once_a_person_helped(running: Server) -> None:
    status, said = job(running, 3)
    assert status == 0, "the same password again needs no option"
    assert f"{at(3).role_of(3)} keeps its password" in said
    status, said = job(running, 4)
    assert status != 0
    assert can_log_in(running, 2)
    assert can_log_in(running, 3)
    assert "permission denied" in said
    assert not any(password in said for password in (*PASSWORDS.values(), "'master'"))
    advice = re.search(r"^  (GRANT (.*) TO .*;)$", said, re.MULTILINE)
    assert advice is not None, said
    assert advice[2] == "analytics_user, analytics_user_a, analytics_user_b"
    assert running.query(advice[1]).returncode == 0
    rotate(running, 4, 5)


def test_a_rotation_says_what_to_run_and_then_goes_on(server: Server) -> None:
    goes_on_once_a_person_helped(server)


def test_another_fault_is_told_without_advice(server: Server) -> None:
    assert (
        server.query(
            f"GRANT analytics_user, analytics_user_a, analytics_user_b TO {MASTER} WITH ADMIN OPTION"
        ).returncode
        == 0
    )
    assert server.query(f"ALTER ROLE {MASTER} NOCREATEROLE").returncode == 0
    status, said = job(server, 4)
    assert status != 0
    assert "permission denied" in said
    assert "GRANT" not in said


def test_a_master_that_makes_roles_only_makes_these(server: Server) -> None:
    """PostgreSQL 16 lets nobody name NOCREATEDB who has not CREATEDB himself."""
    assert server.query("DROP OWNED BY analytics_user_a, analytics_user_b, analytics_user").returncode == 0
    assert server.query("DROP ROLE analytics_user_a, analytics_user_b, analytics_user").returncode == 0
    assert server.query(f"ALTER ROLE {MASTER} NOCREATEDB").returncode == 0
    for version in (2, 3, 4):
        status, said = job(server, version)
        assert status == 0, said
        assert can_log_in(server, version)


@pytest.mark.parametrize("has_option", [True, False])
@pytest.mark.parametrize(
    "programs", [folder for folder in LATER if folder and (folder / "pg_upgrade").exists()], ids=str
)
def test_a_rotation_goes_on_after_pg_upgrade(programs: Path, has_option: bool) -> None:
    """With the option, one Job of this release ran before it, after all those of an older twinstack."""
    with server() as older:
        version = int(older.query("SHOW server_version_num").stdout) // 10000
        if version > 15:
            pytest.skip("the machine's own PostgreSQL is a later one")
        begin(older)
        assert older.query(f"REVOKE analytics_user, analytics_user_a, analytics_user_b FROM {MASTER}").returncode == 0
        if has_option:
            run_job(older, 3)
        with upgraded(older, own(), programs) as later:
            assert int(later.query("SHOW server_version_num").stdout) // 10000 > version
            if has_option:
                rotate(later, 4, 5)
            else:
                goes_on_once_a_person_helped(later)
