"""Second names and parts of a connection in the local stack, and in .env for a process beside it."""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path, PurePosixPath

from tests.local.test_stand_in import DATABASE, REDIS, compose_takes, stack, web, workload
from twinstack.environment import Environment
from twinstack.postgres import PostgresSpec
from twinstack.redis import RedisSpec
from twinstack.secrets import SecretsSpec
from twinstack.settings import SettingsSpec
from twinstack.web_service import WebServiceSpec
from twinstack.worker import WorkerSpec


class Shop(Environment):
    database: PostgresSpec
    cache: RedisSpec
    settings: SettingsSpec
    credentials: SecretsSpec
    api: WebServiceSpec
    worker: WorkerSpec


BASE = (
    f"database: {DATABASE[:-1]}, compose: {{prefix: DB}}}}\ncache: {REDIS.format(', variable: REDIS_URL')}"
    "settings: {variables: {LOG_LEVEL: info}}\ncredentials: {generated: {JWT_SECRET: {}}}\n" + web("api", 8000)
)
DB = "host: DB_HOST, port: DB_PORT, name: DB_NAME, user: DB_USER, password: DB_PASSWORD, sslmode: PGSSLMODE"


def lines(env: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in env.splitlines() if line and not line.startswith("#"))


def test_a_container_is_given_each_part_and_each_name() -> None:
    uses = (
        f"database: {{variables: {{url: [], {DB}}}}}, "
        "cache: {variables: {url: [REDIS_URL, CELERY_BROKER_URL], host: REDIS_HOST, password: REDIS_PASSWORD, tls: REDIS_TLS}}, "
        "settings: {variables: {LOG_LEVEL: [LOG_LEVEL, log_level]}}, credentials: {variables: {JWT_SECRET: SECRET_KEY}}, "
        "api: {variables: {host: API_HOST, port: API_PORT}}"
    )
    _, env, files = stack(Shop, BASE + workload("worker", uses))
    services = compose_takes(files)
    secret = lines(env)["JWT_SECRET"]
    assert services["worker"]["environment"] == {
        "ENVIRONMENT": "live",
        "DB_HOST": "database",
        "DB_PORT": "5432",
        "DB_NAME": "shop",
        "DB_USER": "clerk",
        "DB_PASSWORD": "local_password",
        "PGSSLMODE": "prefer",
        "REDIS_URL": "redis://cache:6379/0",
        "CELERY_BROKER_URL": "redis://cache:6379/0",
        "REDIS_HOST": "cache",
        "REDIS_PASSWORD": "",
        "REDIS_TLS": "false",
        "LOG_LEVEL": "info",
        "log_level": "info",
        "SECRET_KEY": secret,
        "API_URL": "http://api:8000",
        "API_HOST": "api",
        "API_PORT": "8000",
    }
    assert "DATABASE_URL" not in lines(env), "nobody is given it"


def test_a_process_outside_reads_the_same_names_with_the_values_of_the_machine(tmp_path: Path) -> None:
    uses = (
        "database: {variables: {host: PGHOST, port: PGPORT, password: PGPASSWORD}}, cache: {variables: {url: BROKER}}"
    )
    _, env, _ = stack(Shop, BASE + workload("worker", uses))
    (tmp_path / ".env").write_text(env)
    names = ("PGHOST", "PGPORT", "PGPASSWORD", "BROKER", "DATABASE_URL")
    shown = "; ".join(f"printf '%s\\n' \"${name}\"" for name in names)
    script = f"set -a; . {shlex.quote(str(tmp_path / '.env'))}; set +a; {shown}"
    ran = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True, env={"PATH": os.defpath})
    assert ran.stdout.split() == [
        "localhost",
        "5432",
        "local_password",
        "redis://localhost:6379/0",
        "postgresql://clerk:local_password@localhost:5432/shop",
    ]
    assert "REDIS_URL" not in lines(env)


def test_a_link_without_names_changes_no_file() -> None:
    plain = stack(Shop, BASE + workload("worker", "database, cache, settings, credentials, api"))[2]
    written = stack(
        Shop,
        BASE
        + workload(
            "worker", "database: {access: write}, cache: {variables: {url: REDIS_URL}}, settings, credentials, api"
        ),
    )[2]
    for path in ("compose.yaml", ".env.example"):
        assert plain[PurePosixPath(path)] == written[PurePosixPath(path)]
