"""What a PostgreSQL database is described by."""

from __future__ import annotations

import pytest

from tests.postgres.database import BASE, FILE, load, problem, refused
from twinstack.environment import Access, File, Reach, Variable
from twinstack.errors import Location, Problem
from twinstack.postgres.certificates import roots


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
    assert load("database: {storage_gib: 59578}").storage_ceiling_gib == 65536


@pytest.mark.parametrize("storage", [59579, 65536])
def test_what_rds_has_no_more_of_does_not_grow(storage: int) -> None:
    assert load(f"database: {{storage_gib: {storage}}}").storage_ceiling_gib == 0


def test_what_everybody_writes_is_not_refused() -> None:
    spec = load("database: {admin_user: postgres, parameters: {rds.force_ssl: '1'}}")
    assert (spec.admin_user, spec.parameters) == ("postgres", {"rds.force_ssl": "1"})


def test_a_link_is_offered_the_connection_and_an_admin_the_master_users_too() -> None:
    spec = load()
    offer = spec.offer(Access.WRITE)
    assert offer.variables == (Variable("DATABASE_URL", secret=spec.url),)
    assert (offer.reach, offer.port) == (Reach.DATABASE_TIER, 5432)
    assert [variable.name for variable in spec.offer(Access.ADMIN).variables] == ["DATABASE_URL", "DATABASE_ADMIN_URL"]
    renamed = load(base=BASE + "  variable: PG_URL\n")
    assert [variable.name for variable in renamed.offer(Access.ADMIN).variables] == ["PG_URL", "PG_ADMIN_URL"]


def test_the_role_is_made_by_a_psql_that_knows_the_scripts_commands_from_where_it_is_wanted() -> None:
    preparation = load().offer(Access.ADMIN).preparation
    assert preparation is not None
    assert "\\getenv" in preparation.script
    assert preparation.image == "public.ecr.aws/docker/library/postgres:18.4-alpine"
    own = "111122223333.dkr.ecr.eu-central-1.amazonaws.com/postgres:18.4"
    preparation = load(f"database: {{client_image: '{own}'}}\n").offer(Access.ADMIN).preparation
    assert preparation is not None
    assert preparation.image == own


@pytest.mark.parametrize(
    "image",
    [
        *("postgres", "postgres:latest", "registry.example:5000/postgres", "postgres@sha256:1"),
        *(
            "postgres:alpine",
            "postgres:17",
            "postgres:15-alpine",
            "registry.example:5000/postgres:v17",
            "postgres:main",
        ),
    ],
)
def test_an_image_that_moves_is_refused(image: str) -> None:
    (found,) = refused(f"database: {{client_image: '{image}'}}\n")
    assert (found.code, found.path) == ("TW104", "database.client_image")
    assert "a tag that does not move" in found.allowed


@pytest.mark.parametrize(
    "tag", ["18.4", "18.4-alpine", "v17.2", "15.13-alpine3.22", "2026-11-28", "build-1042", "0f3a9b1"]
)
def test_a_version_a_build_and_a_commit_are_exact(tag: str) -> None:
    assert load(f"database: {{client_image: 'registry.example:5000/postgres:{tag}'}}\n").client_image.endswith(tag)


def test_a_snapshot_of_another_region_is_refused_and_one_of_another_account_is_not() -> None:
    arn = "arn:aws:rds:{}:999988887777:snapshot:shop-final-0f3a9b12"
    region = load().context.region
    assert load(f"database: {{restore_from_snapshot: '{arn.format(region)}'}}")
    (found,) = refused(f"database: {{restore_from_snapshot: '{arn.format('us-east-2')}'}}")
    assert (found.code, found.path, found.allowed) == (
        "TW715",
        "database.restore_from_snapshot",
        f"a snapshot in {region}",
    )


@pytest.mark.parametrize("path", ["/tmp/rds.pem", "/etc/twinstack/rds.pem", "/mnt/secrets-store/rds.pem"])
def test_a_bundle_that_a_volume_would_hide_is_refused(path: str) -> None:
    (found,) = refused(f"database: {{ca_bundle: {path}, client_image: 'registry.example/psql:17.2'}}\n")
    assert (found.code, found.path) == ("TW104", "database.ca_bundle")
    assert "that no volume lies over" in found.allowed


def test_a_bundles_path_leads_upwards_nowhere() -> None:
    (found,) = refused("database: {ca_bundle: /certs/../rds.pem, client_image: 'registry.example/psql:17.2'}\n")
    assert (found.code, found.path) == ("TW104", "database.ca_bundle")


