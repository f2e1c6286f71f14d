"""What a change does: every argument that the library writes has a fact, and the facts say what was read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from twinstack.changes.effect import Effect
from twinstack.facts import change_of
from twinstack.facts.changes import is_change, paths_with_changes, types_with_changes
from twinstack.facts.conditions import CONDITIONS
from twinstack.rehearsal import schemas
from twinstack.rehearsal.schema_provider.schema import Block

GOLDEN: Final = Path(__file__).parents[1] / "golden"
META: Final = {"//", "count", "depends_on", "for_each", "lifecycle", "provider"}
DATA: Final = json.loads((Path(change_of.__code__.co_filename).parent / "changes.json").read_text())["types"]


def written() -> set[tuple[str, str]]:
    """Every argument in the golden outputs, by its type and path."""
    found: set[tuple[str, str]] = set()
    for file in sorted(GOLDEN.glob("*/cdk.tf.json")):
        for type_name, resources in json.loads(file.read_text())["resource"].items():
            block = schemas.read(schemas.VERSIONS[0]).block("resource", type_name)
            for resource in resources.values():
                found |= {
                    (type_name, path) for path in paths({k: v for k, v in resource.items() if k not in META}, block)
                }
    return found


def paths(values: Mapping[str, Any], block: Block, prefix: str = "") -> Iterator[str]:
    for name, value in values.items():
        yield f"{prefix}{name}"
        nested = block.blocks.get(name)
        for one in value if isinstance(value, list) else [value]:
            if nested and isinstance(one, Mapping):
                yield from paths(one, nested.block, f"{prefix}{name}.")


def test_every_argument_in_the_golden_outputs_has_a_fact() -> None:
    assert sorted(one for one in written() if change_of(*one, "a", "b") is None) == []


def test_every_fact_is_of_an_argument_that_the_provider_has() -> None:
    unknown = []
    for type_name in types_with_changes():
        for path in paths_with_changes(type_name):
            block: Block | None = schemas.read(schemas.VERSIONS[0]).block("resource", type_name)
            for name in path.removesuffix(".*").split("."):
                known = block is not None and (name in block.attributes or name in block.blocks)
                if not known:
                    unknown.append(f"{type_name}.{path}")
                    break
                assert block is not None
                block = block.blocks[name].block if name in block.blocks else None
    assert unknown == []


def test_every_row_says_where_it_was_read_and_has_an_end() -> None:
    assert all(row["file"].startswith("internal/service/") and row["commit"] for row in DATA.values())
    for type_name, row in DATA.items():
        for path, rules in row.get("facts", {}).items():
            assert "if" not in rules[-1], f"{type_name}.{path}: nothing is said of the other changes"
            assert {rule["if"] for rule in rules[:-1]} <= CONDITIONS.keys()
            assert not {path} & {*row["replaces"], *row["in_place"]}, f"{type_name}.{path} is said twice"
    named = {rule["if"] for row in DATA.values() for rules in row.get("facts", {}).values() for rule in rules[:-1]}
    assert named == CONDITIONS.keys()


@pytest.mark.parametrize(("type_name", "path", "before", "after", "effect"), [
    ("aws_db_instance", "engine", "postgres", "mysql", Effect.DESTROYS_DATA),
    ("aws_db_instance", "storage_encrypted", False, True, Effect.DESTROYS_DATA),
    ("aws_db_instance", "identifier", "a", "b", Effect.INTERRUPTS),
    ("aws_db_instance", "instance_class", "db.t4g.micro", "db.t4g.small", Effect.INTERRUPTS),
    ("aws_db_instance", "allocated_storage", 20, 40, Effect.SAFE),
    ("aws_db_instance", "allocated_storage", 40, 20, Effect.INTERRUPTS),
    ("aws_db_instance", "backup_retention_period", 7, 30, Effect.SAFE),
    ("aws_db_instance", "backup_retention_period", 0, 7, Effect.INTERRUPTS),
    ("aws_db_instance", "backup_retention_period", 7, 0, Effect.DESTROYS_DATA),
    ("aws_db_instance", "engine_version", "15", "15.4", Effect.INTERRUPTS),
    ("aws_db_instance", "parameter_group_name", "a", "b", Effect.RESTARTS),
    ("aws_db_instance", "storage_type", "gp2", "gp3", Effect.SAFE),
    ("aws_db_subnet_group", "name", "a", "b", Effect.REPLACES),
    ("aws_cloudwatch_log_group", "retention_in_days", 90, 30, Effect.DESTROYS_DATA),
    ("aws_cloudwatch_log_group", "retention_in_days", 30, 0, Effect.SAFE),
    ("aws_cloudwatch_log_group", "retention_in_days", 0, 30, Effect.DESTROYS_DATA),
    ("aws_elasticache_replication_group", "engine", "redis", "valkey", Effect.INTERRUPTS),
    ("aws_elasticache_replication_group", "engine", "valkey", "redis", Effect.DESTROYS_DATA),
    ("aws_elasticache_replication_group", "engine_version", "7.1", "7.0", Effect.DESTROYS_DATA),
    ("aws_elasticache_replication_group", "engine_version", "6.x", "7.1", Effect.INTERRUPTS),
    ("aws_eks_cluster", "compute_config[0].node_role_arn", "a", "b", Effect.DESTROYS_DATA),
    ("aws_eks_cluster", "compute_config.0.node_role_arn", None, "b", Effect.SAFE),
    ("aws_eks_cluster", "encryption_config", [{}, {}], [], Effect.DESTROYS_DATA),
    ("aws_eks_cluster", "encryption_config", [], [{"resources": ["secrets"]}], Effect.SAFE),
    ("aws_eks_cluster", "version", "1.32", "1.33", Effect.RESTARTS),
    ("aws_vpc_security_group_ingress_rule", "cidr_ipv4", "10.0.0.0/16", None, Effect.REPLACES),
    ("aws_vpc_security_group_ingress_rule", "cidr_ipv4", "10.0.0.0/16", "10.0.0.0/8", Effect.SAFE),
    ("aws_iam_policy", "description", "a", "b", Effect.REPLACES),
    ("aws_wafv2_web_acl", "rule.statement.rate_based_statement.limit", 100, 200, Effect.SAFE),
    ("aws_secretsmanager_secret_version", "secret_string_wo_version", 1, 2, Effect.REPLACES),
])  # fmt: skip
def test_a_change_has_its_effect(type_name: str, path: str, before: Any, after: Any, effect: Effect) -> None:
    fact = change_of(type_name, path, before, after)
    assert fact is not None
    assert fact.effect is effect
    assert fact.source


def test_a_condition_looks_beside() -> None:
    def of(version: str) -> bool:
        fact = change_of(
            "aws_elasticache_replication_group",
            "transit_encryption_enabled",
            False,
            True,
            beside={"engine_version": version},
        )
        return fact is not None and fact.replaces

    assert [of(version) for version in ("6.2", "7.0.4", "7.0", "7.1")] == [True, True, False, False]


def test_what_is_not_known_is_not_guessed() -> None:
    assert change_of("aws_db_instance", "of_tomorrow", 1, 2) is None
    assert change_of("aws_of_tomorrow", "name", "a", "b") is None


@pytest.mark.parametrize(("path", "before", "after", "changed"), [
    ("bootstrap_self_managed_addons", None, True, False),
    ("bootstrap_self_managed_addons", True, None, False),
    ("bootstrap_self_managed_addons", None, False, True),
    ("deletion_protection", None, False, False),
    ("enabled_cluster_log_types", None, [], False),
    ("version", "1.32", None, True),
])  # fmt: skip
def test_what_is_not_set_is_its_default(path: str, before: Any, after: Any, changed: bool) -> None:
    assert is_change("aws_eks_cluster", path, before, after) is changed
