"""The migration, on a server of PostgreSQL."""

from __future__ import annotations

import psycopg
import pytest

from tests.conftest import Stack
from tests.servers import PATIENCE_SECONDS, ROLE, python


def test_the_application_may_change_rows_and_no_table(stack: Stack) -> None:
    with psycopg.connect(stack.postgres.url(), autocommit=True) as connection:
        owners = connection.execute("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'").fetchall()
        assert owners == [("analytics_admin",)]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("DROP TABLE events")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("CREATE TABLE mine (id int)")


def test_two_migrations_at_once_are_harmless(stack: Stack) -> None:
    both = [stack.start(f"m{n}", "migrate", variables=stack.migration_variables) for n in range(2)]
    assert [each.process.wait(PATIENCE_SECONDS) for each in both] == [0, 0]


def test_a_migration_whose_role_may_not_work_fails(stack: Stack) -> None:
    with psycopg.connect(stack.postgres.admin_url, autocommit=True) as connection:
        connection.execute(f"REVOKE SELECT ON events FROM {ROLE}")
        done = python("-m", "migrate", variables=stack.migration_variables)
        connection.execute(f"GRANT SELECT ON events TO {ROLE}")
    assert done.returncode == 1
    assert "permission denied" in done.stdout
    assert "password" not in done.stdout + done.stderr
