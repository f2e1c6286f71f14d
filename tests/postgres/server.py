"""A real PostgreSQL server of a test's own: passwords asked for, every statement logged, TLS where a test wants it."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.ports import free_port
from twinstack.postgres.role import role_script

FOLDERS = "POSTGRES_FOLDERS"


@dataclass(frozen=True)
class Server:
    """Where it is, and what it says."""

    port: int
    log: Path
    folder: Path
    """For files that it must be able to read."""

    def url(self, user: str, password: str, *, host: str = "127.0.0.1", options: str = "sslmode=disable") -> str:
        return f"postgresql://{user}:{password}@{host}:{self.port}/analytics?{options}"

    def make_role(
        self, password: str, *, role: str = "analytics_user", admin: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Runs the Job's script for this role with this password."""
        return run_script(self.url(role, password), admin or self.url("analytics_admin", "master"))

    def query(
        self, statement: str, user: str = "analytics_admin", password: str = "master", *, url: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        return run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", statement, url or self.url(user, password)], {})

    def check(self, command: Sequence[str], **given: str) -> subprocess.CompletedProcess[str]:
        """Runs the health check of the local stack's server, with what Compose puts in from .env."""
        (text,) = command
        for name, value in {"DATABASE_USER": "analytics_admin", "DATABASE_NAME:-shop": "analytics", **given}.items():
            text = text.replace(f"${{{name}}}", value)
        connection = {"PGHOST": "127.0.0.1", "PGPORT": str(self.port), "PGPASSWORD": "master"}
        return run(["/bin/sh", "-c", text], connection)


def run_script(application: str, admin: str, script: str | None = None) -> subprocess.CompletedProcess[str]:
    """The Job's script as its container runs it: without a terminal. It reads DATABASE_URL and DATABASE_ADMIN_URL."""
    text = script or role_script("DATABASE_URL", "DATABASE_ADMIN_URL", group="analytics_user")
    variables = {"DATABASE_URL": application, "DATABASE_ADMIN_URL": admin}
    return run(["setsid", "/bin/sh", "-euc", text], variables)


def folders() -> list[Path | None]:
    """Of the programs of each PostgreSQL to test with: None, the machine's own, and those that POSTGRES_FOLDERS names."""
    return [None, *(Path(folder) for folder in os.environ.get(FOLDERS, "").split(os.pathsep) if folder)]


def own() -> Path:
    """The folder of the machine's own PostgreSQL. Skips without one."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    initdb = shutil.which("initdb") or (str(found[-1]) if found else None)
    if initdb is None or shutil.which("psql") is None:
        pytest.skip("no PostgreSQL server is installed: apt-get install postgresql")
    return Path(initdb).resolve().parent


@contextmanager
def server(
    *options: str, certificates: Mapping[str, str] | None = None, programs: Path | None = None
) -> Iterator[Server]:
    """Starts one and stops it. `certificates` are files in its folder, `options` follow `-c`; `programs` is the folder
    of a PostgreSQL that is not the machine's own."""
    programs = programs or own()
    # Not pytest's folder: root's is closed to the user that the server must run as.
    with tempfile.TemporaryDirectory(prefix="postgres-") as text:
        folder = Path(text)
        for name, content in (certificates or {}).items():
            (folder / name).write_text(content, encoding="ascii")
        _make(folder, programs)
        with _started(folder, programs, *options) as running:
            url = running.url("analytics_admin", "master").replace("/analytics?", "/postgres?")
            _must(["psql", "-Xq", "-c", "CREATE DATABASE analytics", url])
            yield running


@contextmanager
def upgraded(older: Server, programs: Path, later: Path) -> Iterator[Server]:
    """Stops one of the programs in the one folder, and starts what pg_upgrade makes of it for those in the other."""
    with tempfile.TemporaryDirectory(prefix="postgres-") as text:
        folder = Path(text)
        data = _make(folder, later)
        as_owner = _as_owner(folder)
        _must([*as_owner, str(programs / "pg_ctl"), "-w", "-D", str(older.folder / "data"), "stop"])
        for cluster in (older.folder / "data", data):
            # It connects without a password, in a socket of its own.
            entries = cluster / "pg_hba.conf"
            entries.write_text(f"local all all trust\n{entries.read_text(encoding='utf-8')}", encoding="utf-8")
        upgrade = [*as_owner, str(later / "pg_upgrade"), "-U", "analytics_admin", "-b", str(programs), "-B", str(later)]
        _must([*upgrade, "-d", str(older.folder / "data"), "-D", str(data), "-s", str(folder)], folder)
        with _started(folder, later) as running:
            yield running


def _make(folder: Path, programs: Path) -> Path:
    secret, data = folder / "password", folder / "data"
    secret.write_text("master\n", encoding="utf-8")
    make = ["-D", str(data), "-U", "analytics_admin", "--auth=scram-sha-256", f"--pwfile={secret}", "-E", "UTF8"]
    _must([*_as_owner(folder), str(programs / "initdb"), *make])
    return data


@contextmanager
def _started(folder: Path, programs: Path, *options: str) -> Iterator[Server]:
    port, log = free_port(), folder / "log"
    defaults = ("listen_addresses=127.0.0.1", "log_statement=all", "fsync=off")
    settings = " ".join(f"-c {one}" for one in (*defaults, *options))
    control = [*_as_owner(folder), str(programs / "pg_ctl"), "-w", "-D", str(folder / "data")]
    _must([*control, "-l", str(log), "-o", f"-p {port} -k {folder} {settings}", "start"])
    try:
        yield Server(port, log, folder)
    finally:
        if (folder / "data" / "postmaster.pid").exists():
            _must([*control, "-m", "immediate", "stop"])


def run(command: list[str], variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", **variables}
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )


def _as_owner(folder: Path) -> list[str]:
    """PostgreSQL refuses to run as root; the folder is given to the nobody user then."""
    if os.geteuid() != 0:
        return []
    shutil.chown(folder, "nobody")
    for file in folder.iterdir():
        if file.is_file():
            shutil.chown(file, "nobody")
            file.chmod(0o600)
    return ["setpriv", "--reuid=nobody", "--clear-groups"]


def _must(command: list[str], folder: Path | None = None) -> None:
    done = subprocess.run(command, check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL, cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
