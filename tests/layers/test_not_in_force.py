"""A field that nothing is made of is told, where somebody writes it and where somebody asks; and no other is said to be one."""

from __future__ import annotations

import json
from functools import cache
from typing import Any, Final

import cdk8s
import pytest

from stacks import AnalyticsEnvironment, product
from stacks.infrastructure import AnalyticsInfrastructure
from stacks.workloads import AnalyticsWorkloads
from tests.aws.documents import DAY, Document, app
from twinstack import kubernetes
from twinstack.environment.spec import Spec
from twinstack.layers.explain import entries, explain
from twinstack.layers.load import Loaded

SUBNETS: Final = [f"subnet-0123456789abcdef{index}" for index in range(4)]
VPC: Final = {
    "vpc_id": "vpc-0123456789abcdef0",
    "private_subnet_ids": SUBNETS[:2],
    "database_subnet_ids": SUBNETS[2:],
    "database_cidrs": ["10.40.160.0/24", "10.40.161.0/24"],
}
ELSEWHERE: Final = {"network.existing": VPC, "cluster.existing": "shared"}
OTHERS: Final[dict[str, Any]] = {
    "network.title": "Another network",
    "network.cidr": "10.41.0.0/16",
    "network.zones": ["b", "c"],
    "network.zone_places": {"c": 5},
    "network.nat": "none",
    "network.flow_log_traffic": "all",
    "network.flow_log_retention_days": 30,
    "cluster.title": "Another cluster",
    "cluster.version": "1.35",
    "cluster.private_access_cidrs": ["10.1.0.0/16"],
    "cluster.private_access_security_groups": ["sg-0123456789abcdef0"],
    "cluster.public_access_cidrs": ["203.0.113.0/24"],
    "cluster.administrators": ["somebody-else"],
    "cluster.deployers": ["release"],
    "cluster.exporters": True,
    "cluster.log_retention_days": 30,
    "cluster.deletion_protection": False,
    "cluster.service_ipv4_cidr": "172.21.0.0/16",
    "cluster.node_security_group_ids": ["sg-0123456789abcdef0"],
    "edge.host": "other.dev.analytics.shadower.ai",
    "edge.former_hosts": ["before.dev.analytics.shadower.ai"],
    "edge.body_limit_mib": 20,
    "edge.rate_limit": {"requests": 50},
    "edge.total_rate_limit": {"requests": 3000},
    "edge.idle_timeout_seconds": 600,
    "edge.deregistration_seconds": 5,
    "edge.certificate_arn": "arn:aws:acm:us-west-2:111122223333:certificate/0a1b2c3d",
    "edge.controller": "self_managed",
    "edge.access_log_bucket": "logs-of-requests",
    "edge.firewall": {"log_retention_days": 30},
    "edge.issuer": "another-issuer",
    "edge.acme": {"email": "somebody@example.com"},
    "edge.inbound_cidrs": ["203.0.113.0/24"],
}
"""Another value for each field that only some kinds have in force, and for its neighbours."""
MODES: Final[dict[str, dict[str, Any]]] = {
    "network": ELSEWHERE,
    "cluster": ELSEWHERE,
    "alb": {"edge.kind": "alb"},
    "nginx": {"edge.kind": "nginx"},
}


def loaded(values: dict[str, Any]) -> Loaded[AnalyticsEnvironment]:
    (found,) = product.load_all(["dev"], set=values or None, today=DAY)
    return found


def made(values: dict[str, Any]) -> str:
    """Everything that both halves become."""
    environment = loaded(values).environment
    terraform = Document(AnalyticsInfrastructure(app(), environment)).blocks
    return json.dumps([terraform, kubernetes.objects(AnalyticsWorkloads(cdk8s.App(), environment))], sort_keys=True)


@cache
def unchanged(mode: str) -> str:
    return made(MODES[mode])


def cases() -> list[tuple[str, str]]:
    sections = {"network": "network", "cluster": "cluster", "alb": "edge", "nginx": "edge"}
    return [(mode, path) for mode, section in sections.items() for path in OTHERS if path.startswith(f"{section}.")]


@pytest.mark.parametrize(("mode", "path"), cases())
def test_a_field_is_said_not_to_be_in_force_just_where_nothing_is_made_of_it(mode: str, path: str) -> None:
    section, _, field = path.partition(".")
    spec = loaded(MODES[mode]).environment.specs[section]
    says_nothing = field in spec.not_in_force()
    changes_nothing = made({**MODES[mode], path: OTHERS[path]}) == unchanged(mode)
    assert says_nothing is changes_nothing


@pytest.mark.parametrize("mode", MODES)
def test_what_is_not_in_force_are_fields(mode: str) -> None:
    for spec in loaded(MODES[mode]).environment.specs.values():
        assert isinstance(spec, Spec)
        fields = type(spec).__pydantic_fields__
        assert set(spec.not_in_force()) <= set(fields)
        assert {why.because_of for why in spec.not_in_force().values()} <= set(fields)


def test_who_writes_it_beside_what_has_it_so_is_warned() -> None:
    warnings = loaded({"edge.kind": "nginx", "edge.access_log_bucket": "logs"}).warnings
    (found,) = [warning for warning in warnings if warning.code == "TW766"]
    assert (found.path, found.given, found.fix) == (
        "edge.access_log_bucket", "access_log_bucket, with kind: nginx", "remove `access_log_bucket`",
    )  # fmt: skip


def test_who_writes_it_for_other_environments_is_not() -> None:
    warnings = loaded(ELSEWHERE).warnings  # base.yaml says nat, and dev.yaml how long traffic is kept
    assert not [warning.path for warning in warnings if warning.code == "TW766"]


def test_who_asks_is_told() -> None:
    found = explain(loaded(ELSEWHERE), "network.flow_log_retention_days")
    assert found.not_in_force == "with existing, nothing of a network that exists is made or changed"
    assert explain(loaded({}), "network.flow_log_retention_days").not_in_force == ""
    shown = {entry.name: entry.source for entry in entries(loaded(ELSEWHERE), "network")}
    assert shown["nat"].endswith(", not in force")
    assert not shown["cidr"].endswith("not in force")
