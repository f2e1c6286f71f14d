"""Who may talk to whom: what a link opens, and nothing beside it."""

from __future__ import annotations

import datetime
from functools import cache
from ipaddress import IPv4Network
from typing import Any

import cdk8s
import pytest

from stacks import product
from stacks.workloads import AnalyticsWorkloads
from twinstack import kubernetes
from twinstack.environment import Access, Environment, Offer, Reach, ResourceSpec
from twinstack.errors import ConstructionError
from twinstack.layers.load import load
from twinstack.layers.merge import assignments
from twinstack.network import NetworkSpec
from twinstack.postgres import PostgresSpec
from twinstack.web_service import WebServiceSpec
from twinstack.worker import WorkerSpec

CLOSED = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "198.18.0.0/15"]
"""What networks have and nobody on the internet."""
PORT_53 = [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}]
CORE_DNS = {
    "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}},
    "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}},
}


def names_from(*blocks: str, pods: bool = False) -> dict[str, Any]:
    return {"ports": PORT_53, "to": [*({"ipBlock": {"cidr": one}} for one in blocks), *([CORE_DNS] if pods else [])]}


DNS = names_from("172.20.0.0/16", "10.40.0.2/32", "169.254.169.253/32")
ANY_DNS = names_from(
    "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.169.253/32", "169.254.20.10/32", pods=True
)
IDENTITY = {"ports": [{"port": 80, "protocol": "TCP"}], "to": [{"ipBlock": {"cidr": "169.254.170.23/32"}}]}
AWS = {
    "ports": [{"port": 443, "protocol": "TCP"}],
    "to": [{"ipBlock": {"cidr": "0.0.0.0/0", "except": ["169.254.0.0/16"]}}],
}
INTERNET = {
    "ports": [{"port": 443, "protocol": "TCP"}],
    "to": [
        {
            "ipBlock": {
                "cidr": "0.0.0.0/0",
                "except": [*CLOSED, "169.254.0.0/16"],
            }
        }
    ],
}
DATABASE_TIER = [{"ipBlock": {"cidr": f"10.40.{third}.0/22"}} for third in (160, 164, 168)]


@cache
def policies(edge: str = "alb", **settings: Any) -> dict[str, dict[str, Any]]:
    chart = AnalyticsWorkloads(cdk8s.App(), product.load("prod", set={"edge.kind": edge, **settings}))
    return {one["metadata"]["name"]: one["spec"] for one in kubernetes.objects(chart) if one["kind"] == "NetworkPolicy"}


def cidrs(rule: dict[str, Any]) -> list[str]:
    return [peer["ipBlock"]["cidr"] for peer in rule["from"]]


def test_each_policy_selects_one_workload_and_closes_both_directions() -> None:
    found = {name: spec for name, spec in policies().items() if name != "default-deny"}
    workloads = ("backend", "frontend", "worker", "scheduler", "migration", "cache-exporter", "database-exporter")
    assert set(found) == {f"analytics-{name}" for name in workloads}
    for name, spec in found.items():
        assert spec["podSelector"] == {"matchLabels": {"app": name}}
        assert spec["policyTypes"] == ["Ingress", "Egress"]


def test_a_workload_reaches_what_it_links_to_and_nothing_else() -> None:
    assert policies()["analytics-scheduler"]["egress"] == [
        DNS,
        IDENTITY,
        {"ports": [{"port": 5432, "protocol": "TCP"}], "to": DATABASE_TIER},
        {"ports": [{"port": 6379, "protocol": "TCP"}], "to": DATABASE_TIER},
    ]


@pytest.mark.parametrize("workload", ["backend", "worker"])
def test_a_link_to_an_aws_service_and_the_internet_open_https_to_public_addresses_once(workload: str) -> None:
    https = [rule for rule in policies()[f"analytics-{workload}"]["egress"] if rule["ports"][0]["port"] == 443]
    assert https == [INTERNET]


EXISTING = {
    "vpc_id": "vpc-0123456789abcdef0",
    "private_subnet_ids": ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
    "database_subnet_ids": ["subnet-0123456789abcdef2", "subnet-0123456789abcdef3"],
}


def backend_egress(port: int, **network: Any) -> list[dict[str, Any]]:
    settings = {f"network.{name}": value for name, value in network.items()}
    chart = AnalyticsWorkloads(cdk8s.App(), product.load("prod", set=settings))
    (egress,) = (
        one["spec"]["egress"]
        for one in kubernetes.objects(chart)
        if (one["kind"], one["metadata"]["name"]) == ("NetworkPolicy", "analytics-backend")
    )
    return [rule for rule in egress if rule["ports"][0]["port"] == port]


