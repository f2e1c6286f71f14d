"""The local stack of analytics: what is committed is what the environment says, and both are what was asked for."""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
import yaml

from stacks import AnalyticsEnvironment, product
from tests.checkers import COMPOSE, needs_compose
from tests.local_files import texts_of
from twinstack.environment import WorkloadSpec

ROOT = Path(__file__).parents[2]


@cache
def environment() -> AnalyticsEnvironment:
    return product.load("dev")


@cache
def files() -> dict[str, str]:
    return texts_of(environment())


def services() -> dict[str, Any]:
    return yaml.safe_load(files()["compose.yaml"])["services"]


def sourced(file: Path, tmp_path: Path) -> dict[str, str]:
    """What a shell makes of an env file, and nothing that it had before."""
    script = f"set -a; . {file}; env -0"
    ran = subprocess.run(["sh", "-c", script], cwd=tmp_path, capture_output=True, check=True, text=True, env={})
    return dict(line.split("=", 1) for line in ran.stdout.split("\0") if line)


@pytest.mark.parametrize("path", sorted(files()))
def test_the_committed_file_is_what_the_environment_says(path: str) -> None:
    assert (ROOT / path).read_text(encoding="utf-8") == files()[path], "run `make local`, and look at the difference"


def test_no_generated_file_is_left_from_before() -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "monitoring", "local"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert set(tracked.stdout.split()) == {path for path in files() if path.startswith(("monitoring/", "local/"))}


@pytest.mark.parametrize("workload", sorted(spec.key for spec in environment().workloads))
def test_a_workload_has_the_variables_of_the_cluster_and_what_the_stand_in_for_s3_needs(workload: str) -> None:
    spec = environment().specs[workload]
    assert isinstance(spec, WorkloadSpec)
    in_cluster = {*spec.own_variables, *(variable.name for variable in environment().variables_of(spec))}
    here = set(services()[spec.compose_name].get("environment", {}))
    assert in_cluster <= here
    assert here - in_cluster <= {"AWS_ENDPOINT_URL_S3", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}


def test_the_services_of_the_requirement_are_there_and_those_of_the_issue() -> None:
    usual = [name for name, one in services().items() if "profiles" not in one]
    watching = [name for name, one in services().items() if one.get("profiles") == ["monitoring"]]
    assert usual == [
        "postgres",
        "redis",
        "s3",
        "backend",
        "frontend",
        "celery-worker",
        "celery-beat",
        "migration",
        "edge",
    ]
    assert watching == ["postgres-exporter", "redis-exporter", "prometheus", "node-exporter", "grafana"]


def test_the_servers_are_of_the_versions_asked_for() -> None:
    assert services()["postgres"]["image"] == "postgres:15-alpine"
    assert services()["redis"]["image"] == "redis:7-alpine"
    assert services()["redis"]["command"] == ["redis-server", "--appendonly", "yes", "--maxmemory-policy", "noeviction"]


def test_the_addresses_are_those_of_the_stack_and_made_of_the_variables_of_the_env_file() -> None:
    variables = services()["celery-worker"]["environment"]
    assert variables["DATABASE_URL"] == "postgresql://${DB_USER}:${DB_PASSWORD}@postgres:5432/${DB_NAME:-analytics}"
    assert variables["REDIS_URL"] == "redis://redis:6379/0"
    assert variables["EXPORTS_BUCKET"] == "shadower-analytics-exports-dev"


