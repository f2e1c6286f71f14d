"""NetworkPolicies, evaluated as a cluster would."""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import Any

import pytest

from twinstack.testing import Template
from twinstack.testing.network_policies import Pods, leads_outside, passes, pods_of

WEB = Pods({"app": "web", "tier": "front"}, "shop", {"kubernetes.io/metadata.name": "shop"}, {"http": 8000})
PROMETHEUS = Pods({"app": "prometheus"}, "monitoring", {"kubernetes.io/metadata.name": "monitoring", "team": "a"})
ADDRESSED = Pods({"app": "web"}, "shop", {}, addresses=(IPv4Network("10.0.0.0/19"),))
DATABASES = IPv4Network("10.0.160.0/22")


def policy(name: str = "web", namespace: str = "shop", **spec: Any) -> dict[str, Any]:
    return {"kind": "NetworkPolicy", "metadata": {"name": name, "namespace": namespace}, "spec": spec}


def half(*policies: dict[str, Any]) -> Template:
    return Template.of_kubernetes(policies)


CLOSED = policy("closed", podSelector={}, policyTypes=["Ingress", "Egress"])


def test_pods_that_no_policy_selects_are_open() -> None:
    elsewhere = policy("elsewhere", "other", podSelector={}, policyTypes=["Ingress", "Egress"])
    others = policy("others", podSelector={"matchLabels": {"app": "worker"}}, policyTypes=["Egress"])
    for direction in ("Ingress", "Egress"):
        verdict = passes(half(elsewhere, others), direction, WEB, PROMETHEUS, 80)
        assert (verdict.passes, verdict.policies) == (True, ())


def test_a_policy_without_rules_closes_and_one_that_opens_wins() -> None:
    opening = policy("opening", podSelector={"matchLabels": {"app": "web"}}, policyTypes=["Egress"], egress=[{}])
    assert passes(half(CLOSED), "Egress", WEB, DATABASES, 5432).policies == ("closed",)
    verdict = passes(half(CLOSED, opening), "Egress", WEB, DATABASES, 5432)
    assert (verdict.passes, verdict.policies) == (True, ("opening",))
    assert not passes(half(CLOSED, opening), "Ingress", WEB, PROMETHEUS, 8000).passes


@pytest.mark.parametrize(("spec", "closes"), [({"egress": []}, True), ({"ingress": []}, False), ({}, False)])
def test_without_types_a_policy_is_about_what_comes_in_and_what_it_has_rules_for(
    spec: dict[str, Any], closes: bool
) -> None:
    assert passes(half(policy(podSelector={}, **spec)), "Egress", WEB, DATABASES, 5432).passes is not closes
    assert not passes(half(policy(podSelector={}, **spec)), "Ingress", WEB, PROMETHEUS, 8000).passes


@pytest.mark.parametrize(
    ("ports", "port", "protocol", "expected"),
    [
        (None, 5432, "TCP", True),
        ([], 5432, "TCP", True),
        ([{"port": 5432}], 5432, "TCP", True),
        ([{"port": 5432}], 5433, "TCP", False),
        ([{"port": 53, "protocol": "UDP"}], 53, "TCP", False),
        ([{"port": 53, "protocol": "UDP"}], 53, "UDP", True),
        ([{"protocol": "TCP"}], 1, "TCP", True),
        ([{"port": 1000, "endPort": 2000}], 1500, "TCP", True),
        ([{"port": 1000, "endPort": 2000}], 2001, "TCP", False),
        ([{"port": 80}, {"port": 443}], 443, "TCP", True),
    ],
)
def test_a_rules_ports(ports: Any, port: int, protocol: str, expected: bool) -> None:
    rule = policy(podSelector={}, policyTypes=["Egress"], egress=[{"ports": ports}])
    assert passes(half(rule), "Egress", WEB, DATABASES, port, protocol).passes is expected


@pytest.mark.parametrize(("name", "expected"), [("http", True), ("metrics", False)])
def test_a_ports_name_is_that_of_the_pods_that_listen(name: str, expected: bool) -> None:
    way_in = policy(podSelector={}, policyTypes=["Ingress"], ingress=[{"ports": [{"port": name}]}])
    assert passes(half(way_in), "Ingress", WEB, PROMETHEUS, 8000).passes is expected
    way_out = policy("out", "monitoring", podSelector={}, policyTypes=["Egress"], egress=[{"ports": [{"port": name}]}])
    assert passes(half(way_out), "Egress", PROMETHEUS, WEB, 8000).passes is expected


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ({"cidr": "10.0.160.0/22"}, True),
        ({"cidr": "10.0.0.0/16"}, True),
        ({"cidr": "10.0.160.0/23"}, False),
        ({"cidr": "0.0.0.0/0", "except": ["10.0.0.0/8"]}, False),
        ({"cidr": "0.0.0.0/0", "except": ["10.0.161.0/24"]}, False),
        ({"cidr": "0.0.0.0/0", "except": ["192.168.0.0/16"]}, True),
        ({"cidr": "::/0"}, False),
    ],
)
def test_a_block_of_addresses_passes_where_all_of_it_does(block: dict[str, Any], expected: bool) -> None:
    rule = policy(podSelector={}, policyTypes=["Egress"], egress=[{"to": [{"ipBlock": block}]}])
    assert passes(half(rule), "Egress", WEB, DATABASES, 5432).passes is expected


