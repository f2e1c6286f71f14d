"""What a PostgreSQL database is described by."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

import pytest

from twinstack.environment import Access, Environment, Reach, Variable
from twinstack.environment.load import load_text
from twinstack.errors import ConfigurationError, Location, Problem
from twinstack.job import JobSpec
from twinstack.postgres import PostgresSpec
from twinstack.postgres.spec import PostgresTls
from twinstack.web_service import WebServiceSpec

TOP = "organization: acme\nproduct: shop\naccount: '111122223333'\nregion: eu-central-1\nversion: 1.0.0\n"
BASE = (
    TOP
    + """\
database:
  instance_class: db.t4g.micro
  storage_gib: 100
  multi_az: true
  backup_retention_days: 7
  deletion_protection: true
  database: shop
  admin_user: shop_admin
  application_user: shop_user
"""
)
TODAY = datetime.date(2026, 11, 24)
FILE = "environments/live.yaml"


class Shop(Environment):
    database: PostgresSpec


def load(layer: str = "", base: str = BASE) -> PostgresSpec:
    return load_text(Shop, "live", {"base": base, "live": layer}, TODAY).environment.database


def refused(layer: str) -> Sequence[Problem]:
    with pytest.raises(ConfigurationError) as caught:
        load(layer)
    return caught.value.problems


def problem(code: str, message: str, path: str, given: str, allowed: str, fix: str, line: int = 1) -> Problem:
    return Problem(code, message, path, Location(FILE, line), given, allowed, fix)


def test_the_defaults_are_safe() -> None:
    spec = load()
    assert (spec.engine_version, spec.encrypted, spec.final_snapshot, spec.performance_insights) == (
        "15",
        True,
        True,
        True,
    )
    assert (spec.backup_window, spec.maintenance_window) == ("03:00-04:00", "sun:04:00-sun:05:00")
    assert (spec.monitoring_interval_seconds, spec.log_retention_days, spec.password_version) == (60, 90, 1)


def test_names_and_the_family_follow_the_environment_and_the_engine() -> None:
    spec = load("database: {engine_version: '16'}")
    assert spec.identifier == "acme-shop-database-live"
    assert spec.family == "postgres16"
    assert [secret.name for secret in (spec.passwords, spec.url, spec.admin_url)] == [
        "acme-shop-live/database/passwords",
        "acme-shop-live/database/url",
        "acme-shop-live/database/admin-url",
    ]


def test_storage_grows_to_twice_its_size_unless_told_otherwise() -> None:
    assert load().storage_ceiling_gib == 200
    assert load("database: {max_storage_gib: 110}").storage_ceiling_gib == 110
    assert load("database: {storage_gib: 50000}").storage_ceiling_gib == 65536


def test_a_link_is_offered_the_connection_and_an_admin_the_master_users_too() -> None:
    spec = load()
    offer = spec.offer(Access.WRITE)
    assert offer.variables == (Variable("DATABASE_URL", secret=spec.url),)
    assert (offer.reach, offer.port) == (Reach.DATABASE_TIER, 5432)
    assert [variable.name for variable in spec.offer(Access.ADMIN).variables] == ["DATABASE_URL", "DATABASE_ADMIN_URL"]
    renamed = load(base=BASE + "  variable: PG_URL\n")
    assert [variable.name for variable in renamed.offer(Access.ADMIN).variables] == ["PG_URL", "PG_ADMIN_URL"]


@pytest.mark.parametrize(("engine_version", "image"), [("18", "18-alpine"), ("15", "15-alpine"), ("14", "15-alpine")])
def test_the_role_is_made_by_a_psql_that_knows_the_scripts_commands(engine_version: str, image: str) -> None:
    preparation = load(f'database: {{engine_version: "{engine_version}"}}\n').offer(Access.ADMIN).preparation
    assert preparation is not None
    assert "\\getenv" in preparation.script
    assert preparation.image.endswith(f"/postgres:{image}")


def test_every_secret_counts_the_same_version() -> None:
    spec = load("database: {password_version: 3}")
    assert {secret.version for secret in (spec.passwords, spec.url, spec.admin_url)} == {3}


def test_a_client_is_told_how_to_treat_the_certificate() -> None:
    assert load().url_options == "?sslmode=require"
    spec = load("database: {tls: verify-full, ca_bundle: /certificates/rds.pem}")
    assert spec.tls is PostgresTls.VERIFY_FULL
    assert spec.url_options == "?sslmode=verify-full&sslrootcert=/certificates/rds.pem"


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        (
            "database: {backup_window: 04:30-05:30}",
            problem(
                "TW701",
                "the backup window meets the maintenance window",
                "database.backup_window",
                "backup 04:30-05:30, maintenance sun:04:00-sun:05:00",
                "two windows (UTC) that do not meet",
                "move one of them",
            ),
        ),
        (
            "database: {backup_window: 23:45-04:15}",
            problem(
                "TW701",
                "the backup window meets the maintenance window",
                "database.backup_window",
                "backup 23:45-04:15, maintenance sun:04:00-sun:05:00",
                "two windows (UTC) that do not meet",
                "move one of them",
            ),
        ),
        (
            "database: {max_storage_gib: 109}",
            problem(
                "TW702",
                "storage could not grow",
                "database.max_storage_gib",
                "max_storage_gib 109, storage_gib 100",
                "at least 110, a tenth more than storage_gib",
                "raise max_storage_gib",
            ),
        ),
        (
            "database: {admin_user: postgres}",
            problem(
                "TW703",
                "a reserved user name",
                "database.admin_user",
                "postgres",
                "a name PostgreSQL and RDS do not reserve",
                "for example app_postgres",
            ),
        ),
        (
            "database: {application_user: pg_reader}",
            problem(
                "TW703",
                "a reserved user name",
                "database.application_user",
                "pg_reader",
                "a name PostgreSQL and RDS do not reserve",
                "for example app_reader",
            ),
        ),
        (
            "database: {application_user: shop_admin}",
            problem(
                "TW704",
                "the application would connect as the master user",
                "database.application_user",
                "shop_admin",
                "two different users",
                "give the application a role of its own",
            ),
        ),
        (
            "database: {monitoring_interval_seconds: 20}",
            problem(
                "TW705",
                "no interval of enhanced monitoring",
                "database.monitoring_interval_seconds",
                "20",
                "0, 1, 5, 10, 15, 30, 60 seconds",
                "choose one of these",
            ),
        ),
        (
            "database: {tls: verify-full}",
            Problem(
                "TW706",
                "verify-full without a certificate bundle",
                "database.ca_bundle",
                Location(FILE, 1),
                "none",
                "the bundle's path in the image",
                "set ca_bundle",
            ),
        ),
        (
            "database: {engine_version: '13'}",
            problem(
                "TW501",
                "PostgreSQL 13 is past its standard support",
                "database.engine_version",
                "13, which ended on 2026-02-28",
                "14 (to 2027-02-28), 15 (to 2028-02-29), 16 (to 2029-02-28), 17 (to 2030-02-28), 18 (to 2031-02-28)",
                "upgrade; extended support is charged by the hour",
            ),
        ),
        (
            "database: {engine_version: '15.3'}",
            problem(
                "TW503",
                "an unknown PostgreSQL version",
                "database.engine_version",
                "15.3",
                "14 (to 2027-02-28), 15 (to 2028-02-29), 16 (to 2029-02-28), 17 (to 2030-02-28), 18 (to 2031-02-28)",
                "choose one of these",
            ),
        ),
    ],
)
def test_what_rds_would_refuse_or_regret_is_refused(layer: str, expected: Problem) -> None:
    assert refused(layer) == (expected,)


def test_no_backups_need_no_window() -> None:
    assert load("database: {backup_retention_days: 0, backup_window: 04:30-05:30}").backup_retention_days == 0


USERS = """\
web:
  image: registry.example/web
  port: 8000
  health: {live: /live, ready: /ready}
  resources: {requests: {cpu: 100m, memory: 128Mi}, limits: {cpu: 200m, memory: 256Mi}}
  scale: {min: 1, max: 2, cpu: 70}
  uses: [database]