def test_a_digest_is_exact() -> None:
    assert load(f"database: {{client_image: 'registry.example:5000/postgres@sha256:{'0' * 64}'}}\n")


@pytest.mark.parametrize(("before", "after"), [("14", "15"), ("15", "18"), ("12", "17")])
def test_an_upgrade_goes_up_over_as_many_versions_as_wanted(before: str, after: str) -> None:
    spec = load(f"database: {{engine_version: '{after}', upgrade_from: '{before}'}}")
    assert (spec.family, spec.former_family) == (f"postgres{after}", f"postgres{before}")


def test_every_secret_counts_the_same_version() -> None:
    spec = load("database: {password_version: 3}")
    assert {secret.version for secret in (spec.passwords, spec.url, spec.admin_url)} == {3}


def test_a_client_is_told_whom_to_believe() -> None:
    spec = load()
    assert spec.url_options == "?sslmode=verify-full&sslrootcert=/etc/twinstack/database-ca.pem"
    assert spec.certificate == File("database-ca.pem", roots()["eu-central-1"])
    for access in (Access.WRITE, Access.ADMIN):
        assert spec.offer(access).files == (spec.certificate,)
    spec = load("database: {tls: require}")
    assert spec.url_options == "?sslmode=require"
    spec = load("database: {ca_bundle: /certificates/rds.pem}")
    assert spec.url_options == "?sslmode=verify-full&sslrootcert=/certificates/rds.pem"
    assert (spec.certificate, spec.offer(Access.WRITE).files) == (None, ())


def test_in_a_region_whose_certificate_is_not_known_the_images_have_to_have_one() -> None:
    (found,) = refused("region: il-central-1\n")
    assert (found.code, found.path, found.given) == ("TW706", "database.ca_bundle", "none, in il-central-1")
    assert load("region: il-central-1\ndatabase: {ca_bundle: /certificates/rds.pem}")
    assert load("region: il-central-1\ndatabase: {tls: require}").certificate is None


def test_production_trusts_nobody_silently() -> None:
    (found,) = refused("protected: true\ndatabase:\n  tls: require\n")
    assert (found.code, found.path, found.given, found.allowed) == (
        "TW713",
        "database.tls",
        "tls: require",
        "verify-full",
    )
    assert load("protected: true\ndatabase:\n  tls: require\n  acknowledge: {TW713: a reason for reviewers}\n")


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
                "raise max_storage_gib, or leave it out where RDS has no more",
            ),
        ),
        (
            "database: {admin_user: admin}",
            problem(
                "TW703",
                "a reserved user name",
                "database.admin_user",
                "admin",
                "a name PostgreSQL and RDS do not reserve",
                "for example app_admin",
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
                "TW380",
                "a value that AWS does not take",
                "database.monitoring_interval_seconds",
                "20, as aws_db_instance.monitoring_interval",
                "0, 1, 5, 10, 15, 30, 60 (Amazon RDS API Reference, CreateDBInstance, MonitoringInterval)",
                "write `15`, if that is what is meant",
            ),
        ),
        (
            "database: {engine_version: '16', upgrade_from: '17'}",
            problem(
                "TW710",
                "an upgrade that AWS does not offer",
                "database.upgrade_from",
                "from 17 to 16",
                "from 11, 12, 13, 14, 15: to a later major version, and never back",
                "name the major version that the database has today, or remove upgrade_from",
            ),
        ),
        (
            "database: {upgrade_from: '15'}",
            problem(
                "TW710",
                "an upgrade that AWS does not offer",
                "database.upgrade_from",
                "from 15 to 15",
                "from 11, 12, 13, 14: to a later major version, and never back",
                "name the major version that the database has today, or remove upgrade_from",
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
                "more of PostgreSQL's version than is chosen here",
                "database.engine_version",
                "15.3",
                "14 (to 2027-02-28), 15 (to 2028-02-29), 16 (to 2029-02-28), 17 (to 2030-02-28), 18 (to 2031-02-28)",
                "write 15: AWS chooses what follows it, and brings what is newer",
            ),
        ),
    ],
)
def test_what_rds_would_refuse_or_regret_is_refused(layer: str, expected: Problem) -> None:
    assert refused(layer) == (expected,)


def test_no_backups_need_no_window() -> None:
    assert load("database: {backup_retention_days: 0, backup_window: 04:30-05:30}").backup_retention_days == 0


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
