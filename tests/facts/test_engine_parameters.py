"""The parameters of PostgreSQL, held against what its own servers say of them."""

from __future__ import annotations

from typing import Any

import pytest

from stacks import product
from tests.changes.edits.recorded import DAY, LAYERS
from tests.facts.parameter_groups import refused_in, require_refused
from twinstack.facts import Certainty, Refused
from twinstack.facts.engine_parameters import EXTENSIONS, RDS, parameters
from twinstack.facts.support import POSTGRES
from twinstack.layers.load import load_text


def found(family: str, name: str, value: Any) -> list[Refused]:
    return refused_in("aws_db_parameter_group", family, name, value)


def test_every_version_that_is_sold_is_known_and_no_other() -> None:
    assert [major for major in range(9, 30) if parameters(major)] == [int(one) for one in POSTGRES if int(one) >= 14]
    assert all(len(parameters(major)) > 300 for major in (14, 15, 16, 17, 18))


@pytest.mark.parametrize(
    ("family", "name", "value"),
    [
        ("postgres15", "checkpoint_timeout", "900"),
        ("postgres15", "checkpoint_timeout", 900),
        ("postgres15", "DateStyle", "ISO, MDY"),
        ("postgres15", "timezone", "UTC"),
        ("postgres15", "seq_page_cost", "1.1"),
        ("postgres15", "maintenance_work_mem", "{DBInstanceClassMemory/63963136*1024}"),
        ("postgres15", "track_io_timing", "1"),
        ("postgres15", "synchronous_commit", "remote_write"),
        ("postgres15", "wal_compression", "zstd"),
        ("postgres15", "pgaudit.log", "ddl"),
        ("postgres15", "rds.logical_replication", "1"),
        ("postgres15", "our_own.setting", "x"),
        ("postgres15", "checkpoint_timeout", "${var.minutes}"),
        ("postgres18", "log_connections", "authentication"),
        ("postgres17", "log_connections", "1"),
        ("aurora-postgresql15", "apg_plan_mgmt.capture_plan_baselines", "automatic"),
        ("mysql8.0", "max_connectons", "x"),
        ("postgres99", "max_connectons", "x"),
        ("${var.family}", "max_connectons", "x"),
    ],
)
def test_what_postgresql_takes_is_not_refused(family: str, name: str, value: Any) -> None:
    assert found(family, name, value) == []


@pytest.mark.parametrize(
    ("family", "name", "value", "nearest", "certainty"),
    [
        ("postgres15", "max_connectons", "5", "max_connections", Certainty.NEWER),
        ("postgres15", "rds.force_sll", "1", "rds.force_ssl", Certainty.NEWER),
        ("postgres15", "pg_stat_statments.max", "5000", "pg_stat_statements.max", Certainty.NEWER),
        ("postgres15", "io_method", "worker", "", Certainty.OFFER),
        ("postgres15", "stats_temp_directory", "/tmp", "", Certainty.OFFER),
        ("postgres15", "block_size", "8192", "", Certainty.CLOSED),
        ("postgres15", "checkpoint_timeout", "5min", "300", Certainty.CLOSED),
        ("postgres15", "work_mem", "16MB", "16384", Certainty.CLOSED),
        ("postgres15", "shared_buffers", "1 GB", "131072", Certainty.CLOSED),
        ("postgres15", "log_min_duration_statement", "0.5s", "500", Certainty.CLOSED),
        ("postgres15", "work_mem", "16 seconds", "", Certainty.CLOSED),
        ("postgres15", "work_mem", "MB", "", Certainty.CLOSED),
        ("postgres15", "work_mem", "1B", "", Certainty.CLOSED),
        ("postgres15", "effective_io_concurrency", "5000", "1000", Certainty.CLOSED),
        ("postgres14", "checkpoint_completion_target", "2", "1", Certainty.CLOSED),
        ("postgres15", "synchronous_commit", "remotewrite", "remote_write", Certainty.CLOSED),
        ("postgres15", "track_io_timing", "on", "1", Certainty.NEWER),
        ("postgres15", "track_io_timing", "maybe", "", Certainty.CLOSED),
    ],
)  # fmt: skip
def test_what_it_does_not_take_is_said_with_the_nearest_right_one(
    family: str, name: str, value: Any, nearest: str, certainty: Certainty
) -> None:
    require_refused(found(family, name, value), name, nearest, certainty)


def test_the_lists_are_in_order() -> None:
    assert [*RDS] == sorted(RDS)
    assert len({*EXTENSIONS}) == len(EXTENSIONS)


def test_a_field_of_an_environment_is_told_at_its_own_line() -> None:
    text = LAYERS["prod"].replace("  storage_gib: 100\n", "  storage_gib: 100\n  parameters: {max_connectons: 500}\n")
    assert text != LAYERS["prod"]
    loaded = load_text(product.environment, "prod", {**LAYERS, "prod": text}, DAY)
    (one,) = [each for each in loaded.warnings if each.code == "TW382"]
    assert one.path == "database.parameters.max_connectons"
    assert one.fix.startswith("write `max_connections`, if that is what is meant; or, with a reviewed reason")
    assert one.location is not None
    assert text.splitlines()[one.location.line - 1].strip().startswith("parameters:")
