"""What a link calls what it is given: further names, parts of a connection, and what is refused of both."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from twinstack.bucket import BucketSpec
from twinstack.environment import Access, Environment, Offer, SecretValue, Variable
from twinstack.errors import ConfigurationError, Problem, UsageError
from twinstack.layers.load import load_text
from twinstack.postgres import PostgresSpec
from twinstack.redis import RedisSpec
from twinstack.secrets import SecretsSpec
from twinstack.settings import SettingsSpec
from twinstack.web_service import WebServiceSpec
from twinstack.worker import WorkerSpec

TODAY = datetime.date(2026, 11, 28)
TOP = "organization: acme\nproduct: shop\naccount: '111122223333'\nregion: eu-central-1\nversion: 1.0.0\n"
CONTAINER = (
    "image: acme/a, scale: {min: 1, max: 1}, resources: {requests: {cpu: 100m, memory: 64Mi}, limits: {memory: 64Mi}}"
)
DATABASE = "{instance_class: db.t4g.micro, storage_gib: 20, multi_az: false, backup_retention_days: 1, deletion_protection: false, database: shop, admin_user: boss, application_user: clerk%s}"  # fmt: skip


class Shop(Environment):
    database: PostgresSpec
    reports: PostgresSpec
    cache: RedisSpec
    papers: BucketSpec
    settings: SettingsSpec
    credentials: SecretsSpec
    web: WebServiceSpec
    worker: WorkerSpec
    other: WorkerSpec


def load(uses: str, *, other: str = "", live: str = "", database: str = "", cache: str = "") -> Shop:
    work = f"{CONTAINER}, health: {{command: [well]}}, task_limit_seconds: 60"
    base = (
        f"{TOP}database: {DATABASE % database}\nreports: {DATABASE % ', variable: DATABASE_URL'}\n"
        f"cache: {{node_type: cache.t4g.micro, nodes: 1, variable: REDIS_URL{cache}}}\npapers: {{}}\n"
        "settings: {variables: {LOG_LEVEL: info}}\ncredentials: {generated: {JWT_SECRET: {}}}\n"
        f"web: {{{CONTAINER}, port: 8000, health: {{live: /, ready: /}}}}\n"
        f"worker: {{{work}, uses: [{uses}]}}\nother: {{{work}, uses: [{other}]}}\n"
    )
    return load_text(Shop, "live", {"base": base, "live": live}, TODAY).environment


def refused(uses: str, **more: str) -> list[tuple[str, str]]:
    with pytest.raises(ConfigurationError) as caught:
        load(uses, **more)
    return [(one.code, one.path) for one in errors(caught.value)]


def errors(refusal: ConfigurationError) -> list[Problem]:
    return [one for one in refusal.problems if not one.warning]


def given(shop: Shop) -> dict[str, tuple[str, Any]]:
    """Each variable of the worker with its key, and its value or its place."""
    return {
        one.name: (one.key, (one.secret.name.split("/", 1)[1], one.secret.entry) if one.secret else one.value)
        for one in shop.variables_of(shop.worker)
    }


def test_a_link_without_names_is_what_it_was() -> None:
    assert given(load("database, cache, {papers: read}, web")) == {
        "DATABASE_URL": ("database-url", ("database/url", "")),
        "REDIS_URL": ("redis-url", ("cache/url", "")),
        "PAPERS_BUCKET": ("papers-bucket", "acme-shop-papers-live"),
        "WEB_URL": ("web-url", "http://shop-web-service:8000"),
    }
    assert given(load("database: write")) == given(load("database: {access: write}")) == given(load("database"))


def test_one_value_may_have_several_names_and_lies_in_one_place() -> None:
    assert given(load("cache: {variables: {url: [REDIS_URL, CELERY_BROKER_URL]}}")) == {
        "REDIS_URL": ("redis-url", ("cache/url", "")),
        "CELERY_BROKER_URL": ("redis-url", ("cache/url", "")),
    }


def test_another_name_takes_the_place_of_the_resources_own() -> None:
    assert given(load("database, reports: {variables: {url: REPORTS_URL}}")) == {
        "DATABASE_URL": ("database-url", ("database/url", "")),
        "REPORTS_URL": ("reports-url", ("reports/url", "")),
    }


def test_what_has_no_part_is_renamed_by_its_own_name() -> None:
    uses = (
        "settings: {variables: {LOG_LEVEL: [LOG_LEVEL, log_level]}}, credentials: {variables: {JWT_SECRET: SECRET_KEY}}"
    )
    assert given(load(uses)) == {
        "LOG_LEVEL": ("log-level", "info"),
        "log_level": ("log-level", "info"),
        "SECRET_KEY": ("secret-key", ("credentials/JWT_SECRET", "")),
    }


def test_a_connection_comes_in_parts_with_or_without_its_url() -> None:
    parts = "host: DB_HOST, port: DB_PORT, name: DB_NAME, user: DB_USER, password: DB_PASSWORD"
    expected = {
        "DB_HOST": ("db-host", ("database/connection", "host")),
        "DB_PORT": ("database-port", "5432"),
        "DB_NAME": ("database-name", "shop"),
        "DB_USER": ("db-user", ("database/connection", "username")),
        "DB_PASSWORD": ("db-password", ("database/connection", "password")),
    }
    assert given(load(f"database: {{variables: {{{parts}}}}}")) == {
        "DATABASE_URL": ("database-url", ("database/url", "")),
        **expected,
    }
    assert given(load(f"database: {{variables: {{url: [], {parts}}}}}")) == expected


def test_a_part_of_a_rotated_secret_is_of_its_version() -> None:
    uses = "database: {variables: {user: DB_USER}}, cache: {variables: {password: P}}"
    shop = load(uses, live="database: {password_version: 3}\ncache: {password_version: 2}")
    places = {one.name: one.secret for one in shop.variables_of(shop.worker) if one.secret}
    assert (places["DB_USER"].label, places["P"].label) == ("v3", "v2")
    assert places["DB_USER"].former == SecretValue("acme-shop-live/database/connection", 2, "username")


def test_two_workloads_may_give_one_name_to_parts_of_two_databases() -> None:
    shop = load("database: {variables: {name: DB_NAME, port: DB_PORT}}", other="reports: {variables: {name: DB_NAME, port: DB_PORT}}")  # fmt: skip
    assert shop.config == {
        "database-name": "shop",
        "database-port": "5432",
        "reports-name": "shop",
        "reports-port": "5432",
    }


def test_how_a_client_checks_the_server_is_a_part_as_well() -> None:
    uses = "database: {variables: {url: [], sslmode: PGSSLMODE, sslrootcert: PGSSLROOTCERT}}"
    path = "/etc/twinstack/database-ca.pem"
    assert given(load(uses)) == {
        "PGSSLMODE": ("database-sslmode", "verify-full"),
        "PGSSLROOTCERT": ("database-sslrootcert", path),
    }
    relaxed = load(uses, live="database: {tls: require}")
    assert given(relaxed)["PGSSLROOTCERT"] == ("database-sslrootcert", "")
    shop = load(uses)
    assert [file.path for file in shop.files_of(shop.worker)] == [path]


def test_a_cache_without_a_password_has_an_empty_one() -> None:
    uses = "cache: {variables: {url: [], host: H, port: P, database: D, password: W, tls: T}}"
    assert given(load(uses)) == {
        "H": ("h", ("cache/connection", "host")),
        "P": ("cache-port", "6379"),
        "D": ("cache-database", "0"),
        "W": ("w", ("cache/connection", "password")),
        "T": ("cache-tls", "true"),
    }
    plain = given(load(uses, live="cache: {encrypted: false}"))
    assert (plain["W"], plain["T"]) == (("cache-password", ""), ("cache-tls", "false"))


def test_a_web_service_has_a_host_and_a_port() -> None:
    assert given(load("web: {variables: {url: [], host: API_HOST, port: API_PORT}}")) == {
        "API_HOST": ("web-host", "shop-web-service"),
        "API_PORT": ("web-port", "8000"),
    }


def test_what_lets_in_the_master_user_is_a_file_and_what_is_no_secret_is_not() -> None:
    names = "host: DB_HOST, user: DB_USER, admin_user: BOSS, admin_password: BOSS_PASSWORD"
    shop = load(f"database: {{access: admin, variables: {{{names}}}}}")
    told = {one.name: one.delivered_name for one in shop.variables_of(shop.worker)}
    assert told == {
        "DATABASE_URL": "DATABASE_URL_FILE",
        "DATABASE_ADMIN_URL": "DATABASE_ADMIN_URL_FILE",
        "DB_HOST": "DB_HOST",
        "DB_USER": "DB_USER_FILE",
        "BOSS": "BOSS",
        "BOSS_PASSWORD": "BOSS_PASSWORD_FILE",
    }
    assert [one.name for one in shop.worker.synced_variables] == ["DB_HOST"]


@pytest.mark.parametrize("names", ["[]", "APP_URL", "[APP_URL, DATABASE_URL]"])
def test_a_preparation_goes_on_reading_what_the_resource_calls_it(names: str) -> None:
    shop = load(f"database: {{access: admin, variables: {{url: {names}}}}}")
    found = given(shop)
    assert found["DATABASE_URL"][0] == "database-url"
    assert {key for key, place in found.values() if place == ("database/url", "")} == {"database-url"}


def test_another_name_for_the_same_secret_makes_no_other_kubernetes_secret() -> None:
    names = [load(f"cache{more}").worker.secret for more in ("", ": {variables: {url: [REDIS_URL, B]}}")]
    assert names[0] == names[1]
    assert load("cache: {variables: {host: H}}").worker.secret != names[0]


@pytest.mark.parametrize(
    ("uses", "expected"),
    [
        ("database: {variables: {hots: H}}", [("TW353", "worker.uses[0]")]),
        ("papers: {variables: {url: U}}", [("TW353", "worker.uses[0]")]),
        ("database: {variables: {admin_user: U}}", [("TW353", "worker.uses[0]")]),
        ("database: {variables: {host: H, port: H}}", [("TW205", "worker.uses[0]")]),
        ("database: {variables: {host: [H, H]}}", [("TW205", "worker.uses[0]")]),
        ("database: {variables: {host: DATABASE_URL}}", [("TW205", "worker.uses[0]")]),
        ("database, reports", [("TW205", "worker.uses[1]")]),
        ("settings, cache: {variables: {host: LOG_LEVEL}}", [("TW205", "worker.uses[1]")]),
        ("cache: {variables: {host: ENVIRONMENT}}", [("TW205", "worker.uses[0]")]),
        ("cache: {variables: {host: a-b}}", [("TW104", "worker.uses[0]")]),
        ("cache: {variables: {host: [ok, '1']}}", [("TW104", "worker.uses[0]")]),
        ("cache: {variables: {host: 1}}", [("TW104", "worker.uses[0]")]),
        ("cache: {variables: REDIS_URL}", [("TW104", "worker.uses[0]")]),
        ("cache: {names: {host: H}}", [("TW104", "worker.uses[0]")]),
        ("cache: {}", [("TW104", "worker.uses[0]")]),
        ("cache: {access: reed, variables: {host: H}}", [("TW202", "worker.uses[0]")]),
        ("cahce: {variables: {host: H}}", [("TW201", "worker.uses[0]")]),
        ("cache, cache: {variables: {host: H}}", [("TW203", "worker.uses[1]")]),
    ],
)
def test_what_cannot_be_meant_is_refused_once(uses: str, expected: list[tuple[str, str]]) -> None:
    assert refused(uses) == expected


def test_the_names_are_told_apart_where_they_are_given() -> None:
    with pytest.raises(ConfigurationError) as caught:
        load("database: {variables: {host: H}}, reports: {variables: {url: U, host: H}}")
    (found,) = errors(caught.value)
    assert found.fix == "give H another name under `variables` of the link to reports"


def test_a_part_that_was_misspelt_is_guessed_among_those_that_there_are() -> None:
    with pytest.raises(ConfigurationError) as caught:
        load("database: {variables: {pasword: P}}")
    (found,) = errors(caught.value)
    assert (found.given, found.fix) == ("pasword", "did you mean `password`?")
    assert found.allowed == "url, host, port, name, user, password, sslmode, sslrootcert"


def test_another_secret_under_the_same_key_is_refused() -> None:
    # Both preparations read DATABASE_URL, each its own.
    assert ("TW205", "worker.uses[1]") in refused("database: admin, reports: {access: admin, variables: {url: R}}")


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        ((Variable("A_HOST", "a"),), r"Offer\.parts has A_HOST without a `part`"),
        ((Variable("A_HOST", "a", part="url"),), r"Offer\.parts has url twice"),
        ((Variable("URL", "a", part="host"),), r"Offer\.variables has URL twice"),
        ([Variable("A_HOST", "a", part="host")], r"Offer\.parts is \["),
    ],
)
def test_an_offer_whose_parts_are_none_is_refused(parts: Any, text: str) -> None:
    with pytest.raises(UsageError, match=text):
        Offer((Variable("URL", "a", part="url"),), parts=parts)


@pytest.mark.parametrize("entry", ["a-b", "1", "a.b", " "])
def test_an_entry_of_a_secret_is_one_that_the_driver_can_name(entry: str) -> None:
    with pytest.raises(UsageError, match=r"\.entry is"):
        SecretValue("acme/a", entry=entry)


def test_every_access_offers_the_parts_of_the_one_below_it() -> None:
    shop = load("database")
    read, admin = (shop.database.offer(access) for access in (Access.WRITE, Access.ADMIN))
    assert {one.part for one in read.everything} < {one.part for one in admin.everything}
