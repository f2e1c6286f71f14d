"""The parts of a connection on real Terraform: what stands in their secret at each version, and nowhere else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cdktf import Testing

from tests.aws.documents import DAY, app
from tests.postgres.stack import TEXT, Elsewhere, releases
from twinstack import aws
from twinstack.environment import Environment
from twinstack.layers.load import load_text
from twinstack.postgres import PostgresSpec
from twinstack.redis import RedisSpec
from twinstack.worker import WorkerSpec

WORKER = "worker: {{image: acme/a, health: {{command: [well]}}, task_limit_seconds: 60, scale: {{min: 1, max: 1}}, resources: {{requests: {{cpu: 100m, memory: 64Mi}}, limits: {{memory: 64Mi}}}}, uses: [{}]}}\n"  # fmt: skip
PARTS = (
    "database: {access: admin, variables: {user: U, password: P, admin_password: A}}, cache: {variables: {password: R}}"
)
LINKS = {"no parts": "database, cache", "parts": PARTS}


class Shop(Environment):
    database: PostgresSpec
    cache: RedisSpec
    worker: WorkerSpec


def document(uses: str = PARTS, layer: str = "") -> dict[str, Any]:
    environment = load_text(Shop, "live", {"base": TEXT + WORKER.format(uses), "live": layer}, DAY).environment
    stack = aws.Infrastructure(app(), environment)
    aws.Postgres(stack, environment.database, network=Elsewhere())
    aws.Redis(stack, environment.cache, network=Elsewhere())
    return json.loads(Testing.synth(stack))


def secrets(stack: dict[str, Any]) -> set[str]:
    return set(stack["resource"]["aws_secretsmanager_secret"])


def test_the_secret_of_the_parts_is_made_for_whoever_asks_for_one() -> None:
    plain = {"database_passwords", "database_url", "cache_password", "cache_url"}
    assert secrets(document("database, cache")) == plain
    assert secrets(document("database: {variables: {host: H}}, cache")) == {*plain, "database_connection"}
    assert secrets(document("database: {variables: {port: P, name: N}}, cache")) == plain
    assert secrets(document(PARTS)) == {
        *plain,
        "database_admin_url",
        "database_connection",
        "database_admin_connection",
        "cache_connection",
    }


def test_what_a_former_release_made_stays_where_it_is() -> None:
    before, after = document("database, cache"), document(PARTS)
    for kind, blocks in before["resource"].items():
        assert blocks.items() <= after["resource"][kind].items(), kind


def test_each_version_holds_the_role_and_the_password_of_that_version(tmp_path: Path) -> None:
    with releases(tmp_path, document()) as state:
        for version, role in ((1, "shop_user"), (2, "shop_user_b"), (3, "shop_user_a")):
            layer = f"database: {{password_version: {version}}}\ncache: {{password_version: {version}}}"
            stack = document(layer=layer)
            state.apply(stack)
            assert state.plan(stack) == {}, "a second apply has nothing to do"
            cloud = state.place.cloud
            held = {
                name: json.loads(cloud.secret(f"acme-shop-live/{name}"))
                for name in ("database/passwords", "database/connection", "database/admin-connection", "cache/password", "cache/connection")
            }  # fmt: skip
            instance, group = (
                state.state("aws_db_instance.database"),
                state.state("aws_elasticache_replication_group.cache"),
            )
            assert instance is not None
            assert group is not None
            assert held["database/connection"] == {
                "host": instance["address"],
                "username": role,
                "password": held["database/passwords"]["shop_user"],
            }
            assert held["database/admin-connection"] == {
                "host": instance["address"],
                "username": "shop_admin",
                "password": held["database/passwords"]["shop_admin"],
            }
            assert held["cache/connection"] == {
                "host": group["primary_endpoint_address"],
                "password": held["cache/password"]["token"],
            }
            url = cloud.secret("acme-shop-live/database/url")
            assert url.startswith(
                f"postgresql://{role}:{held['database/connection']['password']}@{instance['address']}:"
            )
            written = state.place.state_file.read_text() + json.dumps(state.planned)
            assert cloud.issued
            assert not [one for one in cloud.issued if one in written], "a password stands in the state or a plan"


@pytest.mark.parametrize("encrypted", [True, False])
def test_a_cache_without_a_password_has_none_in_its_parts(*, encrypted: bool) -> None:
    stack = document(
        "cache: {variables: {host: H, password: P}}, database", f"cache: {{encrypted: {str(encrypted).lower()}}}"
    )
    text = stack["resource"]["aws_secretsmanager_secret_version"]["cache_connection_v1"]["secret_string_wo"]
    assert text.startswith("${jsonencode({ host = aws_elasticache_replication_group.cache.primary_endpoint_address")
    assert ("password = " in text) is encrypted