def test_in_a_vpc_of_another_team_aws_services_may_have_private_addresses() -> None:
    assert backend_egress(443, existing=EXISTING) == [AWS]


def test_where_its_database_subnets_are_known_the_way_to_aws_leads_to_none_of_them() -> None:
    tier = ["10.40.160.0/24", "10.40.161.0/24"]
    known = {**EXISTING, "database_cidrs": tier}
    (way,) = backend_egress(443, existing=known)
    assert way["to"] == [{"ipBlock": {"cidr": "0.0.0.0/0", "except": ["169.254.0.0/16", *tier]}}]
    (database,) = backend_egress(5432, existing=known)
    assert [peer["ipBlock"]["cidr"] for peer in database["to"]] == tier


@pytest.mark.parametrize("cidr", ["198.18.0.0/16", "100.64.0.0/16"])
def test_a_vpc_whose_addresses_are_no_usual_private_ones_keeps_its_database_tier_closed_too(cidr: str) -> None:
    (way,) = backend_egress(443, cidr=cidr)
    (block,) = way["to"]
    assert any(IPv4Network(cidr).subnet_of(IPv4Network(one)) for one in block["ipBlock"]["except"])


def test_the_internet_without_a_link_to_aws_is_every_public_address() -> None:
    assert shop_policies(internet=True)["shop-worker"]["egress"] == [ANY_DNS, INTERNET]


def test_the_internet_is_nothing_inside_another_teams_vpc_whatever_its_addresses() -> None:
    network = {"cidr": "198.18.0.0/16", "existing": EXISTING}
    (_, way) = shop_policies(internet=True, network=network)["shop-worker"]["egress"]
    (public,) = INTERNET["to"]
    assert way["to"] == [{"ipBlock": {"cidr": "0.0.0.0/0", "except": public["ipBlock"]["except"]}}]


def test_a_workload_without_links_asks_for_names_only() -> None:
    assert policies()["analytics-frontend"]["egress"] == [DNS]


@pytest.mark.parametrize("workload", ["worker", "scheduler", "migration"])
def test_nobody_connects_to_what_serves_nothing(workload: str) -> None:
    assert "ingress" not in policies()[f"analytics-{workload}"]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"network.cidr": "172.31.0.0/16"}, names_from("10.100.0.0/16", "172.31.0.2/32", "169.254.169.253/32")),
        ({"cluster.service_ipv4_cidr": "10.96.0.0/20"}, names_from("10.96.0.0/20", "10.40.0.2/32", "169.254.169.253/32")),
        (
            {"edge.kind": "nginx", "cluster.mode": "managed", "cluster.node_groups": {"main": {"instance_types": ["m7i.2xlarge"], "min": 2, "max": 4}}},
            names_from("172.20.0.0/16", "10.40.0.2/32", "169.254.169.253/32", pods=True),
        ),
        ({"cluster.existing": "shared", "network.existing": EXISTING}, ANY_DNS),
        (
            {"cluster.existing": "shared", "cluster.service_ipv4_cidr": "10.96.0.0/20", "network.existing": EXISTING},
            names_from("10.96.0.0/20", "10.40.0.2/32", "169.254.169.253/32", "169.254.20.10/32", pods=True),
        ),
    ],
    ids=["where EKS chooses another range", "a range of its own", "managed nodes", "another team's", "of a known range"],
)  # fmt: skip
def test_names_are_asked_for_where_the_cluster_answers_and_nowhere_else(
    settings: dict[str, Any], expected: dict[str, Any]
) -> None:
    chart = AnalyticsWorkloads(cdk8s.App(), product.load("prod", set=settings))
    for policy in kubernetes.objects(chart):
        if policy["kind"] == "NetworkPolicy" and "egress" in policy["spec"]:
            assert policy["spec"]["egress"][0] == expected, policy["metadata"]["name"]


def test_the_load_balancer_and_the_scraper_come_from_their_subnets_and_nobody_else_comes() -> None:
    public = ["10.40.128.0/22", "10.40.132.0/22", "10.40.136.0/22"]
    private = ["10.40.0.0/19", "10.40.32.0/19", "10.40.64.0/19"]
    for workload, port, sources in (
        ("backend", 8000, [public, private]),
        ("frontend", 3000, [public]),
        ("database-exporter", 9187, [private]),
        ("cache-exporter", 9121, [private]),
        ("worker", None, []),
    ):
        rules = policies()[f"analytics-{workload}"].get("ingress", [])
        assert [cidrs(rule) for rule in rules] == sources
        assert [rule["ports"] for rule in rules] == [[{"port": port, "protocol": "TCP"}]] * len(sources)


