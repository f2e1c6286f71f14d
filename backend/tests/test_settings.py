"""Which variables each process needs, and what it says of wrong ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from settings import MigrationSettings, SchedulerSettings, WebSettings, WorkerSettings, load
from tests.servers import PLAIN, UNREACHABLE, WEB, python

COMMANDS = {
    "web": ("-m", "uvicorn", "main:app", "--port", "1"),
    "worker": ("-m", "celery", "-A", "tasks", "worker"),
    "scheduler": ("-m", "celery", "-A", "tasks", "beat"),
    "migration": ("-m", "migrate"),
    "issue_token": ("-m", "issue_token"),
    "failed_tasks": ("-m", "failed_tasks", "list"),
}
SETTINGS = {
    "web": WebSettings,
    "worker": WorkerSettings,
    "scheduler": SchedulerSettings,
    "migration": MigrationSettings,
    "issue_token": WebSettings,
    "failed_tasks": SchedulerSettings,
}


@pytest.mark.parametrize("process", COMMANDS)
def test_a_process_without_variables_names_all_of_them_and_ends_with_2(process: str) -> None:
    done = python(*COMMANDS[process], variables={})
    needed = {name.upper() for name, field in SETTINGS[process].model_fields.items() if field.is_required()}
    assert done.returncode == 2, done.stderr
    assert {line.strip() for line in done.stderr.splitlines()[1:]} == {f"{name}: missing" for name in needed}
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.parametrize("process", ["web", "worker"])
def test_malformed_values_are_named_with_their_rule_and_never_printed(process: str) -> None:
    bad = {
        "DATABASE_URL": "mysql://root:hunter2@host/analytics",
        "REDIS_URL": "hunter2",
        "JWT_SECRET": "hunter2",
        "RATE_LIMIT_PER_MINUTE": "0",
        "ENABLE_EXPORT_FEATURE": "hunter2",
        "JWT_ALGORITHM": "none",
        "MAIN_APP_API_URL": "",
    }
    if process == "worker":
        del bad["JWT_SECRET"]  # it signs no tokens
    done = python(*COMMANDS[process], variables={**WEB, **bad})
    assert done.returncode == 2
    assert [line.split(":")[0].strip() for line in done.stderr.splitlines()[1:]] == sorted(bad)
    assert "hunter2" not in done.stdout + done.stderr
    assert ("at least 32" in done.stderr) == (process == "web")


def _load(monkeypatch: pytest.MonkeyPatch, kind: type, variables: dict[str, str]) -> object:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return load(kind)


def test_the_scheduler_needs_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _load(monkeypatch, SchedulerSettings, {**PLAIN, **UNREACHABLE})


def test_the_migration_needs_the_addresses_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    url = UNREACHABLE["DATABASE_URL"]
    given = {"ENVIRONMENT": "test", "DATABASE_URL": url, "DATABASE_ADMIN_URL": url}
    assert _load(monkeypatch, MigrationSettings, given)


def test_the_migration_reads_the_files_that_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    url = UNREACHABLE["DATABASE_URL"]
    given = {"ENVIRONMENT": "test"}
    for name in ("DATABASE_URL", "DATABASE_ADMIN_URL"):
        (tmp_path / name).write_text(f"{url}\n")
        given[f"{name}_FILE"] = str(tmp_path / name)
    settings = _load(monkeypatch, MigrationSettings, given)
    assert isinstance(settings, MigrationSettings)
    assert settings.database_admin_url.get_secret_value() == url


def test_the_worker_needs_no_key_of_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _load(monkeypatch, WorkerSettings, {name: value for name, value in WEB.items() if "JWT_SECRET" not in name})


@pytest.mark.parametrize("name", ["SENDGRID_API_KEY", "SENTRY_DSN", "NEW_RELIC_LICENSE_KEY"])
def test_a_feature_without_its_secret_is_off(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _load(monkeypatch, WorkerSettings, {**WEB, name: ""})


@pytest.mark.parametrize("name", sorted(set(WEB) - {"SENDGRID_API_KEY", "SENTRY_DSN", "NEW_RELIC_LICENSE_KEY"}))
def test_every_other_variable_must_have_a_value(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        _load(monkeypatch, WebSettings, {**WEB, name: ""})
    assert f"  {name}: " in capsys.readouterr().err


def test_the_body_limit_is_10_unless_given(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _load(monkeypatch, WebSettings, WEB).body_limit_mib == 10
    assert _load(monkeypatch, WebSettings, {"BODY_LIMIT_MIB": "3"}).body_limit_mib == 3


@pytest.mark.parametrize("name", ["JWT_SECRET_PREVIOUS", "SHARED_JWT_SECRET_PREVIOUS"])
def test_a_former_key_may_be_missing_or_empty_and_else_is_a_key(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _load(monkeypatch, WebSettings, {**WEB, name: ""})
    with pytest.raises(SystemExit, match="2"):
        _load(monkeypatch, WebSettings, {name: "short"})
    assert f"  {name}: must have at least 32 characters, or be empty" in capsys.readouterr().err


def test_settings_hide_their_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = repr(_load(monkeypatch, WebSettings, WEB))
    assert "hidden-password" not in shown
    assert WEB["JWT_SECRET"] not in shown
