"""What AWS does not take of a field is said when the environment is loaded, with the line, and what is right passes."""

from __future__ import annotations

import datetime
from typing import Final

import pytest

from stacks import product
from twinstack.errors import ConfigurationError, Location, Problem
from twinstack.layers.load import load_text

TODAY: Final = datetime.date(2026, 11, 24)
LAYERS: Final = {
    name: (product.root / "environments" / f"{name}.yaml").read_text(encoding="utf-8") for name in ("base", "prod")
}


def found(layer: str, region: str = "us-west-2") -> list[Problem]:
    """The problems of production with one more layer, of which the first line says the region."""
    text = f"region: {region}\n{layer}\n"
    try:
        loaded = load_text(product.environment, "prod", {**LAYERS, "more": text}, TODAY)
    except ConfigurationError as error:
        return [problem for problem in error.problems if problem.code.startswith("TW38")]
    return [problem for problem in loaded.warnings if problem.code.startswith("TW38")]


@pytest.mark.parametrize(("kind", "layer", "code", "path", "line", "near", "right"), [
    ("a list of numbers", "database:\n  monitoring_interval_seconds: 45", "TW380", "database.monitoring_interval_seconds", 3,
     "30", "database:\n  monitoring_interval_seconds: 30"),
    ("a class misspelt", "database:\n  multi_az: true\n  instance_class: db.t3.mediun", "TW380", "database.instance_class", 4,
     "db.t3.medium", "database:\n  instance_class: db.t3.medium"),
    ("a class and its engine's version", "database: {instance_class: db.t2.micro}", "TW381", "database.instance_class", 2,
     "db.t3.micro", "database: {instance_class: db.t4g.micro}"),
    ("a class of a later family", "database:\n\n  instance_class: db.m11g.large", "TW382", "database.instance_class", 4,
     "db.m9g.large", "database: {instance_class: db.m9g.large}"),
    ("the engine's next version", "database: {engine_version: '19'}", "TW382", "database.engine_version", 2,
     "18", "database: {engine_version: '18'}"),
    ("a Kubernetes that is not there yet", "cluster: {version: '1.37'}", "TW382", "cluster.version", 2,
     "1.36", "cluster: {version: '1.36'}"),
    ("a Redis that never was", "cache:\n  engine_version: '7.3'", "TW380", "cache.engine_version", 3,
     "7.1", "cache: {engine_version: '7.1'}"),
    ("a Valkey that never was", "cache:\n  engine: valkey\n  engine_version: '8.9'", "TW381", "cache.engine_version", 4,
     "8.2", "cache: {engine: valkey, engine_version: '9.1'}"),
    ("a node of none", "cache: {node_type: cache.t3.huge}", "TW380", "cache.node_type", 2, "", "cache: {node_type: cache.m7g.large}"),
    ("a node of before", "cache: {node_type: cache.t1.micro}", "TW381", "cache.node_type", 2,
     "cache.t2.micro", "cache: {node_type: cache.t2.micro}"),
    ("a parameter's value", "database:\n  parameters:\n    work_mem: '4096'\n    log_statement: every", "TW380",
     "database.parameters.log_statement", 5, "", "database: {parameters: {log_statement: ddl, work_mem: '{DBInstanceClassMemory/9}'}}"),
    ("a parameter with a unit", "database: {parameters: {work_mem: 64MB}}", "TW380", "database.parameters.work_mem", 2,
     "65536", "database: {parameters: {work_mem: '65536'}}"),
    ("a policy of Redis", "cache:\n  max_memory_policy: allkeys", "TW380", "cache.max_memory_policy", 3,
     "allkeys-lru", "cache: {max_memory_policy: allkeys-lru}"),
    ("a window of WAF", "edge:\n  rate_limit:\n    window_seconds: 61", "TW380", "edge.rate_limit.window_seconds", 4,
     "60", "edge: {rate_limit: {window_seconds: 120}}"),
])  # fmt: skip
def test_a_wrong_value_is_told_with_its_line_and_a_right_one_passes(
    kind: str, layer: str, code: str, path: str, line: int, near: str, right: str
) -> None:
    (one,) = found(layer)
    assert (one.code, one.path, one.location) == (code, path, Location("environments/more.yaml", line)), kind
    assert f"write `{near}`" in one.fix or not near
    assert one.given
    assert "(" in one.allowed, "the source is named"
    assert one.warning is (code == "TW382")
    assert found(right) == []


def test_machines_are_those_of_the_environment_s_own_region() -> None:
    elsewhere = "cluster:\n  mode: managed\n  node_groups:\n    main: {instance_types: [m7i.large, x8g.medium], min: 6, max: 9}\n"
    database = "database: {tls: require, ca_bundle: /x, acknowledge: {TW713: not a matter of this test}}"
    (one,) = [each for each in found(elsewhere + database, "ap-south-2") if "node_groups" in each.path]
    assert (one.code, one.path) == ("TW381", "cluster.node_groups.main.instance_types[1]")
    assert one.location == Location("environments/more.yaml", 5)
    assert "x8g.medium in ap-south-2" in one.given
    assert not [each for each in found(elsewhere + database, "us-west-2") if "node_groups" in each.path]


def test_what_is_acknowledged_with_a_reason_passes() -> None:
    reason = "seen in the console, on the day it came"
    assert not found(f"database: {{instance_class: db.m11g.large, acknowledge: {{TW382: {reason!r}}}}}")
    assert not found(f"database: {{instance_class: db.t2.micro, acknowledge: {{TW381: {reason!r}}}}}")
    (still,) = found(f"database: {{monitoring_interval_seconds: 45, acknowledge: {{TW380: {reason!r}}}}}")
    assert still.code == "TW380"


def test_nothing_is_held_against_a_cluster_that_exists() -> None:
    assert not found("cluster: {existing: shared, version: '1.20'}\nnetwork: {existing: {vpc_id: vpc-0a1b2c3d}}")


@pytest.mark.parametrize("name", product.environments)
def test_the_environments_pass(name: str) -> None:
    loaded = product.load_with_provenance(name, today=TODAY)
    assert not [one for one in loaded.warnings if one.code.startswith("TW38")]