"""


class Used(Shop):
    web: WebServiceSpec


class Prepared(Used):
    migration: JobSpec


def test_where_no_job_could_make_the_role_it_is_a_warning_that_can_be_acknowledged() -> None:
    (warning,) = load_text(Used, "live", {"base": BASE + USERS, "live": ""}, TODAY).warnings
    assert (warning.code, warning.warning) == ("TW709", True)
    assert warning.fix.startswith("give a Job `uses: [database: admin]`; or, with a reviewed reason, ")
    layer = "database:\n  acknowledge: {TW709: the role is made by hand}\n"
    assert load_text(Used, "live", {"base": BASE + USERS, "live": layer}, TODAY).warnings == ()


def test_where_a_job_does_not_make_the_role_it_is_refused() -> None:
    job = "migration: {image: a, command: [b], resources: {requests: {cpu: 1m, memory: 1Mi}, limits: {memory: 1Mi}}}\n"
    with pytest.raises(ConfigurationError) as caught:
        load_text(Prepared, "live", {"base": BASE + USERS + job, "live": ""}, TODAY)
    assert [(each.code, each.warning) for each in caught.value.problems] == [("TW709", False)]


@pytest.mark.parametrize(
    ("setting", "code", "allowed"),
    [
        ("deletion_protection: false", "TW401", "true"),
        ("backup_retention_days: 6", "TW402", "7 to 35 days"),
        ("backup_retention_days: 0", "TW402", "7 to 35 days"),
        ("encrypted: false", "TW403", "true"),
        ("multi_az: false", "TW404", "true"),
        ("final_snapshot: false", "TW405", "true"),
    ],
)
def test_production_gives_up_nothing_silently(setting: str, code: str, allowed: str) -> None:
    field = setting.partition(":")[0]
    (found,) = refused(f"protected: true\ndatabase:\n  {setting}\n")
    assert (found.code, found.path, found.location, found.given, found.allowed) == (
        code,
        f"database.{field}",
        Location(FILE, 3),
        setting,
        allowed,
    )
    acknowledged = f"protected: true\ndatabase:\n  {setting}\n  acknowledge: {{{code}: a reason for reviewers}}\n"
    assert load(acknowledged).acknowledge == {code: "a reason for reviewers"}
    assert load(f"database:\n  {setting}\n").context.protected is False
