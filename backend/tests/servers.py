"""Real servers for the tests: PostgreSQL, Redis, an S3 stand-in, and the service's own processes."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import redis

BACKEND = Path(__file__).parents[1]
ADMIN, ADMIN_PASSWORD = "analytics_admin", "adminpassword"
ROLE, ROLE_PASSWORD = "analytics_user", "userpassword"
REDIS_PASSWORD = "redispassword"

PATIENCE_SECONDS = 300
"""For what should take a moment: on a machine that is busy with something else it takes longer, and fails no test."""

PLAIN = {
    "ENVIRONMENT": "test",
    "JWT_ALGORITHM": "HS256",
    "JWT_EXPIRATION_HOURS": "24",
    "MAIN_APP_API_URL": "https://api.example.com",
    "FROM_EMAIL": "analytics@example.com",
    "ENABLE_PREDICTIVE_ANALYTICS": "true",
    "ENABLE_REALTIME_UPDATES": "true",
    "ENABLE_EXPORT_FEATURE": "true",
    "RATE_LIMIT_PER_MINUTE": "40",
    "RATE_LIMIT_PER_HOUR": "1000",
}
SECRET = {
    "JWT_SECRET": "j" * 32,
    "SHARED_JWT_SECRET": "s" * 32,
    "SENDGRID_API_KEY": "",
    "SENTRY_DSN": "",
    "NEW_RELIC_LICENSE_KEY": "",
}
UNREACHABLE = {
    "DATABASE_URL": "postgresql://nobody:hidden-password@127.0.0.1:1/analytics",
    "REDIS_URL": "redis://:hidden-password@127.0.0.1:1/0",
}
WEB = {**PLAIN, **SECRET, **UNREACHABLE, "AWS_REGION": "us-west-2", "EXPORTS_BUCKET": "test-exports"}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(condition: Callable[[], object], every: float = 0.1) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < end, f"not within {PATIENCE_SECONDS} s"
        time.sleep(every)


async def until(condition: Callable[[], object]) -> None:
    """Let the loop go on until it is so."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not condition():
            await asyncio.sleep(0.001)


def postgres_programs() -> Path | None:
    found = [Path(path).parent for path in (shutil.which("initdb"),) if path]
    return (found + sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True) + [None])[0]


class Certificates:
    """An authority of the tests' own, and a server certificate for localhost."""

    def __init__(self, folder: Path) -> None:
        self.authority, self.certificate, self.key = folder / "ca.pem", folder / "server.pem", folder / "server.key"
        new = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
        authority_key = str(folder / "ca.key")
        run(
            *new, "-keyout", authority_key, "-out", str(self.authority), "-subj", "/CN=Test Authority",
            "-addext", "keyUsage=critical,keyCertSign,cRLSign",
        )  # fmt: skip
        run(
            *new, "-keyout", str(self.key), "-out", str(self.certificate), "-subj", "/CN=localhost",
            "-addext", "subjectAltName=DNS:localhost", "-addext", "basicConstraints=critical,CA:FALSE",
            "-CA", str(self.authority), "-CAkey", authority_key,
        )  # fmt: skip


def run(*command: str, **options: object) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_SECONDS, **options)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


