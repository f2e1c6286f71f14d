"""An instance made of the database's backups beside it: what real Terraform does, release by release, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pytest

from tests.postgres.database import load, refused
from tests.postgres.stack import document, releases

FIRST: Final = "aws_db_instance.database"
SECOND: Final = "aws_db_instance.database_restored_1"
THIRD: Final = "aws_db_instance.database_restored_2"
URL: Final = "aws_secretsmanager_secret_version.database_url_v"
MOMENT: Final = "2026-11-23T21:40:00Z"
BESIDE: Final = f"database: {{restore_from: {{time: '{MOMENT}'}}}}\n"
SWITCHED: Final = f"database: {{password_version: 2, restore_from: {{time: '{MOMENT}', answers_from: 2}}}}\n"
ALONE: Final = SWITCHED.replace("answers_from: 2", "answers_from: 2, keep_former: false")
AGAIN: Final = "database: {password_version: 2, restore_from: {time: latest, number: 2}}\n"


def instances(layer: str) -> dict[str, Any]:
    return document(layer)["resource"]["aws_db_instance"]


def test_another_instance_is_made_beside_and_nobody_is_led_to_it(tmp_path: Path) -> None:
    with releases(tmp_path, document()) as state:
        state.apply(document())
        done = state.apply(document(BESIDE))
        assert set(done) == {
            ("create", SECOND),
            ("create", "aws_cloudwatch_log_group.database_restored_1_postgresql"),
            ("create", "aws_cloudwatch_log_group.database_restored_1_upgrade"),
            ("update", "aws_iam_role.database_monitoring"),
        }, "RDS sends its figures by the same role"
        assert state.plan(document(BESIDE)) == {}
        assert (
            state.place.cloud.secret("acme-shop-live/database/url")
            .partition("@")[2]
            .startswith(
                state.state(FIRST)["address"]  # ty: ignore[not-subscriptable]
            )
        )


def test_the_switch_is_a_password_version_and_the_one_before_stays(tmp_path: Path) -> None:
    with releases(tmp_path, document()) as state:
        state.apply(document())
        state.apply(document(BESIDE))
        done = state.apply(document(SWITCHED))
        assert ("create", f"{URL}2") in done
        assert not [one for one in done if one[0] in {"delete", "destroy"}], "old pods read the old version"
        assert {one for one in done if "db_instance" in one[1]} == {("update", FIRST), ("update", SECOND)}, "passwords"
        url = state.place.cloud.secret("acme-shop-live/database/url")
        assert url.startswith("postgresql://shop_user_b:"), "the role that the Job makes there"
        assert f"@{state.state(SECOND)['address']}:5432/shop?" in url  # ty: ignore[not-subscriptable]
        assert state.plan(document(SWITCHED)) == {}


def test_the_way_back_is_the_same_once_more(tmp_path: Path) -> None:
    back = "database: {password_version: 3}\n"
    with releases(tmp_path, document()) as state:
        for layer in ("", BESIDE, SWITCHED):
            state.apply(document(layer))
        returned = f"database: {{password_version: 3, restore_from: {{time: '{MOMENT}'}}}}\n"
        state.apply(document(returned))
        url = state.place.cloud.secret("acme-shop-live/database/url")
        assert f"@{state.state(FIRST)['address']}:5432/" in url  # ty: ignore[not-subscriptable]
        assert ("delete", SECOND) in state.apply(document(back))


def test_the_former_instance_is_forgotten_and_not_deleted(tmp_path: Path) -> None:
    with releases(tmp_path, document()) as state:
        for layer in ("", BESIDE, SWITCHED):
            state.apply(document(layer))
        before = state.state(SECOND)
        planned = state.plan(document(ALONE))
        assert FIRST not in planned or planned[FIRST] == ["forget"]
        done = state.apply(document(ALONE))
        assert not [one for one in done if one[0] == "delete" and ("db_instance" in one[1] or "log_group" in one[1])]
        assert state.state(FIRST) is None
        assert state.state(SECOND) == before
        assert state.plan(document(ALONE)) == {}


def test_the_next_restoration_is_made_of_the_instance_that_answers(tmp_path: Path) -> None:
    made = instances(AGAIN)
    assert {*made} == {"database_restored_1", "database_restored_2"}
    assert made["database_restored_2"]["restore_to_point_in_time"] == {
        "source_db_instance_identifier": "${aws_db_instance.database_restored_1.identifier}",
        "use_latest_restorable_time": True,
    }
    assert "restore_to_point_in_time" not in made["database_restored_1"]
    with releases(tmp_path, document()) as state:
        for layer in ("", BESIDE, SWITCHED, ALONE):
            state.apply(document(layer))
        assert {one for one in state.apply(document(AGAIN)) if "db_instance" in one[1]} == {("create", THIRD)}


def test_a_restored_instance_is_as_the_first_but_for_what_it_has_of_it() -> None:
    first, second = instances(BESIDE)["database"], instances(BESIDE)["database_restored_1"]
    assert second["identifier"] == "acme-shop-database-live-restored-1"
    assert second["restore_to_point_in_time"] == {
        "restore_time": MOMENT,
        "source_db_instance_identifier": "${aws_db_instance.database.identifier}",
    }
    inherited = {"allocated_storage", "db_name", "username"}
    own = {
        "//",
        "identifier",
        "tags",
        "restore_to_point_in_time",
        "final_snapshot_identifier",
        "lifecycle",
        "depends_on",
    }
    assert first.keys() - second.keys() == inherited
    assert {key: second[key] for key in second.keys() - own} == {key: first[key] for key in second.keys() - own}
    assert second["lifecycle"]["ignore_changes"] == ["restore_to_point_in_time", "snapshot_identifier"]
    of_snapshot = instances("database: {restore_from: {snapshot: acme-shop-before}}")["database_restored_1"]
    assert of_snapshot["snapshot_identifier"] == "acme-shop-before"
    assert "snapshot_identifier" not in instances("database: {restore_from: {snapshot: acme-shop-before}}")["database"]


def test_what_is_watched_is_the_instance_that_answers() -> None:
    for layer, watched in ((BESIDE, "acme-shop-database-live"), (SWITCHED, "acme-shop-database-live-restored-1")):
        database = load(layer)
        (alert,) = [one for one in database.monitoring().alerts if one.name == "PostgresStorageNearlyFull"]
        assert alert.measured
        assert alert.measured.dimensions == ({"DBInstanceIdentifier": database.identifier_of(database.answering())},)
        assert database.identifier_of(database.answering()) == watched
    assert load(SWITCHED).answering(1) == 0
    assert load(ALONE).answering(1) == 1


@pytest.mark.parametrize(
    ("fields", "code", "path"),
    [
        ("restore_from: {}", "TW757", "restore_from"),
        ("restore_from: {time: latest, snapshot: shop-1}", "TW757", "restore_from"),
        ("restore_from: {time: latest, keep_former: false}", "TW758", "restore_from.keep_former"),
        ("restore_from: {time: latest, answers_from: 2}", "TW758", "restore_from.answers_from"),
        ("restore_from: {time: latest, answers_from: 1}", "TW104", "restore_from.answers_from"),
        ("restore_from: {time: yesterday}", "TW104", "restore_from.time"),
        ("restore_from: {time: '2026-11-29 21:40'}", "TW104", "restore_from.time"),
        ("restore_from: {time: '2026-02-30T21:40:00Z'}", "TW104", "restore_from.time"),
        ("restore_from: {time: '2027-01-01T00:00:00Z'}", "TW759", "restore_from.time"),
        ("restore_from: {time: latest}, backup_retention_days: 0", "TW759", "restore_from.time"),
        ("restore_from: {time: latest}, replica: {instance_class: db.t4g.micro}", "TW759", "restore_from"),
        ("restore_from: {time: latest}, engine_version: '16', upgrade_from: '15'", "TW759", "restore_from"),
        ("restore_from: {snapshot: 'arn:aws:rds:us-east-2:111122223333:snapshot:shop'}", "TW715", "restore_from.snapshot"),
        ("restore_from: {snapshot: '-no-'}", "TW104", "restore_from.snapshot"),
    ],
)  # fmt: skip
def test_what_rds_would_not_make_is_refused(fields: str, code: str, path: str) -> None:
    assert [(one.code, one.path) for one in refused(f"database: {{{fields}}}")] == [(code, f"database.{path}")]
