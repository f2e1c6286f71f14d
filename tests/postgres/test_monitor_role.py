"""The role that an exporter connects as, made by the real script on a real PostgreSQL server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.aws.documents import analytics, environment
from tests.postgres.server import Server, folders, run, server
from twinstack.postgres.monitor.role import monitor_script
from twinstack.postgres.role import role_script

WATCHED = {"monitoring__kind": "operator"}


@pytest.fixture(name="server", scope="module", params=folders(), ids=str)
def a_server(request: pytest.FixtureRequest) -> Iterator[Server]:
    with server(programs=request.param) as running:
        yield running


def make_roles(server: Server, password: str, role: str = "analytics_user_monitor") -> None:
    script = role_script("DATABASE_URL", "DATABASE_ADMIN_URL", group="analytics_user")
    variables = {
        "DATABASE_URL": server.url("analytics_user", "first"),
        "DATABASE_ADMIN_URL": server.url("analytics_admin", "master"),
        "DATABASE_MONITOR_URL": server.url(role, password),
    }
    done = run(["setsid", "/bin/sh", "-euc", script + monitor_script("DATABASE_MONITOR_URL")], variables)
    assert done.returncode == 0, done.stderr


def test_it_reads_figures_and_no_row(server: Server) -> None:
    make_roles(server, "first")
    server.query("CREATE TABLE IF NOT EXISTS events (id serial PRIMARY KEY, name text)")
    hidden = "SELECT count(*) > 0 FROM pg_stat_activity WHERE query = '<insufficient privilege>'"
    for role, hides, may_show in (("analytics_user", "t", False), ("analytics_user_monitor", "f", True)):
        assert server.query(hidden, role, "first").stdout.strip() == hides, "what others ask, of pg_read_all_stats"
        shown = server.query("SHOW data_directory", role, "first")
        assert (shown.returncode == 0) is may_show, "of pg_read_all_settings"
    refused = server.query("SELECT * FROM events", "analytics_user_monitor", "first")
    assert "permission denied" in refused.stderr


def test_running_again_changes_the_password_and_nothing_else(server: Server) -> None:
    make_roles(server, "first")
    make_roles(server, "second")
    assert server.query("SELECT 1", "analytics_user_monitor", "second").returncode == 0
    assert server.query("SELECT 1", "analytics_user_monitor", "first").returncode != 0


def test_no_log_holds_the_password(server: Server) -> None:
    make_roles(server, "unmistakable")
    assert "unmistakable" not in server.log.read_text(encoding="utf-8")


def test_the_role_of_the_other_turn_keeps_its_login(server: Server) -> None:
    make_roles(server, "even", "analytics_user_monitor_b")
    make_roles(server, "odd", "analytics_user_monitor_a")
    for role, password in (("analytics_user_monitor_b", "even"), ("analytics_user_monitor_a", "odd")):
        assert server.query("SELECT 1", role, password).returncode == 0


def test_its_password_is_one_of_its_own_and_nothing_is_made_without_the_link() -> None:
    document = analytics("prod", **WATCHED)
    secrets = document.find("aws_secretsmanager_secret")
    assert secrets["database_monitor_url"]["name"] == "shadower-analytics/database/monitor-url"
    written = document.find("aws_secretsmanager_secret_version")["database_monitor_url_v1"]["secret_string_wo"]
    read = (
        'jsondecode(ephemeral.aws_secretsmanager_secret_version.database_monitor_password_v1.secret_string)["password"]'
    )
    assert written.startswith(
        f"postgresql://analytics_user_monitor:${{{read}}}@${{aws_db_instance.database.address}}:5432"
    )
    assert written.endswith("?sslmode=verify-full&sslrootcert=/etc/twinstack/database-ca.pem")
    assert "database_monitor_url" not in analytics("prod", monitoring__kind="none").find("aws_secretsmanager_secret")


def test_its_roles_take_turns() -> None:
    database = environment("prod", database__password_version=3).database
    assert [database.monitor_of(version) for version in (1, 2, 3)] == [
        "analytics_user_monitor",
        "analytics_user_monitor_b",
        "analytics_user_monitor_a",
    ]
    longest = environment("prod", database__application_user="u" * 61).database
    assert max(len(longest.monitor_of(version)) for version in (1, 2, 3)) == 63


def test_the_exporter_may_open_no_other_secret() -> None:
    policy = analytics("prod", **WATCHED).find("aws_iam_role_policy")["database_exporter"]["policy"]
    assert "aws_secretsmanager_secret.database_monitor_url.arn" in policy
    assert "aws_secretsmanager_secret.database_url" not in policy