@pytest.mark.parametrize(
    ("peer", "other", "expected"),
    [
        ({"podSelector": {"matchLabels": {"app": "web"}}}, WEB, True),
        ({"podSelector": {"matchLabels": {"app": "web", "tier": "back"}}}, WEB, False),
        ({"podSelector": {}}, PROMETHEUS, False),
        ({"namespaceSelector": {}}, PROMETHEUS, True),
        ({"namespaceSelector": {"matchLabels": {"team": "a"}}}, PROMETHEUS, True),
        ({"namespaceSelector": {"matchLabels": {"team": "b"}}}, PROMETHEUS, False),
        ({"namespaceSelector": {}, "podSelector": {"matchLabels": {"app": "web"}}}, PROMETHEUS, False),
        ({"podSelector": {"matchExpressions": [{"key": "app", "operator": "In", "values": ["web"]}]}}, WEB, True),
        ({"podSelector": {"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["web"]}]}}, WEB, False),
        ({"podSelector": {"matchExpressions": [{"key": "tier", "operator": "Exists"}]}}, WEB, True),
        ({"podSelector": {"matchExpressions": [{"key": "tier", "operator": "DoesNotExist"}]}}, WEB, False),
        ({"ipBlock": {"cidr": "10.0.0.0/16"}}, ADDRESSED, True),
        ({"ipBlock": {"cidr": "10.1.0.0/16"}}, ADDRESSED, False),
        ({"ipBlock": {"cidr": "0.0.0.0/0"}}, WEB, False),
        ({"podSelector": {"matchLabels": {"app": "web"}}}, DATABASES, False),
    ],
)
def test_who_a_peer_is(peer: dict[str, Any], other: Any, expected: bool) -> None:
    rule = policy(podSelector={}, policyTypes=["Ingress"], ingress=[{"from": [peer]}])
    assert passes(half(rule), "Ingress", WEB, other, 8000).passes is expected


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"to": [{"ipBlock": {"cidr": "0.0.0.0/0", "except": ["10.0.0.0/8"]}}], "ports": [{"port": 443}]}, True),
        ({"to": [{"ipBlock": {"cidr": "52.0.0.0/8"}}], "ports": [{"port": 443}]}, True),
        ({"to": [{"ipBlock": {"cidr": "10.0.0.0/8"}}], "ports": [{"port": 443}]}, False),
        ({"to": [{"ipBlock": {"cidr": "0.0.0.0/0"}}], "ports": [{"port": 80}]}, False),
        ({"to": [{"namespaceSelector": {}}]}, False),
        ({}, True),
    ],
)
def test_what_leads_outside(rule: dict[str, Any], expected: bool) -> None:
    assert (
        leads_outside(half(policy(podSelector={}, policyTypes=["Egress"], egress=[rule])), WEB, 443).passes is expected
    )


@pytest.mark.parametrize(
    ("kind", "spec"),
    [
        ("Deployment", lambda template: {"template": template}),
        ("CronJob", lambda template: {"jobTemplate": {"spec": {"template": template}}}),
        ("Pod", lambda template: template["spec"]),
    ],
)
def test_pods_are_found_in_whatever_makes_them(kind: str, spec: Any) -> None:
    container = {"ports": [{"containerPort": 8000, "name": "http"}, {"containerPort": 9000}]}
    template = {
        "metadata": {"labels": {"app": "web"}},
        "spec": {"serviceAccountName": "web", "containers": [container]},
    }
    metadata = {"name": "web", "namespace": "shop", "labels": {"app": "web"}}
    namespace = {"kind": "Namespace", "metadata": {"name": "shop", "labels": {"team": "a"}}}
    workloads = half({"kind": kind, "metadata": metadata, "spec": spec(template)}, namespace)
    assert pods_of(workloads, "web") == Pods(
        {"app": "web"},
        "shop",
        {"kubernetes.io/metadata.name": "shop", "team": "a"},
        {"http": 8000, "9000": 9000},
    )
    assert pods_of(workloads, "worker") is None
