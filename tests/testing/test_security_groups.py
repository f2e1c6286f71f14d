"""What security groups admit, in the three ways that a rule can be written."""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import Any

import pytest

from twinstack.testing import Template
from twinstack.testing.security_groups import (
    Rule,
    cluster_groups,
    cluster_subnets,
    groups_of,
    reference,
    rules_into,
    subnets_of,
)

GROUP = "aws_security_group.database"
CLUSTER = "${aws_eks_cluster.main.vpc_config[0].cluster_security_group_id}"
PODS = [IPv4Network("10.0.0.0/19"), IPv4Network("10.0.32.0/19")]


def half(**resources: dict[str, Any]) -> Template:
    return Template.of_terraform({"resource": resources})


@pytest.mark.parametrize(
    "template",
    [
        half(
            aws_vpc_security_group_ingress_rule={
                "r": {
                    "security_group_id": f"${{{GROUP}.id}}", "referenced_security_group_id": CLUSTER,
                    "ip_protocol": "tcp", "from_port": 5432, "to_port": 5432,
                }
            }
        ),
        half(
            aws_security_group_rule={
                "r": {
                    "type": "ingress", "security_group_id": f"${{{GROUP}.id}}", "source_security_group_id": CLUSTER,
                    "protocol": "tcp", "from_port": 5432, "to_port": 5432,
                },
                "out": {"type": "egress", "security_group_id": f"${{{GROUP}.id}}", "cidr_blocks": ["0.0.0.0/0"]},
            }
        ),
        half(
            aws_security_group={
                "database": {
                    "ingress": [{"security_groups": [CLUSTER], "protocol": "tcp", "from_port": 5432, "to_port": 5432}]
                }
            }
        ),
    ],
    ids=["vpc rule", "older rule", "inside the group"],
)  # fmt: skip
def test_a_rule_is_read_however_it_is_written(template: Template) -> None:
    (rule,) = rules_into(template, [GROUP])
    assert (rule.group, rule.first_port, rule.last_port, rule.protocol) == (GROUP, 5432, 5432, "tcp")
    assert rule.is_for([reference(CLUSTER)], [])
    assert rules_into(template, ["aws_security_group.cache"]) == []


@pytest.mark.parametrize(
    ("protocol", "first", "last", "port", "expected"),
    [
        ("tcp", 5432, 5432, 5432, True),
        ("6", 5432, 5432, 5432, True),
        ("tcp", 5000, 6000, 5432, True),
        ("tcp", 5433, 6000, 5432, False),
        ("udp", 5432, 5432, 5432, False),
        ("-1", 0, 0, 5432, True),
    ],
)
def test_a_rule_is_about_tcp_and_its_ports(protocol: str, first: int, last: int, port: int, expected: bool) -> None:
    assert Rule("r", GROUP, first, last, protocol, "sg-1").admits(port) is expected


@pytest.mark.parametrize(
    ("source", "addresses", "expected"),
    [
        ("sg-1", [], True),
        ("sg-2", PODS, False),
        ("10.0.0.0/16", PODS, True),
        ("10.0.0.0/19", PODS, False),
        ("10.0.0.0/16", [], False),
        ("0.0.0.0/0", [], True),
        ("::/0", PODS, False),
        ("itself", PODS, False),
    ],
)
def test_a_rule_is_for_groups_and_for_all_of_the_addresses(
    source: str, addresses: list[IPv4Network], expected: bool
) -> None:
    assert Rule("r", GROUP, 1, 1, "tcp", source).is_for(["sg-1"], addresses) is expected


def test_groups_and_subnets_are_found_however_deep_they_stand() -> None:
    template = half(
        aws_msk_cluster={
            "jobs": {
                "broker": [
                    {"security_groups": ["${aws_security_group.jobs.id}"], "client_subnets": ["${aws_subnet.a.id}"]}
                ]
            }
        },
        aws_subnet={"a": {"cidr_block": "10.0.160.0/22"}, "b": {"cidr_block": "${var.b}"}},
        aws_instance={"b": {"vpc_security_group_ids": ["sg-1"], "subnet_ids": ["${aws_subnet.b.id}"]}},
        aws_security_group={"jobs": {"security_group_ids": ["never"]}},
    )
    assert groups_of(template.entries) == ["aws_security_group.jobs", "sg-1"]
    jobs, *_ = template.entries
    assert subnets_of([jobs], template) == [IPv4Network("10.0.160.0/22")]
    assert subnets_of(template.entries, template) is None, "one of them has no known address"


def test_a_clusters_pods_have_the_groups_that_eks_and_the_stack_give_it() -> None:
    vpc = {"security_group_ids": ["${aws_security_group.extra.id}"], "subnet_ids": ["${aws_subnet.a.id}"]}
    own = half(aws_eks_cluster={"main": {"vpc_config": vpc}}, aws_subnet={"a": {"cidr_block": "10.0.0.0/19"}})
    assert cluster_groups(own) == [reference(CLUSTER), "aws_security_group.extra"]
    assert cluster_subnets(own) == [IPv4Network("10.0.0.0/19")]
    shared = Template.of_terraform({"data": {"aws_eks_cluster": {"main": {"name": "shared"}}}})
    assert cluster_groups(shared) == ["data.aws_eks_cluster.main.vpc_config[0].cluster_security_group_id"]
    assert cluster_subnets(shared) is None
