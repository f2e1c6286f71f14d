"""The servers that the service talks to: PostgreSQL, Redis, the stand-in for S3, and the edge. Real ones, on free ports."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import httpx
import psycopg
import redis

from tests.service.processes import PATIENCE_SECONDS, Process, run


class Server:
    """A server process, and what the outages of the test do to it."""

    def __init__(self, name: str, command: Sequence[str], folder: Path) -> None:
        self.process = Process(
            name, command, environment=_PLAIN, folder=folder, log=folder.parent / f"{folder.name}-{name}.log"
        )

    def is_ready(self) -> bool:
        raise NotImplementedError(type(self).__name__)

    def start(self) -> None:
        self.process.start()
        self.process.wait_until(self.is_ready)

    def stop(self) -> None:
        """As its own service would be stopped: at once, whoever is connected."""
        self.process.stop()

    def freeze(self) -> None:
        """Stops it answering without closing anything: what a network that swallows packets looks like."""
        for member in (self.process.pid, *(child.pid for child in self.process.children)):
            os.kill(member, signal.SIGSTOP)

    def thaw(self) -> None:
        for child in self.process.children:
            child.resume()
        os.kill(self.process.pid, signal.SIGCONT)

    def kill(self) -> None:
        self.process.kill()


class Postgres(Server):
    """A cluster in a folder, made by `initialize` or copied from one that is stopped."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.port = port
        command = [
            *_postgres_user(), program("postgres"), "-D", str(folder), "-p", str(port),
            "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "log_statement=none",
        ]  # fmt: skip
        super().__init__("postgres", command, folder)

    def initialize(self) -> None:
        """Makes the cluster, with one superuser whom nobody but the test knows."""
        self.folder.mkdir()
        _give_to_postgres_user(self.folder)
        password = self.folder.with_suffix(".password")
        password.write_text(_SUPERUSER_PASSWORD)
        command = [
            *_postgres_user(), program("initdb"), "-D", str(self.folder), "-U", _SUPERUSER, "--auth=scram-sha-256",
            f"--pwfile={password}", "--encoding=UTF8", "--locale=C", "--no-sync",
        ]  # fmt: skip
        status, output = run(command, environment=_PLAIN, folder=self.folder)
        assert status == 0, output

    def copy(self, folder: Path, port: int) -> Postgres:
        """Another cluster with the same contents. This one must be stopped."""
        assert not self.process.is_running, "a running cluster cannot be copied"
        shutil.copytree(self.folder, folder, ignore=shutil.ignore_patterns("postmaster.*"))
        _give_to_postgres_user(folder)
        return Postgres(folder, port)

    def is_ready(self) -> bool:
        with contextlib.suppress(psycopg.OperationalError), self.connect("postgres"):
            return True
        return False

    def connect(self, database: str) -> psycopg.Connection:
        """A connection of the superuser, each statement on its own."""
        return psycopg.connect(
            host="127.0.0.1", port=self.port, user=_SUPERUSER, password=_SUPERUSER_PASSWORD, dbname=database,
            connect_timeout=PATIENCE_SECONDS, autocommit=True,
        )  # fmt: skip

    def rows(self, database: str, statement: str, *parameters: object) -> list[tuple]:
        """What a query returns."""
        with self.connect(database) as connection:
            return connection.execute(statement.encode(), parameters).fetchall()

    def execute(self, database: str, *statements: str) -> None:
        with self.connect(database) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def stop(self) -> None:
        """INT is PostgreSQL's fast shutdown: TERM would wait for every client to leave."""
        self.process.signal(signal.SIGINT)
        self.process.wait()


class Redis(Server):
    """A Redis that keeps what it has over a restart, as the cluster's does."""

    def __init__(self, folder: Path, port: int) -> None:
        folder.mkdir()
        self.port = port
        command = [
            program("redis-server"), "--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder),
            "--save", "", "--appendonly", "yes", "--maxmemory-policy", "noeviction",
        ]  # fmt: skip
        super().__init__("redis", command, folder)
        self.client = redis.Redis(port=port, socket_timeout=PATIENCE_SECONDS, decode_responses=True)

    def is_ready(self) -> bool:
        with contextlib.suppress(redis.RedisError):
            return bool(self.client.ping())
        return False


class ObjectStore(Server):
    """moto's S3, which keeps nothing once it is stopped."""

    def __init__(self, folder: Path, port: int, bucket: str) -> None:
        folder.mkdir()
        self.url = f"http://localhost:{port}"
        self.bucket = bucket
        command = [str(Path(sys.executable).with_name("moto_server")), "-H", "127.0.0.1", "-p", str(port)]
        super().__init__("s3", command, folder)

    def is_ready(self) -> bool:
        """Makes the bucket, as the local stack's health check does."""
        with contextlib.suppress(httpx.TransportError):
            return httpx.put(f"{self.url}/{self.bucket}", timeout=PATIENCE_SECONDS).is_success
        return False

    def listing(self) -> str:
        """The bucket's listing, as S3 answers it."""
        return httpx.get(f"{self.url}/{self.bucket}", timeout=PATIENCE_SECONDS).text


class Edge(Server):
    """nginx with the generated configuration. What names the containers' world is replaced: the ports of the services,
    the port it listens on, and the folder that is /tmp there.
    """

    def __init__(self, folder: Path, port: int, configuration: str, upstreams: Iterable[tuple[str, int]]) -> None:
        folder.mkdir()
        self.url = f"http://127.0.0.1:{port}"
        text = configuration.replace("listen 8080;", f"listen 127.0.0.1:{port};").replace(" /tmp/", f" {folder}/")
        for service, actual in upstreams:
            text = text.replace(f"http://{service};", f"http://127.0.0.1:{actual};")
        path = folder / "nginx.conf"
        path.write_text(text)
        super().__init__("nginx", [program("nginx"), "-c", str(path), "-g", "daemon off;"], folder)

    def is_ready(self) -> bool:
        with contextlib.suppress(httpx.TransportError):
            return httpx.get(f"{self.url}/edge-health", timeout=PATIENCE_SECONDS).status_code == 204
        return False


def program(name: str) -> str:
    """Where a program is: on the path, or where Debian keeps PostgreSQL's and root's."""
    places = [os.environ.get("PATH", ""), *map(str, sorted(Path("/usr/lib/postgresql").glob("*/bin"))), "/usr/sbin"]
    found = shutil.which(name, path=os.pathsep.join(places))
    assert found, f"{name} is not installed: scripts/service-test.sh installs it where it may"
    return found


def _postgres_user() -> list[str]:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return []
    user = _unprivileged()
    return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]


def _give_to_postgres_user(folder: Path) -> None:
    if os.geteuid() == 0:
        user = _unprivileged()
        for path in (folder, *folder.rglob("*")):
            os.chown(path, user.pw_uid, user.pw_gid)


def _unprivileged() -> pwd.struct_passwd:
    with contextlib.suppress(KeyError):
        return pwd.getpwnam("postgres")
    return pwd.getpwnam("nobody")


_SUPERUSER: Final = "service_test"
_SUPERUSER_PASSWORD: Final = "of-the-service-test"
_PLAIN: Final = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "HOME": "/nonexistent"}
"""A server's environment: nothing of the developer's own."""