class Postgres:
    """A server with a master user and, as the cluster's init container makes it, the application's role."""

    def __init__(self, certificates: Certificates | None = None) -> None:
        self.programs = postgres_programs()
        assert self.programs
        self.port = free_port()
        self.host = "localhost" if certificates else "127.0.0.1"
        self.options = "?sslmode=require" if certificates else ""
        self.folder = Path(tempfile.mkdtemp(prefix="analytics-pg-"))
        self.as_user: list[str] = []
        if os.geteuid() == 0:  # the server refuses to be root
            self.as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"]
            shutil.chown(self.folder, "postgres", "postgres")
        password = self.folder / "password"
        password.write_text(ADMIN_PASSWORD)
        password.chmod(0o644)
        self.data = self.folder / "data"
        self._run("initdb", "-D", str(self.data), "-U", ADMIN, "-A", "scram-sha-256", f"--pwfile={password}", "-N")
        lines = [f"port={self.port}", f"unix_socket_directories='{self.folder}'", "fsync=off", "max_connections=40"]
        if certificates:
            for name in ("server.pem", "server.key"):
                shutil.copy(certificates.key.with_name(name), self.folder / name)
                if self.as_user:
                    shutil.chown(self.folder / name, "postgres", "postgres")
                (self.folder / name).chmod(0o600)
            lines += ["ssl=on", f"ssl_cert_file='{self.folder}/server.pem'", f"ssl_key_file='{self.folder}/server.key'"]
            hba = self.data / "pg_hba.conf"
            hba.write_text("hostssl all all all scram-sha-256\n")  # what rds.force_ssl does
        with (self.data / "postgresql.conf").open("a") as configuration:
            configuration.write("\n".join(lines) + "\n")
        self.start()
        with psycopg.connect(self.url(ADMIN, ADMIN_PASSWORD, "postgres"), autocommit=True) as connection:
            connection.execute("CREATE DATABASE analytics")
        self.make_role()

    def _run(self, program: str, *arguments: str) -> None:
        run(*self.as_user, str(self.programs / program), *arguments, cwd=self.folder)

    def url(self, user: str = ROLE, password: str = ROLE_PASSWORD, database: str = "analytics") -> str:
        return f"postgresql://{user}:{password}@{self.host}:{self.port}/{database}{self.options}"

    @property
    def admin_url(self) -> str:
        return self.url(ADMIN, ADMIN_PASSWORD)

    def make_role(self) -> None:
        """The statements of twinstack's role script."""
        with psycopg.connect(self.admin_url, autocommit=True) as connection:
            for statement in (
                f"CREATE ROLE {ROLE}",
                f"ALTER ROLE {ROLE} WITH LOGIN NOCREATEDB NOCREATEROLE PASSWORD '{ROLE_PASSWORD}'",
                f"GRANT CONNECT, TEMPORARY ON DATABASE analytics TO {ROLE}",
                f"GRANT USAGE ON SCHEMA public TO {ROLE}",
                f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {ROLE}",
                f"GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public TO {ROLE}",
                f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {ROLE}",
                f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT, UPDATE ON SEQUENCES TO {ROLE}",
            ):
                connection.execute(statement)

    def start(self) -> None:
        self._run("pg_ctl", "-D", str(self.data), "-w", "-l", str(self.folder / "log"), "start")

    def stop(self) -> None:
        self._run("pg_ctl", "-D", str(self.data), "-w", "-m", "immediate", "stop")

    def freeze(self, *, thaw: bool = False) -> None:
        """Stop every process of the server where it stands: connections are taken, nothing answers."""
        main = int((self.data / "postmaster.pid").read_text().splitlines()[0])
        children = Path(f"/proc/{main}/task/{main}/children").read_text().split()
        for process in (main, *map(int, children)):
            os.kill(process, signal.SIGCONT if thaw else signal.SIGSTOP)

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


class RedisServer:
    """A server, with TLS and a password or with neither."""

    def __init__(self, certificates: Certificates | None = None) -> None:
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self.arguments = ["--port", str(self.port)]
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.client_options: dict[str, str] = {}
        if certificates:
            self.arguments = [
                "--port", "0", "--tls-port", str(self.port), "--tls-auth-clients", "no", "--requirepass", REDIS_PASSWORD,
                "--tls-cert-file", str(certificates.certificate), "--tls-key-file", str(certificates.key),
            ]  # fmt: skip
            self.url = f"rediss://:{REDIS_PASSWORD}@localhost:{self.port}/0?ssl_cert_reqs=required"
            self.client_options = {"ssl_ca_certs": str(certificates.authority)}
        self.start()

    def client(self) -> redis.Redis:
        return redis.Redis.from_url(self.url, **self.client_options, protocol=2)

    def start(self) -> None:
        command = ["redis-server", "--save", "", "--appendonly", "no", "--bind", "127.0.0.1", *self.arguments]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        wait_until(self._answers)

    def _answers(self) -> bool:
        try:
            with self.client() as client:
                return bool(client.ping())
        except redis.ConnectionError:
            return False

    def stop(self) -> None:
        assert self.process
        self.process.kill()
        self.process.wait()

    def freeze(self, *, thaw: bool = False) -> None:
        assert self.process
        self.process.send_signal(signal.SIGCONT if thaw else signal.SIGSTOP)


class Process:
    """One of the service's processes, with exactly these variables; what it writes is kept in a file."""

    def __init__(self, folder: Path, name: str, *command: str, variables: dict[str, str]) -> None:
        self.output = folder / f"{name}-{free_port()}.log"
        environment = {"PATH": os.environ["PATH"], "TMPDIR": str(folder), "PYTHONDONTWRITEBYTECODE": "1", **variables}
        with self.output.open("wb") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *command], cwd=BACKEND, env=environment, stdout=file, stderr=subprocess.STDOUT
            )

    def log(self) -> str:
        return self.output.read_text()

    def wait_for(self, text: str) -> None:
        def there() -> bool:
            assert self.process.poll() is None, self.log()
            return text in self.log()

        wait_until(there)

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE_SECONDS)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


def python(*command: str, variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run one of the service's commands to its end, with exactly these variables."""
    environment = {"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1", **variables}
    return subprocess.run(
        [sys.executable, *command],
        cwd=BACKEND,
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
    )
