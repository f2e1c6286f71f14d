"""A major version's upgrade with real Terraform: what is done in the release that upgrades, and what in the next."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tests.postgres.stack import document, releases
from twinstack.rehearsal.schema_provider import Failure

INSTANCE = "aws_db_instance.database"
GROUPS = {version: f"aws_db_parameter_group.database_postgres{version}" for version in ("15", "16", "17")}
CACHE = "aws_elasticache_replication_group.cache"
CACHE_GROUPS = {
    family: f"aws_elasticache_parameter_group.cache_{family}" for family in ("redis7", "valkey7", "valkey8")
}
SECRETS = "aws_secretsmanager_secret_version."
UPGRADED = "database: {engine_version: '16', upgrade_from: '15'}\n"


FIRST = "database: {tls: require}\n"
"""What the first release of this library says of a database that an older one made: its pods have no certificate yet."""


def former() -> dict:
    """The stack as the former release of the library made it: one address for whichever family and whichever version."""
    stack = document(FIRST)
    resources = stack["resource"]
    for moved in stack.pop("moved"):
        kind, old = moved["from"].split(".")
        new = moved["to"].split(".")[1]
        resources[kind][old] = resources[kind].pop(new)
        stack = json.loads(re.sub(rf"(?<!ephemeral\.)\b{kind}\.{new}\b", f"{kind}.{old}", json.dumps(stack)))
        resources = stack["resource"]
    for version in resources["aws_secretsmanager_secret_version"].values():
        del version["version_stages"]
    resources["aws_db_instance"]["database"]["allow_major_version_upgrade"] = True
    return stack


def test_a_new_release_of_the_library_moves_the_groups_and_replaces_nothing(tmp_path: Path) -> None:
    with releases(tmp_path, former()) as state:
        state.apply(former())
        planned = state.plan(document(FIRST))
        labelled = {address: planned.pop(address) for address in list(planned) if address.startswith(SECRETS)}
        assert planned == {INSTANCE: ["update"]}, "the permission to upgrade goes, and AWS hears nothing of it"
        assert set(map(tuple, labelled.values())) == {("update",)}, "a label more; no value is written again"
        assert state.planned[INSTANCE]["before"]["allow_major_version_upgrade"] is True
        assert state.planned[INSTANCE]["after"]["allow_major_version_upgrade"] is None
        assert state.planned[GROUPS["15"]]["actions"] == ["no-op"]
        assert state.planned[CACHE_GROUPS["redis7"]]["actions"] == ["no-op"]


def test_the_group_that_the_instance_leaves_goes_a_release_later(tmp_path: Path) -> None:
    with releases(tmp_path, document()) as state:
        state.apply(document("database: {engine_version: '15'}\n"))
        assert state.apply(document(UPGRADED)) == [("create", GROUPS["16"]), ("update", INSTANCE)]
        assert state.planned[INSTANCE]["after"]["allow_major_version_upgrade"] is True
        assert state.plan(document(UPGRADED)) == {}
        after = document("database: {engine_version: '16'}\n")
        assert set(state.apply(after)) == {("update", INSTANCE), ("delete", GROUPS["15"])}
        assert state.planned[INSTANCE]["after"]["allow_major_version_upgrade"] is None
        assert state.plan(after) == {}


def test_the_release_after_that_writes_the_certificate_into_the_connection(tmp_path: Path) -> None:
    with releases(tmp_path, former()) as state:
        state.apply(former())
        state.apply(document(FIRST))
        planned = state.plan(document())
        assert [address for address in planned if address.startswith(SECRETS)] == [f"{SECRETS}database_url_v1"]


def test_an_upgrade_and_a_new_release_of_the_library_can_come_at_once(tmp_path: Path) -> None:
    with releases(tmp_path, former()) as state:
        state.apply(former())
        done = state.apply(document(UPGRADED.replace("}", ", tls: require}")))
        assert [one for one in done if not one[1].startswith(SECRETS)] == [
            ("create", GROUPS["16"]),
            ("update", INSTANCE),
        ]
        assert state.state(GROUPS["15"]), "moved, and kept"


def test_the_kept_group_stays_as_it_is(tmp_path: Path) -> None:
    with releases(tmp_path, document()) as state:
        state.apply(document())
        changed = UPGRADED.replace("}", ", parameters: {wal_compression: lz4}}")
        assert state.plan(document(changed)) == {GROUPS["16"]: ["create"], INSTANCE: ["update"]}


def test_an_upgrade_that_aws_refuses_leaves_both_groups(tmp_path: Path) -> None:
    with releases(tmp_path, document()) as state:
        state.apply(document())
        state.place.cloud.fail(Failure("aws_db_instance", {"engine_version": "16"}))
        done = state.apply(document("database: {engine_version: '16'}\n"), fails=True)
        assert done == [("create", GROUPS["16"])], "no permission given, so AWS refuses; the old group is not touched"
        assert state.state(GROUPS["15"])
        assert state.apply(document(UPGRADED)) == [("update", INSTANCE)]


def test_redis_becomes_valkey_in_place_and_its_group_goes_a_release_later(tmp_path: Path) -> None:
    upgraded = "cache: {engine: valkey, engine_version: '8.1', upgrade_from: redis7, apply: now}\n"
    with releases(tmp_path, document()) as state:
        state.apply(document())
        assert state.apply(document(upgraded)) == [("create", CACHE_GROUPS["valkey8"]), ("update", CACHE)]
        assert state.planned[CACHE]["after"]["apply_immediately"] is True
        after = document(upgraded.replace("upgrade_from: redis7, ", ""))
        assert state.apply(after) == [("delete", CACHE_GROUPS["redis7"])]


def test_a_second_life_has_another_final_snapshot(tmp_path: Path) -> None:
    stack = document()
    with releases(tmp_path, stack) as state:
        names = []
        for _ in range(2):
            state.apply(stack)
            made = state.state(INSTANCE)
            assert made is not None
            names.append(made["final_snapshot_identifier"])
            outcome = state.place.run("destroy", "-auto-approve", "-no-color")
            assert outcome.status == 0, outcome.output
        assert names[0] != names[1]
        assert all(name.startswith("acme-shop-database-live-final-") for name in names)


def test_a_snapshot_is_for_an_instance_that_is_not_there(tmp_path: Path) -> None:
    restored = document("database: {restore_from_snapshot: acme-shop-final-1}\n")
    with releases(tmp_path, document()) as state:
        state.apply(document())
        assert state.plan(restored) == {}, "the living instance is left alone"
        assert state.place.run("state", "rm", INSTANCE).status == 0
        planned = state.plan(restored)
        assert planned[INSTANCE] == ["create"]
        assert state.planned[INSTANCE]["after"]["snapshot_identifier"] == "acme-shop-final-1"
