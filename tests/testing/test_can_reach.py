"""can_reach reads the documents: whatever closes a way in one of them closes it, whatever the links say."""

from __future__ import annotations

import copy
import datetime
from collections.abc import Callable
from typing import Any

import pytest

from twinstack.errors import UsageError
from twinstack.testing import Template, Twin, Twins
from twinstack.testing.reach import Reachability, Reacher
from twinstack.testing.template import Entry

DAY = datetime.date(2026, 11, 24)
Change = Callable[[dict[str, Any]], None]


@pytest.fixture
def prod(twin: Twins) -> Twin[Any]:
    return twin("prod", today=DAY)


def changed(template: Template, type_: str, name: str, change: Change | None) -> Template:
    """The half with one entry changed by hand, or (None) without it."""
    entries = []
    for entry in template.entries:
        if (entry.type, entry.name) == (type_, name):
            if change is None:
                continue
            properties = copy.deepcopy(dict(entry.properties))
            change(properties)
            entry = Entry(entry.type, entry.name, properties, entry.path)
        entries.append(entry)
    assert tuple(entries) != template.entries
    return Template(template.title, entries)


def ask(twin: Twin[Any], source: str, target: str, type_: str, name: str, change: Change | None = None) -> Reachability:
    """The answer after a change."""
    infrastructure, workloads = twin.infrastructure, twin.workloads
    if type_.startswith("aws_"):
        infrastructure = changed(infrastructure, type_, name, change)
    else:
        workloads = changed(workloads, type_, name, change)
    return Reacher(twin.environment, infrastructure, workloads).ask(source, target)


def keep_egress(which: Callable[[dict[str, Any]], bool]) -> Change:
    def change(manifest: dict[str, Any]) -> None:
        manifest["spec"]["egress"] = [rule for rule in manifest["spec"]["egress"] if which(rule)]

    return change


def assign(*path: str | int, value: Any) -> Change:
    def change(properties: dict[str, Any]) -> None:
        here: Any = properties
        for part in path[:-1]:
            here = here[part]
        here[path[-1]] = value

    return change


def is_not_for(port: int) -> Callable[[dict[str, Any]], bool]:
    return lambda rule: port not in {one["port"] for one in rule["ports"]}


RULE = "aws_vpc_security_group_ingress_rule"


@pytest.mark.parametrize(
    ("target", "type_", "name", "change", "reason"),
    [
        (
            "database", RULE, "database_5432", None,
            "aws_security_group.database does not admit the cluster's pods on TCP 5432: there is no rule",
        ),
        (
            "database", RULE, "database_5432", assign("to_port", value=5431),
            "aws_security_group.database does not admit the cluster's pods on TCP 5432: only",
        ),
        (
            "database", RULE, "database_5432", assign("referenced_security_group_id", value="sg-0123456789abcdef0"),
            f"only {RULE}.database_5432 admits sg-0123456789abcdef0 on tcp 5432",
        ),
        (
            "database", "aws_db_instance", "database", assign("vpc_security_group_ids", value=[]),
            "nothing of database is in a security group",
        ),
        (
            "database", "aws_db_instance", "database", assign("vpc_security_group_ids", value=["${aws_security_group.cache.id}"]),
            f"aws_security_group.cache does not admit the cluster's pods on TCP 5432: only {RULE}.cache_6379 admits",
        ),
        ("database", "aws_db_instance", "database", assign("port", value=5433), "database listens on 5433, not on 5432"),
        (
            "database", "NetworkPolicy", "analytics-backend", keep_egress(is_not_for(5432)),
            "no NetworkPolicy lets out to 10.40.160.0/22 and 2 more on TCP 5432 "
            "(default-deny, analytics-backend)",
        ),
        (
            "cache", "aws_elasticache_subnet_group", "cache", assign("subnet_ids", value=["${aws_subnet.network_public_a.id}"]),
            "no NetworkPolicy lets out to 10.40.128.0/22 on TCP 6379",
        ),
        (
            "exports", "NetworkPolicy", "analytics-backend", keep_egress(is_not_for(443)),
            "no NetworkPolicy lets out to AWS on TCP 443",
        ),
        ("exports", "aws_iam_role_policy", "backend", None, "its role is granted nothing on exports"),
        ("exports", "aws_eks_pod_identity_association", "backend", None, "its role is granted nothing on exports"),
    ],
)  # fmt: skip
def test_a_way_that_one_document_closes_is_closed(
    prod: Twin[Any], target: str, type_: str, name: str, change: Change | None, reason: str
) -> None:
    assert prod.can_reach("backend", target)
    answer = ask(prod, "backend", target, type_, name, change)
    assert not answer
    assert len(answer.reasons) == 1
    assert reason in answer.reasons[0]


