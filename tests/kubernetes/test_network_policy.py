"""Who may talk to whom: what a link opens, and nothing beside it."""

from __future__ import annotations

import datetime
from functools import cache
from typing import Any

import cdk8s
import pytest

from stacks import product
from stacks.workloads import AnalyticsWorkloads
from twinstack import kubernetes
from twinstack.environment import Access, Environment, Offer, Reach, ResourceSpec
from twinstack.environment.layers import assignments
from twinstack.environment.load import load
from twinstack.errors import ConstructionError
from twinstack.network import NetworkSpec
from twinstack.postgres import PostgresSpec
from twinstack.web_service import WebServiceSpec
from twinstack.worker import WorkerSpec

DNS = {"ports": [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}]}
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
                "except": ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16"],
            }
        }
    ],
}
DATABASE_TIER = [{"ipBlock": {"cidr": f"10.40.{third}.0/22"}} for third in (160, 164, 168)]


@cache
def policies(edge: str = "alb") -> dict[str, dict[str, Any]]:
    chart = AnalyticsWorkloads(cdk8s.App(), product.load("prod", set={"edge.kind": edge}))
    return {one["metadata"]["name"]: one["spec"] for one in kubernetes.objects(chart) if one["kind"] == "NetworkPolicy"}


def cidrs(rule: dict[str, Any]) -> list[str]:
    return [peer["ipBlock"]["cidr"] for peer in rule["from"]]


def test_each_policy_selects_one_workload_and_closes_both_directions() -> None:
    found = {name: spec for name, spec in policies().items() if name != "default-deny"}
    assert set(found) == {f"analytics-{name}" for name in ("backend", "frontend", "worker", "scheduler", "migration")}
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


def test_a_vpc_whose_addresses_are_no_usual_private_ones_keeps_its_database_tier_closed_too() -> None:
    (way,) = backend_egress(443, cidr="198.18.0.0/16")
    (block,) = way["to"]
    assert block["ipBlock"]["except"][-3:] == ["198.18.160.0/22", "198.18.164.0/22", "198.18.168.0/22"]


def test_the_internet_without_a_link_to_aws_is_every_public_address() -> None:
    assert shop_policies(internet=True)["shop-worker"]["egress"] == [DNS, INTERNET]


def test_the_internet_is_nothing_inside_another_teams_vpc_whatever_its_addresses() -> None:
    network = {"cidr": "198.18.0.0/16", "existing": EXISTING}
    (_, way) = shop_policies(internet=True, network=network)["shop-worker"]["egress"]
    (public,) = INTERNET["to"]
    assert way["to"] == [{"ipBlock": {"cidr": "0.0.0.0/0", "except": [*public["ipBlock"]["except"], "198.18.0.0/16"]}}]


def test_a_workload_without_links_asks_for_names_only() -> None:
    assert policies()["analytics-frontend"]["egress"] == [DNS]


@pytest.mark.parametrize("workload", ["worker", "scheduler", "migration"])
def test_nobody_connects_to_what_serves_nothing(workload: str) -> None:
    assert "ingress" not in policies()[f"analytics-{workload}"]


def test_the_load_balancer_and_the_scraper_come_from_their_subnets() -> None:
    edge, scraper = policies()["analytics-backend"]["ingress"]
    assert cidrs(edge) == ["10.40.128.0/22", "10.40.132.0/22", "10.40.136.0/22"]
    assert cidrs(scraper) == ["10.40.0.0/19", "10.40.32.0/19", "10.40.64.0/19"]
    assert edge["ports"] == scraper["ports"] == [{"port": 8000, "protocol": "TCP"}]


def test_a_service_without_metrics_admits_no_scraper() -> None:
    (edge,) = policies()["analytics-frontend"]["ingress"]
    assert edge["ports"] == [{"port": 3000, "protocol": "TCP"}]


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
    assert [peer["ipBlock"]["cidr"] for peer in rule["to"]] == ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"]


def test_an_offer_that_forgets_its_port_is_refused() -> None:
    with pytest.raises(ConstructionError, match=r"worker -> queue \(read\).*not to which port"):
        shop("queue")