def test_an_exporter_reaches_what_it_asks_and_nothing_else() -> None:
    for resource, port in (("database", 5432), ("cache", 6379)):
        *others, way = policies()[f"analytics-{resource}-exporter"]["egress"]
        assert others == [DNS, IDENTITY]
        assert way == {"ports": [{"port": port, "protocol": "TCP"}], "to": DATABASE_TIER}


def test_a_scraper_is_let_in_where_it_is_asked_for_by_its_namespace() -> None:
    asked = {"backend.metrics_from": ["monitoring"], "monitoring.kind": "none"}
    _, scraper = policies.__wrapped__(**asked)["analytics-backend"]["ingress"]
    labels = {"kubernetes.io/metadata.name": "monitoring"}
    assert scraper == {
        "from": [{"namespaceSelector": {"matchLabels": labels}}],
        "ports": [{"port": 8000, "protocol": "TCP"}],
    }


def test_behind_nginx_its_namespace_is_admitted_instead_of_addresses() -> None:
    (edge,) = policies("nginx")["analytics-frontend"]["ingress"]
    assert edge["from"] == [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "ingress-nginx"}}}]


class QueueSpec(ResourceSpec):
    """A resource of another team's, whose offer forgets the port."""

    built_in = frozenset()

    def offer(self, access: Access) -> Offer:
        return Offer(reach=Reach.AWS_API)


class Shop(Environment):
    """A product without a network of its own."""

    database: PostgresSpec
    queue: QueueSpec
    api: WebServiceSpec
    worker: WorkerSpec


class Housed(Shop):
    """The same in a network of another team's."""

    network: NetworkSpec


RESOURCES = {"requests": {"cpu": "100m", "memory": "64Mi"}, "limits": {"memory": "64Mi"}}
SCALE = {"min": 1, "max": 1}


def shop(*uses: str, internet: bool = False, network: dict[str, Any] | None = None) -> kubernetes.Workloads[Shop]:
    base: dict[str, Any] = {
        "organization": "acme",
        "product": "shop",
        "account": "123456789012",
        "region": "eu-west-1",
        "version": "1",
        "database": {
            "instance_class": "db.t4g.micro",
            "storage_gib": 20,
            "multi_az": False,
            "backup_retention_days": 1,
            "deletion_protection": False,
            "database": "shop",
            "admin_user": "shop_admin",
            "application_user": "shop_user",
        },
        "queue": {},
        "api": {
            "image": "acme/api",
            "port": 8080,
            "health": {"live": "/l", "ready": "/r"},
            "scale": SCALE,
            "resources": RESOURCES,
        },
        "worker": {
            "image": "acme/worker",
            "health": {"command": ["well"]},
            "task_limit_seconds": 10,
            "scale": SCALE,
            "resources": RESOURCES,
            "uses": list(uses),
            "internet": internet,
        },
    }
    kind = Housed if network else Shop
    base |= {"network": network} if network else {}
    environment = load(kind, "test", [("base", assignments(base))], datetime.date(2026, 11, 1)).environment
    chart = kubernetes.Workloads(cdk8s.App(), environment)
    kubernetes.WebService(chart, environment.api)
    kubernetes.Worker(chart, environment.worker)
    return chart


def shop_policies(*uses: str, **options: Any) -> dict[str, dict[str, Any]]:
    return {
        one["metadata"]["name"]: one["spec"]
        for one in kubernetes.objects(shop(*uses, **options))
        if one["kind"] == "NetworkPolicy"
    }


def test_a_link_between_workloads_opens_both_ends() -> None:
    found = shop_policies("api")
    ports = [{"port": 8080, "protocol": "TCP"}]
    assert {"ports": ports, "to": [{"podSelector": {"matchLabels": {"app": "shop-api"}}}]} in found["shop-worker"][
        "egress"
    ]
    assert found["shop-api"]["ingress"] == [
        {"ports": ports, "from": [{"podSelector": {"matchLabels": {"app": "shop-worker"}}}]}
    ]


def test_a_service_that_nobody_links_to_admits_nobody() -> None:
    assert "ingress" not in shop_policies()["shop-api"]


def test_without_a_known_network_a_database_may_lie_at_any_private_address() -> None:
    (rule,) = [one for one in shop_policies("database")["shop-worker"]["egress"] if one["ports"][0]["port"] == 5432]
    assert [peer["ipBlock"]["cidr"] for peer in rule["to"]] == CLOSED


def test_an_offer_that_forgets_its_port_is_refused() -> None:
    with pytest.raises(ConstructionError, match=r"worker -> queue \(read\).*not to which port"):
        shop("queue")