def test_a_workload_waits_for_what_it_uses_and_for_the_migration() -> None:
    assert services()["backend"]["depends_on"] == {
        "postgres": {"condition": "service_healthy"},
        "migration": {"condition": "service_completed_successfully"},
        "redis": {"condition": "service_healthy"},
        "s3": {"condition": "service_healthy"},
    }
    assert services()["migration"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    assert services()["edge"]["depends_on"] == {
        "backend": {"condition": "service_started"},
        "frontend": {"condition": "service_started"},
    }


def test_what_others_wait_for_has_a_health_check() -> None:
    every = services()
    waited = {name for one in every.values() for name, need in one.get("depends_on", {}).items() if need["condition"] == "service_healthy"}  # fmt: skip
    assert waited == {"postgres", "redis", "s3", "prometheus"}
    assert all("healthcheck" in every[name] for name in waited)


def test_the_products_own_containers_run_as_in_the_cluster() -> None:
    for spec in environment().workloads:
        one = services()[spec.compose_name]
        assert one["user"] == str(spec.user)
        assert (one["read_only"], one["tmpfs"], one["cap_drop"]) == (True, ["/tmp"], ["ALL"])
        assert one.get("entrypoint", []) == list(spec.command)
    assert services()["backend"]["deploy"]["resources"]["limits"] == {"cpus": "0.5", "memory": "512M"}


def test_a_task_in_flight_has_the_time_that_the_cluster_gives_it() -> None:
    assert services()["celery-worker"]["stop_grace_period"] == "360s"
    assert services()["celery-worker"]["healthcheck"]["test"] == ["CMD", "python", "-m", "health", "worker"]


def test_no_port_is_open_beyond_this_machine() -> None:
    published = [port for one in services().values() for port in one.get("ports", [])]
    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_every_variable_of_the_requirement_has_a_line_with_a_comment() -> None:
    text = files()[".env.example"]
    asked = [
        "DB_HOST",
        "DB_PORT",
        "DB_NAME",
        "DB_USER",
        "DB_PASSWORD",
        "REDIS_URL",
        "JWT_SECRET",
        "JWT_ALGORITHM",
        "JWT_EXPIRATION_HOURS",
        "MAIN_APP_API_URL",
        "SHARED_JWT_SECRET",
        "SENDGRID_API_KEY",
        "FROM_EMAIL",
        "SENTRY_DSN",
        "NEW_RELIC_LICENSE_KEY",
        "ENABLE_PREDICTIVE_ANALYTICS",
        "ENABLE_REALTIME_UPDATES",
        "ENABLE_EXPORT_FEATURE",
        "RATE_LIMIT_PER_MINUTE",
        "RATE_LIMIT_PER_HOUR",
    ]
    lines = text.splitlines()
    for name in asked:
        (index,) = [number for number, line in enumerate(lines) if line.startswith(f"{name}=")]
        assert lines[index - 1].startswith("# ")
    headings = [lines[number + 1] for number, line in enumerate(lines) if not line]
    assert set(headings) >= {f"# {title}" for title in ("Database", "Redis", "JWT", "Main App Integration", "Email", "Monitoring", "Feature Flags", "Rate Limiting")}  # fmt: skip


def test_every_secret_is_called_one_in_the_env_file() -> None:
    lines = files()[".env.example"].splitlines()
    called = {lines[number + 1].split("=")[0] for number, line in enumerate(lines) if line.startswith("# Secret: ")}
    secret = {one.name for spec in environment().workloads for one in environment().variables_of(spec) if one.secret}
    off = {name for name, one in environment().integrations.provided.items() if not one.is_delivered}
    former = {"JWT_SECRET_PREVIOUS", "SHARED_JWT_SECRET_PREVIOUS"}
    assert called == secret | off | former | {"DB_PASSWORD"}


def test_a_process_outside_the_stack_gets_every_variable_from_the_env_file(tmp_path: Path) -> None:
    values = sourced(ROOT / ".env.example", tmp_path)
    for spec in environment().workloads:
        needed = {*spec.own_variables, *(variable.name for variable in environment().variables_of(spec))}
        assert needed <= set(values)
    assert values["DATABASE_URL"] == "postgresql://analytics_user:local_password@localhost:5432/analytics"


@needs_compose
def test_compose_reads_the_env_file_as_a_shell_does(tmp_path: Path) -> None:
    command = [COMPOSE, "--env-file", ".env.example", "--profile", "*", "config", "--format", "json"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, env={"PATH": os.defpath})
    document = yaml.safe_load(ran.stdout)
    values = sourced(ROOT / ".env.example", tmp_path)
    variables = document["services"]["backend"]["environment"]
    differing = {name for name, value in variables.items() if values[name] != value}
    assert differing == {"DATABASE_URL", "REDIS_URL", "AWS_ENDPOINT_URL_S3"}, "these name hosts of the stack"
    assert variables["DATABASE_URL"] == "postgresql://analytics_user:local_password@postgres:5432/analytics"


def test_prometheus_has_the_four_jobs_of_the_requirement() -> None:
    document = yaml.safe_load(files()["monitoring/prometheus.yml"])
    jobs = {one["job_name"]: (one["metrics_path"], one["static_configs"][0]["targets"]) for one in document["scrape_configs"]}  # fmt: skip
    assert jobs == {
        "analytics-backend": ("/metrics", ["analytics-backend:8000"]),
        "postgres-exporter": ("/metrics", ["postgres-exporter:9187"]),
        "redis-exporter": ("/metrics", ["redis-exporter:9121"]),
        "node-exporter": ("/metrics", ["node-exporter:9100"]),
    }
    assert document["global"] == {"scrape_interval": "15s", "evaluation_interval": "15s"}


def test_every_target_of_prometheus_is_a_host_of_the_stack() -> None:
    hosts = {*services(), *(alias for one in services().values() for alias in one.get("networks", {}).get("default", {}).get("aliases", []))}  # fmt: skip
    document = yaml.safe_load(files()["monitoring/prometheus.yml"])
    targets = [target for one in document["scrape_configs"] for target in one["static_configs"][0]["targets"]]
    assert {target.split(":")[0] for target in targets} <= hosts


def test_the_edge_routes_as_in_the_cluster_and_refuses_the_same_bodies() -> None:
    text = files()["local/edge.conf"]
    for place in ("location = /api ", "location /api/ ", "location = /ws ", "location /ws/ ", "location / "):
        assert place in text
    assert "client_max_body_size 10m;" in text
    assert "rate=100r/m" in text
    assert "proxy_read_timeout 3600s;" in text


@pytest.mark.skipif(shutil.which("nginx", path="/usr/sbin:" + os.environ.get("PATH", "")) is None, reason="nginx is not installed")  # fmt: skip
def test_nginx_takes_the_configuration_of_the_edge(tmp_path: Path) -> None:
    nginx = shutil.which("nginx", path="/usr/sbin:" + os.environ.get("PATH", ""))
    assert nginx is not None
    file = tmp_path / "nginx.conf"
    file.write_text(files()["local/edge.conf"].replace("/tmp/", f"{tmp_path}/"), encoding="utf-8")
    ran = subprocess.run([nginx, "-t", "-c", str(file), "-e", "stderr"], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr


def test_each_file_stands_where_a_container_mounts_it() -> None:
    mounted = {
        volume.split(":")[0].removeprefix("./")
        for one in services().values()
        for volume in one.get("volumes", [])
        if volume.startswith("./")
    }
    assert mounted == set(files()) - {"compose.yaml", ".env.example"}
    assert all(PurePosixPath(path).parts[0] in {"monitoring", "local"} for path in mounted)