def test_a_way_is_open_where_the_documents_open_it_without_a_link(prod: Twin[Any]) -> None:
    def open_everything(manifest: dict[str, Any]) -> None:
        manifest["spec"]["egress"].append({})

    assert not prod.can_reach("frontend", "database")
    assert ask(prod, "frontend", "database", "NetworkPolicy", "analytics-frontend", open_everything)
    still = ask(prod, "frontend", "exports", "NetworkPolicy", "analytics-frontend", open_everything)
    assert still.reasons == ("its role is granted nothing on exports",)


def test_a_workload_is_reached_where_one_lets_out_and_the_other_in(prod: Twin[Any]) -> None:
    peers = [{"podSelector": {"matchLabels": {"app": "analytics-frontend"}}}]

    def let_in(manifest: dict[str, Any]) -> None:
        manifest["spec"]["ingress"] = [{"from": peers, "ports": [{"port": 8000}]}]

    def let_out(manifest: dict[str, Any]) -> None:
        manifest["spec"]["egress"] = [{"ports": [{"port": 8000}]}]

    workloads = changed(prod.workloads, "NetworkPolicy", "analytics-backend", let_in)
    half_open = Reacher(prod.environment, prod.infrastructure, workloads).ask("frontend", "backend")
    assert not half_open
    assert half_open.reasons == (
        "no NetworkPolicy lets out to pods of backend on TCP 8000 (default-deny, analytics-frontend)",
    )
    workloads = changed(workloads, "NetworkPolicy", "analytics-frontend", let_out)
    answer = Reacher(prod.environment, prod.infrastructure, workloads).ask("frontend", "backend")
    assert answer
    assert repr(answer) == (
        "frontend reaches backend: "
        "NetworkPolicy analytics-frontend lets out to pods of backend on TCP 8000; "
        "NetworkPolicy analytics-backend lets in to pods of backend on TCP 8000"
    )


def test_an_answer_fits_into_what_pytest_shows_of_it(prod: Twin[Any]) -> None:
    answer = repr(prod.can_reach("backend", "database"))
    assert answer == (
        "backend reaches database: NetworkPolicy analytics-backend lets out to 10.40.160.0/22 and 2 more on TCP 5432; "
        "aws_vpc_security_group_ingress_rule.database_5432 admits the cluster's pods on TCP 5432"
    )
    assert len(answer) < 240, "pytest cuts what is longer"


def test_what_listens_on_no_port_is_reached_by_nobody(prod: Twin[Any]) -> None:
    assert repr(prod.can_reach("backend", "worker")) == (
        "backend does not reach worker: the pods of worker listen on no port"
    )


def test_a_target_that_is_reached_in_part_is_neither(prod: Twin[Any]) -> None:
    def first_subnet_only(manifest: dict[str, Any]) -> None:
        for rule in manifest["spec"]["egress"]:
            if {"port": 5432, "protocol": "TCP"} in rule["ports"]:
                rule["to"] = rule["to"][:1]

    answer = ask(prod, "backend", "database", "NetworkPolicy", "analytics-backend", first_subnet_only)
    with pytest.raises(AssertionError) as caught:
        bool(answer)
    assert str(caught.value) == (
        "neither reachable nor closed: backend reaches only a part of database: "
        "no NetworkPolicy lets out to 10.40.164.0/22 and 1 more on TCP 5432 (default-deny, analytics-backend)"
    )


def test_another_teams_network_and_cluster_are_read_from_what_is_known_of_them(twin: Twins) -> None:
    network = {
        "vpc_id": "vpc-0123456789abcdef0",
        "private_subnet_ids": ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
        "database_subnet_ids": ["subnet-0123456789abcdef2", "subnet-0123456789abcdef3"],
    }
    shared = twin("dev", {"network.existing": network, "cluster.existing": "shared"}, today=DAY)
    assert shared.can_reach("backend", "database")
    assert not shared.can_reach("frontend", "database")
    assert "to 10.20.0.0/16 on TCP 5432" in repr(shared.can_reach("backend", "database"))


@pytest.mark.parametrize(
    ("source", "target", "message"),
    [
        ("backed", "database", "analytics-prod has no backed: did you mean backend?"),
        ("backend", "xyz", "analytics-prod has no xyz: it has network, cluster, database"),
        ("database", "cache", "database runs nothing that could reach cache: name backend, frontend, worker"),
        ("backend", "network", "network is nothing that workloads reach: name a resource, or backend, frontend"),
        ("backend", "settings", "settings only delivers values: nothing of it is on the network"),
    ],
)
def test_a_question_without_an_answer_is_refused(prod: Twin[Any], source: str, target: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        prod.can_reach(source, target)
    assert str(caught.value).startswith(message)
