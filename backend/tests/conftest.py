"""The servers, started once for all tests; where a program is missing its tests are skipped and say which."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import boto3
import httpx
import psycopg
import pytest
from moto.server import ThreadedMotoServer

from schema import metadata
from settings import WebSettings
from tests.servers import (
    PATIENCE_SECONDS,
    PLAIN,
    WEB,
    Certificates,
    Postgres,
    Process,
    RedisServer,
    free_port,
    postgres_programs,
    python,
    wait_until,
)
from tests.stopwatch import Stopwatch
from tokens import Tokens

BUCKET = "test-exports"
UNLIMITED = {"RATE_LIMIT_PER_MINUTE": "1000000", "RATE_LIMIT_PER_HOUR": "1000000"}
CHILDREN = 2
"""Of a worker: as many tasks as it works on at once."""


def web_settings(**changes: str) -> WebSettings:
    """Settings for the application in this process, of servers that are not there unless told otherwise."""
    return WebSettings(**{name.lower(): value for name, value in {**WEB, **changes}.items()})


@pytest.fixture(scope="session")
def programs() -> None:
    missing = [name for name in ("redis-server", "openssl", "setpriv") if not shutil.which(name)]
    if postgres_programs() is None:
        missing.append("postgresql (initdb)")
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")


@pytest.fixture(scope="session")
def certificates(programs: None, tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="session")
def object_storage(programs: None) -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=free_port(), verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    client = boto3.client(
        "s3", region_name="us-west-2", endpoint_url=address, aws_access_key_id="local", aws_secret_access_key="local"
    )
    client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "us-west-2"})
    client.close()
    yield address
    server.stop()


@dataclass
class Stack:
    """The servers, and the service's processes started on them."""

    folder: Path
    postgres: Postgres
    redis: RedisServer
    storage: str
    authority: Path | None = None
    processes: list[Process] = field(default_factory=list)

    @property
    def variables(self) -> dict[str, str]:
        trusted = {"SSL_CERT_FILE": str(self.authority)} if self.authority else {}
        return {
            **WEB,
            **trusted,
            "DATABASE_URL": self.postgres.url(),
            "REDIS_URL": self.redis.url,
            "AWS_ENDPOINT_URL_S3": self.storage,
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local",
        }

    @property
    def migration_variables(self) -> dict[str, str]:
        addresses = {"DATABASE_URL": self.postgres.url(), "DATABASE_ADMIN_URL": self.postgres.admin_url}
        return {"ENVIRONMENT": "test", **addresses}

    @property
    def scheduler_variables(self) -> dict[str, str]:
        given = (*PLAIN, "DATABASE_URL", "REDIS_URL", "SSL_CERT_FILE")
        return {name: value for name, value in self.variables.items() if name in given}

    def start(self, name: str, *command: str, variables: dict[str, str] | None = None) -> Process:
        process = Process(self.folder, name, *command, variables=variables or self.variables)
        self.processes.append(process)
        return process

    def web(self, **changes: str) -> Web:
        """A web process that lets a test ask as often as it waits, unless told otherwise."""
        port = free_port()
        options = (
            "--port",
            str(port),
            "--http",
            "connections:BoundedProtocol",
            "--ws",
            "websockets-sansio",
            "--no-access-log",
        )
        process = self.start(
            "web", "uvicorn", "main:app", *options, "--timeout-graceful-shutdown", "5",
            variables={**self.variables, **UNLIMITED, **changes},
        )  # fmt: skip

        def listening() -> bool:
            assert process.process.poll() is None, process.log()
            with suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS):
                return True
            return False

        wait_until(listening)
        return Web(process, f"127.0.0.1:{port}")

    def worker(self, **changes: str) -> Process:
        process = self.start(
            "worker", "celery", "-A", "tasks", "worker", "-l", "info", "--concurrency", str(CHILDREN),
            variables={**self.variables, **changes},
        )  # fmt: skip
        process.wait_for(" ready.")
        return process

    def scheduler(self) -> Process:
        return self.start(
            "beat", "celery", "-A", "tasks", "beat", "-l", "info", variables=self.scheduler_variables
        )  # fmt: skip


@dataclass
class Web:
    """A running web process."""

    process: Process
    address: str

    def client(self, subject: str | None = None) -> httpx.Client:
        """A client with a token of its own, so that no test uses up another's rate."""
        headers = {"Authorization": f"Bearer {token(subject)}"}
        return httpx.Client(base_url=f"http://{self.address}", headers=headers, timeout=PATIENCE_SECONDS)

    def get(self, path: str, **headers: str) -> httpx.Response:
        """The answer to somebody who has no token but what these headers say."""
        return httpx.get(f"http://{self.address}{path}", headers=headers, timeout=PATIENCE_SECONDS)

    @property
    def stopwatch(self) -> Stopwatch:
        """One that begins now."""
        return Stopwatch(self.process.process.pid)


def token(subject: str | None = None, *, hours: float | None = None, **claims: str) -> str:
    return Tokens(web_settings()).issue(subject or uuid4().hex, hours=hours, claims=claims)


@pytest.fixture
def stack_of(tmp_path: Path) -> Iterator[Callable[..., Stack]]:
    stacks: list[Stack] = []

    def make(*arguments: object, **options: object) -> Stack:
        stacks.append(Stack(tmp_path, *arguments, **options))
        return stacks[-1]

    yield make
    for stack in stacks:
        for process in stack.processes:
            process.kill()


@pytest.fixture(scope="session")
def servers(programs: None) -> Iterator[tuple[Postgres, RedisServer]]:
    postgres, redis = Postgres(), RedisServer()
    variables = {"ENVIRONMENT": "test", "DATABASE_URL": postgres.url(), "DATABASE_ADMIN_URL": postgres.admin_url}
    for _ in range(2):  # the second time there is nothing to do
        done = python("-m", "migrate", variables=variables)
        assert done.returncode == 0, done.stdout + done.stderr
    yield postgres, redis
    redis.stop()
    postgres.remove()


@pytest.fixture
def stack(servers: tuple[Postgres, RedisServer], object_storage: str, stack_of: Callable[..., Stack]) -> Stack:
    """The servers that all tests share, with nothing in them.

    A flushed queue leaves events that nobody counts until a later test's scheduler finds them, in the midst of its counting.
    """
    postgres, redis = servers
    redis.client().flushdb()  # nobody's requests count in another test
    with psycopg.connect(postgres.admin_url) as connection:
        connection.execute(f"TRUNCATE {', '.join(metadata.tables)}")
    return stack_of(postgres, redis, object_storage)


@pytest.fixture(autouse=True)
def only_given_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the developer's shell exports must not decide a test."""
    for name in (*WEB, "DATABASE_ADMIN_URL", "BODY_LIMIT_MIB"):
        monkeypatch.delenv(name, raising=False)
    assert not set(WEB) & set(os.environ)
