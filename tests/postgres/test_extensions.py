"""Extensions: made by the Job's script on a real server, loaded by the parameter group, made on a developer's machine too."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from tests.aws.documents import analytics
from tests.postgres.database import BASE, TODAY, Shop, load, problem, refused
from tests.postgres.server import Server, run_script, server
from twinstack.environment.links import Access
from twinstack.errors import Problem
from twinstack.layers.load import load_text
from twinstack.postgres.role import role_script


@pytest.fixture(name="server", scope="module")
def a_server() -> Iterator[Server]:
    with server() as running:
        yield running


def made(server: Server, *extensions: str) -> subprocess.CompletedProcess[str]:
    script = role_script("DATABASE_URL", "DATABASE_ADMIN_URL", group="analytics_user", extensions=extensions)
    return run_script(server.url("analytics_user", "first"), server.url("analytics_admin", "master"), script)


def there(server: Server) -> set[str]:
    return set(server.query("SELECT extname FROM pg_extension").stdout.split())


def test_the_job_makes_them_once_with_what_they_need(server: Server) -> None:
    before = there(server)
    assert made(server, "pg_trgm", "earthdistance", "uuid-ossp").returncode == 0
    assert there(server) - before == {"pg_trgm", "earthdistance", "cube", "uuid-ossp"}
    again = made(server, "pg_trgm", "earthdistance", "uuid-ossp")
    assert (again.returncode, again.stdout) == (0, "")
    assert "already exists" not in again.stderr
    assert server.query("SELECT similarity('a', 'a')", "analytics_user", "first").stdout.strip() == "1"


def test_one_that_the_server_does_not_have_fails_the_job_in_its_own_words(server: Server) -> None:
    done = made(server, "of_tomorrow")
    assert done.returncode == 1
    assert 'extension "of_tomorrow" is not available' in done.stderr


def test_without_any_the_script_is_what_it_was() -> None:
    arguments: dict[str, Any] = {"group": "g"}
    assert role_script("A", "B", **arguments, extensions=()) == role_script("A", "B", **arguments)
    assert "EXTENSION" not in role_script("A", "B", **arguments)


def parameters(**changes: Any) -> dict[str, tuple[str, str]]:
    group = analytics(**changes).find("aws_db_parameter_group")["database_postgres15"]
    return {one["name"]: (one["value"], one["apply_method"]) for one in group["parameter"]}


def test_what_the_server_has_to_load_stands_in_the_parameter_group() -> None:
    plain = parameters()
    assert parameters(database__extensions=["pg_trgm", "vector", "postgis"]) == plain
    assert parameters(database__extensions=["pg_cron", "pgaudit", "pglogical"]) == plain | {
        "shared_preload_libraries": ("pg_stat_statements,pg_cron,pgaudit,pglogical", "pending-reboot"),
        "cron.database_name": ("analytics", "pending-reboot"),
        "rds.logical_replication": ("1", "pending-reboot"),
    }


def test_the_job_of_the_product_makes_them() -> None:
    spec = load("database: {extensions: [vector]}")
    preparation = spec.offer(Access.ADMIN).preparation
    assert preparation is not None
    assert "ARRAY['vector']" in preparation.script


def test_libraries_by_hand_have_to_hold_what_is_needed() -> None:
    layer = "database: {extensions: [pg_cron], parameters: {shared_preload_libraries: '%s'}}"
    assert [one for one in refused(layer % "auto_explain") if not one.warning] == [
        problem(
            "TW717",
            "the server would not load what an extension needs",
            "database.parameters.shared_preload_libraries",
            "auto_explain",
            "with pg_cron, pg_stat_statements in it",
            "add pg_cron, pg_stat_statements, or remove the parameter: the library writes it",
        ),
    ]
    load(layer % "auto_explain, pg_stat_statements, pg_cron")


def warned(layer: str) -> list[Problem]:
    loaded = load_text(Shop, "live", {"base": BASE, "live": layer}, TODAY)
    return [one for one in loaded.warnings if one.code in {"TW718", "TW765"}]


@pytest.mark.parametrize(
    ("extension", "version", "fix"),
    [
        ("pgvector", "17", "did you mean `vector`?"),
        ("pg_trigram", "17", "did you mean `pg_trgm`?"),
        ("timescaledb", "17", "look there; the Job that makes it fails where RDS has it not"),
        ("old_snapshot", "17", "look there; the Job that makes it fails where RDS has it not"),
    ],
)
def test_what_rds_is_not_known_to_have_is_told_and_not_refused(extension: str, version: str, fix: str) -> None:
    found = warned(
        f"database: {{engine_version: '{version}', extensions: [{extension}], compose: {{image: acme/postgres:1}}}}"
    )
    assert [(one.code, one.path) for one in found] == [("TW718", "database.extensions[0]")]
    assert found[0].fix.startswith(fix)
    assert (
        warned(f"database: {{extensions: [{extension}], acknowledge: {{TW718: it is there, TW765: it is there}}}}")
        == []
    )


@pytest.mark.parametrize("extension", ["pg_trgm", "uuid-ossp", "hstore", "citext", "vector", "postgis", "old_snapshot"])
def test_what_rds_has_is_not_told(extension: str) -> None:
    assert warned(f"database: {{extensions: [{extension}]}}") == []


@pytest.mark.parametrize(
    ("layer", "image", "made"),
    [
        ("{}", "postgres:15-alpine", []),
        ("{extensions: [pg_trgm]}", "postgres:15-alpine", ["pg_trgm"]),
        ("{extensions: [vector, pg_trgm]}", "pgvector/pgvector:pg15", ["vector", "pg_trgm"]),
        ("{extensions: [postgis_topology]}", "postgis/postgis:15-3.5", ["postgis_topology"]),
        ("{extensions: [vector, pg_cron, hstore]}", "postgres:15-alpine", ["hstore"]),
        ("{extensions: [vector, pg_cron], compose: {image: acme/postgres:1.2}}", "acme/postgres:1.2", ["vector", "pg_cron"]),
    ],
)  # fmt: skip
def test_the_local_server_is_one_that_has_them(layer: str, image: str, made: list[str]) -> None:
    local = load(f"database: {layer}").local().services[0]
    assert local.image == image
    assert local.health is not None
    (check,) = local.health.command
    assert check.count("CREATE EXTENSION") == len(made)
    for name in made:
        assert f"-c 'CREATE EXTENSION IF NOT EXISTS \"{name}\" CASCADE'" in check
    start = local.entrypoint[-1].splitlines()[-1]
    wants = "pg_cron" in made
    assert start == "exec docker-entrypoint.sh postgres" + (
        ' -c shared_preload_libraries=pg_cron -c cron.database_name="$$POSTGRES_DB"' if wants else ""
    )


def test_what_no_known_image_has_together_is_told() -> None:
    (found,) = warned("database: {extensions: [vector, pg_cron, hstore]}")
    assert (found.code, found.given) == ("TW765", "vector, pg_cron")


def test_the_local_check_makes_them_on_a_real_server(server: Server) -> None:
    health = load("database: {extensions: [btree_gist, hstore]}").local().services[0].health
    assert health is not None
    for _ in range(2):
        done = server.check(health.command)
        assert done.returncode == 0, done.stderr
    assert {"btree_gist", "hstore"} <= there(server)
