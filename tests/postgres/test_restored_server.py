"""The drill of docs/how-to/restore.md on a real PostgreSQL: its own commands, from the backup to the service's role reading rows."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from docs_generator.blocks import blocks_of
from tests.ports import free_port
from tests.postgres.server import Server, own, run, run_script, server
from tests.postgres.test_rotation import MASTER, PASSWORDS, at
from twinstack.environment import Access

PAGE: Final = Path(__file__).parents[2] / "docs" / "how-to" / "restore.md"
HERE: Final = "tests/postgres/test_restored_server.py"
BLOCKS: Final = [block.text for block in blocks_of(PAGE) if HERE in block.directive]
BACKUP, DUMP, RESTORE = BLOCKS


@pytest.fixture
def archive() -> Iterator[Path]:
    folder = Path("/tmp") / f"archive-{os.getpid()}"
    folder.mkdir()
    if os.geteuid() == 0:
        shutil.chown(folder, "nobody")
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def running(archive: Path) -> Iterator[Server]:
    """A database as a release left it: the Job's roles, and rows that the service wrote."""
    options = ("archive_mode=on", f"archive_command='cp %p {archive}/%f'", "wal_level=replica")
    with server(*options) as one:
        for statement in (
            f"CREATE ROLE {MASTER} LOGIN CREATEROLE CREATEDB REPLICATION PASSWORD 'master'",
            f"ALTER DATABASE analytics OWNER TO {MASTER}",
            "GRANT CREATE ON SCHEMA public TO PUBLIC",
        ):
            assert one.query(statement).returncode == 0
        entries = one.folder / "data" / "pg_hba.conf"
        entries.write_text(f"host replication all 127.0.0.1/32 scram-sha-256\n{entries.read_text()}")
        assert one.query("SELECT pg_reload_conf()").returncode == 0
        prepare(one, 1)
        assert one.query("CREATE TABLE orders (id int, note text)", MASTER).returncode == 0
        write(one, "before")
        yield one


def prepare(one: Server, version: int) -> None:
    """What the migration Job does first: the role of this password version."""
    preparation = at(version).offer(Access.ADMIN).preparation
    assert preparation is not None
    done = run_script(url(one, version), one.url(MASTER, "master"), preparation.script)
    assert done.returncode == 0, done.stderr


def url(one: Server, version: int) -> str:
    return one.url(at(version).role_of(version), PASSWORDS[version])


def write(one: Server, note: str) -> None:
    assert one.query(f"INSERT INTO orders VALUES (1, '{note}')", url=url(one, 1)).returncode == 0


def shell(text: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Runs a block of the page as the server's own user."""
    as_owner = ["setpriv", "--reuid=nobody", "--clear-groups"] if os.geteuid() == 0 else []
    path = f"{own()}:{os.environ['PATH']}"
    done = run([*as_owner, "bash", "-euo", "pipefail", "-c", f'cd "{folder}"\n{text}'], {"PATH": path, **variables})
    log = folder / "log"
    assert done.returncode == 0, done.stdout + done.stderr + (log.read_text() if log.is_file() else "")
    return done


def notes(one: Server, version: int) -> list[str]:
    """What the service reads, as the role of this password version."""
    read = one.query("SELECT note FROM orders ORDER BY note", url=url(one, version))
    assert read.returncode == 0, read.stderr
    return read.stdout.split()


def test_a_point_in_time_has_what_was_written_before_it_and_answers(running: Server, archive: Path) -> None:
    place = running.folder / "restored"
    place.mkdir()
    if os.geteuid() == 0:
        shutil.chown(place, "nobody")
    old = running.url(MASTER, "master")
    shell(BACKUP, place, OLD=old)
    write(running, "between")
    moment = running.query("SELECT clock_timestamp()").stdout.strip()
    write(running, "mistaken")
    assert running.query("DELETE FROM orders WHERE note = 'before'", url=url(running, 1)).returncode == 0
    written = running.query("SELECT pg_walfile_name(pg_switch_wal())").stdout.strip()
    deadline = time.monotonic() + 120
    while running.query("SELECT last_archived_wal FROM pg_stat_archiver").stdout.strip() < written:
        assert time.monotonic() < deadline, running.log.read_text()
        time.sleep(0.1)
    port = str(free_port())
    try:
        shell(RESTORE, place, ARCHIVE=str(archive), MOMENT=moment, PORT=port)
        restored = replace(running, port=int(port))
        assert notes(restored, 1) == ["before", "between"], "the role and password of that day"
        prepare(restored, 2)
        assert notes(restored, 2) == ["before", "between"], "and of the version that the switch raises"
        assert restored.query("INSERT INTO orders VALUES (2, 'after')", url=url(restored, 2)).returncode == 0
        assert notes(running, 1) == ["between", "mistaken"], "the one before is as it was"
    finally:
        shell("[ ! -e data/postmaster.pid ] || pg_ctl --wait --pgdata data --mode immediate stop", place)


def test_a_dump_has_the_rows_and_the_job_makes_the_roles(running: Server) -> None:
    old = running.url(MASTER, "master")
    write(running, "between")
    with server() as other:
        for statement in (
            f"CREATE ROLE {MASTER} LOGIN CREATEROLE CREATEDB PASSWORD 'master'",
            f"ALTER DATABASE analytics OWNER TO {MASTER}",
            "GRANT CREATE ON SCHEMA public TO PUBLIC",
        ):
            assert other.query(statement).returncode == 0
        shell(DUMP, running.folder, OLD=old, NEW=other.url(MASTER, "master"))
        prepare(other, 2)
        assert notes(other, 2) == ["before", "between"]
