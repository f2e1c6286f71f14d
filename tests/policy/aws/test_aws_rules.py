"""The rules over Terraform's JSON: each finds its examples alone, and nothing in the repaired form or in our own output."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from twinstack.policy.aws import faults, faults_between
from twinstack.policy.aws.catalogue import EXAMPLES, RULES
from twinstack.policy.examples import read_examples

GOLDEN = sorted((Path(__file__).parents[2] / "golden").glob("*/cdk.tf.json"))
CASES = read_examples(EXAMPLES)
PAIRS = [
    pytest.param(rule, one.fails, one.passes, id=f"{rule}-{index}")
    for rule, every in CASES.items()
    for index, one in enumerate(every)
]


def document(made: Any) -> dict[str, Any]:
    return made if {"resource", "removed", "terraform"} & set(made) else {"resource": made}


def found(made: tuple[Any, ...]) -> list[Any]:
    documents = [document(one) for one in made]
    if len(documents) == 1:
        return [*faults(documents[0])]
    return [*faults_between(*documents), *faults(documents[1])]


@pytest.mark.parametrize(("rule", "fails", "passes"), PAIRS)
def test_a_rule_finds_its_example_alone_and_not_the_repaired_form(rule: str, fails: Any, passes: Any) -> None:
    wrong = found(fails)
    assert {one.id for one, _ in wrong} == {rule}
    assert all(fault.subject and fault.given for _, fault in wrong)
    assert found(passes) == []


def test_every_rule_has_an_example_and_says_what_to_do() -> None:
    assert sorted(CASES) == sorted(rule.id for rule in RULES)
    assert all(rule.title and rule.fix and rule.why.endswith(".") for rule in RULES)


@pytest.mark.parametrize("file", GOLDEN, ids=lambda file: file.parent.name)
def test_nothing_is_found_in_what_we_write(file: Path) -> None:
    reviewed = json.loads(file.read_bytes())
    assert found((reviewed,)) == []
    assert found((reviewed, reviewed)) == []
    assert GOLDEN


ODD: list[Any] = [None, "text", 7, True, ["text"], [None], [{}], {"a": "b"}, {"a": None}, '{"Statement": [7, {}]}']


@pytest.mark.parametrize("odd", ODD, ids=str)
def test_no_shape_of_a_value_ends_a_rule(odd: Any) -> None:
    """An escape hatch writes what it likes: each argument, block, type and name of each example is something odd in turn."""
    for every in CASES.values():
        for one in every:
            for made in (document(each) for each in (*one.fails, *one.passes)):
                for path in paths(made):
                    broken = with_odd(made, path, odd)
                    list(faults(broken))
                    list(faults_between(made, broken))
                    list(faults_between(broken, made))


def paths(data: Any) -> Iterator[tuple[Any, ...]]:
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in items:
        yield (key,)
        yield from ((key, *rest) for rest in paths(value))


def with_odd(data: Any, path: tuple[Any, ...], odd: Any) -> Any:
    copied = copy.copy(data)
    copied[path[0]] = with_odd(data[path[0]], path[1:], odd) if path[1:] else odd
    return copied


ROLE = {"aws_iam_role_policy": {"a": {"policy": "${data.aws_iam_policy_document.d.json}"}}}
STATEMENT = {"actions": ["GetObject"], "resources": ["arn:aws:s3:::shop/*"]}


@pytest.mark.parametrize(
    ("more", "rules"),
    [
        ({}, {"action-is-none"}),
        ({"source_policy_documents": ['${file("more.json")}']}, set[str]()),
        ({"dynamic": {"statement": {}}}, set[str]()),
    ],
)
def test_a_document_of_a_data_source_is_read_where_all_of_it_is_known(more: dict[str, Any], rules: set[str]) -> None:
    documents = {"aws_iam_policy_document": {"d": {"statement": [STATEMENT], **more}}}
    assert {rule.id for rule, _ in faults({"resource": ROLE, "data": documents})} == rules


def test_what_may_be_meant_so_within_a_rule_of_errors_is_a_warning() -> None:
    unknown = {"aws_subnet": {"a": {}}, "aws_db_subnet_group": {"g": {"subnet_ids": ["${aws_subnet.a.id}"]}}}
    ((rule, fault),) = faults({"resource": unknown})
    assert rule.severity == "error"
    assert rule.warns(fault)


ROOT_ALONE = json.dumps({"Statement": [
    {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "kms:*"},
]})  # fmt: skip


@pytest.mark.parametrize(
    "resource",
    [
        {"aws_vpc_security_group_ingress_rule": {"ping": {"ip_protocol": "icmp", "from_port": 11, "to_port": 1}}},
        {"aws_eks_addon": {
            "here": {"cluster_name": "shop", "addon_name": "coredns"},
            "there": {"cluster_name": "shop", "addon_name": "coredns", "region": "eu-west-1"},
        }},
        {"azurerm_private_endpoint": {"shop": {"subnet_id": "/subscriptions/0/resourceGroups/shop/subnets/a"}}},
        {"aws_launch_template": {"nodes": {"image_id": "ami-1"}},
         "aws_eks_node_group": {"shop": {"ami_type": "CUSTOM", "launch_template": {"id": "${aws_launch_template.nodes.id}"}}}},
        {"aws_security_group_rule": {
            "first": {"security_group_id": "sg-1", "type": "ingress", "protocol": "icmp", "from_port": 0, "self": True},
            "every": {"security_group_id": "sg-1", "type": "ingress", "protocol": "icmp", "self": True},
        }},
        {"aws_kms_key": {"key": {"policy": ROOT_ALONE}}},
        {"aws_elasticache_replication_group": {"cache": {"engine": "valkey", "kms_key_id": "arn:aws:kms:eu-west-1:123456789012:key/a"}}},
    ],
)  # fmt: skip
def test_what_looks_wrong_and_is_right_is_not_found(resource: dict[str, Any]) -> None:
    errors = {rule.id for rule, _ in faults({"resource": resource}) if rule.severity == "error"}
    assert not errors
