"""A replica: who answers links with `read`, on AWS, in the cluster and on a developer's machine; and updates by a copy."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cdktf import Testing

from tests.aws.documents import DAY, app
from tests.postgres.database import load as load_alone
from tests.postgres.database import problem, refused
from tests.postgres.server import Server, server
from tests.postgres.stack import TEXT, Elsewhere, releases
from twinstack import aws
from twinstack.environment import Environment
from twinstack.errors import ConfigurationError
from twinstack.facts import refused_steps
from twinstack.layers.load import load_text
from twinstack.postgres import PostgresSpec
from twinstack.redis import RedisSpec
from twinstack.worker import WorkerSpec

WORKER = "worker: {{image: acme/a, health: {{command: [well]}}, task_limit_seconds: 60, scale: {{min: 1, max: 1}}, resources: {{requests: {{cpu: 100m, memory: 64Mi}}, limits: {{memory: 64Mi}}}}, uses: [{}]}}\n"  # fmt: skip
BOTH = "database, database: {access: read, variables: {host: READER_HOST, url: READER_URL}}"
REPLICA = "database: {replica: {instance_class: db.t4g.medium}}\n"
LEAVING = "database: {replica: {instance_class: db.t4g.medium, answers: false}}\n"
INSTANCE = "aws_db_instance.database_replica"


class Shop(Environment):
    database: PostgresSpec
    cache: RedisSpec
    worker: WorkerSpec


def load(layer: str = "", uses: str = BOTH) -> Shop:
    return load_text(Shop, "live", {"base": TEXT + WORKER.format(uses), "live": layer}, DAY).environment


def document(layer: str = "", uses: str = BOTH) -> dict[str, Any]:
    environment = load(layer, uses)
    stack = aws.Infrastructure(app(), environment)
    aws.Postgres(stack, environment.database, network=Elsewhere())
    aws.Redis(stack, environment.cache, network=Elsewhere())
    return json.loads(Testing.synth(stack))


def test_the_replica_has_all_from_the_database_but_its_machine_and_its_logs() -> None:
    plain, stack = document(uses="database")["resource"], document(REPLICA, "database")["resource"]
    first, replica = stack["aws_db_instance"]["database"], stack["aws_db_instance"]["database_replica"]
    assert first == plain["aws_db_instance"]["database"]
    assert replica["replicate_source_db"] == "${aws_db_instance.database.identifier}"
    assert (replica["identifier"], replica["instance_class"]) == ("acme-shop-database-live-replica", "db.t4g.medium")
    same = ("vpc_security_group_ids", "parameter_group_name", "storage_encrypted", "ca_cert_identifier", "monitoring_role_arn",
            "maintenance_window", "max_allocated_storage", "performance_insights_kms_key_id", "publicly_accessible")  # fmt: skip
    assert {name: replica[name] for name in same} == {name: first[name] for name in same}
    # What RDS takes from the source, or refuses beside it.
    inherited = {"engine", "engine_version", "username", "password_wo", "db_name", "allocated_storage", "kms_key_id",
                 "db_subnet_group_name", "backup_window", "final_snapshot_identifier", "lifecycle"}  # fmt: skip
    assert not inherited & set(replica)
    logs = set(stack["aws_cloudwatch_log_group"]) - set(plain["aws_cloudwatch_log_group"])
    assert logs == {"database_replica_postgresql", "database_replica_upgrade"}
    trust = json.loads(stack["aws_iam_role"]["database_monitoring"]["assume_role_policy"])
    arn = "arn:aws:rds:eu-central-1:111122223333:db:acme-shop-database-live"
    assert trust["Statement"][0]["Condition"]["StringEquals"]["aws:SourceArn"] == [arn, f"{arn}-replica"]


def test_a_link_with_read_has_variables_of_its_own_and_begins_anew_when_another_one_answers() -> None:
    digests = {}
    for layer, reader in (("", "database"), (REPLICA, "replica"), (LEAVING, "database")):
        environment = load(layer)
        variables = {one.name: one.secret for one in environment.worker.secret_variables}
        assert set(variables) == {"DATABASE_URL", "READER_URL", "READER_HOST"}
        assert variables["DATABASE_URL"] == environment.database.url
        for name, entry in (("READER_URL", "url"), ("READER_HOST", "host")):
            secret = variables[name]
            assert secret is not None
            assert (secret.name, secret.entry) == ("acme-shop-live/database/replica", f"{reader}_{entry}")
        digests[layer] = environment.worker.secret_digest
    assert digests[""] == digests[LEAVING] != digests[REPLICA]
    (plain,) = (one.name for one in load(uses="database: read").worker.secret_variables)
    assert plain == "DATABASE_REPLICA_URL"


def test_without_a_link_that_reads_nothing_of_it_is_written() -> None:
    assert "database_replica" not in document(uses="database")["resource"]["aws_secretsmanager_secret"]
    assert "_reader" not in json.dumps(str(load(uses="database").database.local()))


@pytest.mark.parametrize(
    ("uses", "codes"),
    [
        ("database, database", {"TW203", "TW709"}),  # and no Job makes its role
        ("database: admin, database: write", {"TW203"}),
        ("database: read, database: write, database: admin", {"TW203"}),
    ],
)
def test_a_third_link_or_the_same_twice_is_refused_as_before(uses: str, codes: set[str]) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(uses=uses)
    assert {one.code for one in caught.value.problems} == codes


def test_who_answers_is_in_the_secret_before_the_replica_goes(tmp_path: Path) -> None:
    stack = document(REPLICA)
    with releases(tmp_path, stack) as state:

        def held() -> dict[str, str]:
            return json.loads(state.place.cloud.secret("acme-shop-live/database/replica"))

        def address(of: str) -> str:
            known = state.state(f"aws_db_instance.{of}")
            assert known is not None
            return known["address"]

        state.apply(document())
        assert held()["database_host"] == address("database")
        assert set(state.apply(stack)) >= {("create", INSTANCE)}
        assert state.plan(stack) == {}, "a second apply has nothing to do"
        found = held()
        assert found["replica_host"] == address("database_replica")
        role, host = "shop_user", address("database_replica")
        assert found["replica_url"].startswith(f"postgresql://{role}:{found['replica_password']}@{host}:5432/shop?")
        passwords = json.loads(state.place.cloud.secret("acme-shop-live/database/passwords"))
        assert found["replica_password"] == passwords[role]
        leaving = document(LEAVING)
        assert not [one for one in state.apply(leaving) if one[1] == INSTANCE]
        assert held()["database_host"] == address("database")
        assert state.plan(leaving) == {}
        assert ("delete", INSTANCE) in state.apply(document())
        assert state.plan(document()) == {}


@pytest.fixture(name="server", scope="module")
def a_server() -> Iterator[Server]:
    with server() as running:
        yield running


def test_the_one_server_of_the_local_stack_has_a_role_that_only_reads(server: Server) -> None:
    stand_in = load().database.local()
    inside = stand_in.variables["DATABASE_REPLICA_URL"]
    assert inside == "postgresql://${DATABASE_USER}_reader:${DATABASE_PASSWORD}@database:5432/${DATABASE_NAME:-shop}"
    assert stand_in.variables["DATABASE_REPLICA_USER"] == "${DATABASE_USER}_reader"
    health = stand_in.services[0].health
    assert health is not None
    for _ in range(2):
        done = server.check(health.command, DATABASE_PASSWORD="secret-1")
        assert done.returncode == 0, done.stderr + done.stdout
    assert server.query("CREATE TABLE things (id int)").returncode == 0
    reads = server.query("SELECT count(*) FROM things", "analytics_admin_reader", "secret-1")
    assert (reads.returncode, reads.stdout.strip()) == (0, "0")
    writes = server.query("INSERT INTO things VALUES (1)", "analytics_admin_reader", "secret-1")
    assert "read-only transaction" in writes.stderr


def test_a_replica_is_made_of_a_backup() -> None:
    assert refused("database: {replica: {instance_class: db.t4g.micro}, backup_retention_days: 0}") == (
        problem(
            "TW719", "a replica of a database without backups", "database.backup_retention_days", "0",
            "1 to 35 days: RDS makes a replica of a backup", "keep backups for a day at least, or remove replica",
        ),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("layer", "message", "path"),
    [
        ("apply: now, replica: {instance_class: db.t4g.micro}", "a blue/green update of a database with a replica", "blue_green_update"),
        ("apply: now, backup_retention_days: 0", "a blue/green update of a database without backups", "blue_green_update"),
        ("apply: window", "a blue/green update that would not wait for the window", "apply"),
        ("apply: now, engine_version: '16', upgrade_from: '15'", "a blue/green upgrade without logical replication", "parameters"),
    ],
)  # fmt: skip
def test_an_update_by_a_copy_that_nobody_carries_out_is_refused(layer: str, message: str, path: str) -> None:
    (found,) = refused(f"database: {{blue_green_update: true, {layer}}}")
    assert (found.code, found.message, found.path) == ("TW720", message, f"database.{path}")


def test_an_update_by_a_copy_is_one_block() -> None:
    plain, copied = document(), document("database: {blue_green_update: true, apply: now}\n")
    assert "blue_green_update" not in plain["resource"]["aws_db_instance"]["database"]
    assert copied["resource"]["aws_db_instance"]["database"]["blue_green_update"] == {"enabled": True}
    load_alone(
        "database: {blue_green_update: true, apply: now, engine_version: '16', upgrade_from: '15', "
        "parameters: {rds.logical_replication: '1'}}"
    )


@pytest.mark.parametrize(
    ("versions", "engine", "enabled", "codes"),
    [
        ((1, 2), "15", True, ["InvalidParameterCombination"]),
        ((1, 2), "15", False, []),
        ((1, 1), "15", True, []),
        ((None, 1), "15", True, []),
    ],
)
def test_a_rotation_beside_it_is_refused_by_rds(
    versions: tuple[Any, Any], engine: str, enabled: bool, codes: list[str]
) -> None:
    before, after = (
        {"engine_version": engine, "password_wo_version": one, "blue_green_update": [{"enabled": enabled}]}
        for one in versions
    )
    assert [one.code for one in refused_steps("aws_db_instance", before, after)] == codes


def test_what_was_restored_stays_when_the_snapshot_is_not_named_any_more(tmp_path: Path) -> None:
    restored = document("database: {restore_from_snapshot: acme-shop-final-1, password_version: 2}\n")
    after = document("database: {password_version: 2}\n")
    with releases(tmp_path, restored) as state:
        state.apply(restored)
        made = state.state("aws_db_instance.database")
        assert made is not None
        assert made["snapshot_identifier"] == "acme-shop-final-1"
        assert state.plan(restored) == {}
        assert state.plan(after) == {}, "the provider computes it: nothing is replaced"
        url = json.loads(state.place.cloud.secret("acme-shop-live/database/replica"))["database_url"]
        assert url.startswith("postgresql://shop_user_b:"), "the role of the new version, which the Job makes anew"
