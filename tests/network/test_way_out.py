"""A network without a way to the internet: the endpoints that take its place, and what cannot work in it."""

from __future__ import annotations

import datetime
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cdk8s
import pytest
from cdktf import App

from tests.aws.documents import Document, app
from twinstack import aws, kubernetes
from twinstack.bucket import BucketSpec
from twinstack.cluster import ClusterSpec
from twinstack.edge import EdgeSpec
from twinstack.environment import Access, Environment, Offer, Reach, ResourceSpec
from twinstack.errors import ConfigurationError, Problem
from twinstack.layers.load import load
from twinstack.layers.merge import assignments
from twinstack.network import NetworkSpec
from twinstack.postgres import PostgresSpec
from twinstack.rehearsal.terraform import rehearse
from twinstack.secrets import SecretsSpec
from twinstack.synthesis import FEATURE_FLAGS
from twinstack.testing.network_policies import passes, pods_of
from twinstack.testing.template import Template
from twinstack.web_service import WebServiceSpec
from twinstack.worker import WorkerSpec

REGISTRY = "111122223333.dkr.ecr.eu-west-1.amazonaws.com"


class QueueSpec(ResourceSpec):
    """An AWS API that says nothing of its service."""

    def offer(self, access: Access) -> Offer:
        return Offer((), Reach.AWS_API, 443)


class Shop(Environment):
    """A product in a network without a way out."""

    network: NetworkSpec
    cluster: ClusterSpec
    files: BucketSpec
    secrets: SecretsSpec
    worker: WorkerSpec


class WithDatabase(Shop):
    database: PostgresSpec


class WithQueue(Shop):
    queue: QueueSpec


class WithEdge(Shop):
    web: WebServiceSpec
    edge: EdgeSpec


class Infrastructure(aws.Infrastructure[Shop]):
    def __init__(self, scope: Any, environment: Shop) -> None:
        super().__init__(scope, environment)
        network = aws.Network(self, environment.network)
        cluster = aws.Cluster(self, environment.cluster, network=network)
        aws.Bucket(self, environment.files)
        aws.Secrets(self, environment.secrets)
        self.connect(cluster)


def base(uses: Sequence[object] = ("files", "secrets"), image: str = f"{REGISTRY}/worker") -> dict[str, Any]:
    return {
        "organization": "acme",
        "product": "shop",
        "account": "111122223333",
        "region": "eu-west-1",
        "version": "1",
        "network": {"cidr": "10.40.0.0/16", "nat": "none"},
        "cluster": {
            "administrators": ["admin"],
            "private_access_cidrs": ["10.9.0.0/16"],
            "deletion_protection": False,
        },
        "files": {},
        "secrets": {"generated": {"TOKEN": {"length": 32}}},
        "worker": {
            "image": image,
            "health": {"command": ["well"]},
            "task_limit_seconds": 10,
            "scale": {"min": 1, "max": 1},
            "resources": {"requests": {"cpu": "100m", "memory": "64Mi"}, "limits": {"memory": "64Mi"}},
            "uses": list(uses),
        },
    }


def shop(kind: type[Shop] = Shop, uses: Sequence[object] = ("files", "secrets"), **changes: Any) -> Shop:
    data = base(uses, **({"image": changes.pop("image")} if "image" in changes else {}))
    for path, value in changes.items():
        section, _, field = path.partition("__")
        data[section] = {**data.get(section, {}), field: value} if field else value
    return load(kind, "test", [("base", assignments(data))], datetime.date(2026, 11, 1)).environment


def refused(*arguments: Any, **changes: Any) -> Sequence[Problem]:
    with pytest.raises(ConfigurationError) as caught:
        shop(*arguments, **changes)
    return caught.value.problems


OF_AUTO_MODE = [
    "ec2", "ecr.api", "ecr.dkr", "eks", "eks-auth", "elasticloadbalancing", "logs", "secretsmanager", "sts",
]  # fmt: skip


def test_without_gateways_each_service_that_nodes_and_pods_call_gets_an_endpoint() -> None:
    assert list(shop().network.interface_endpoints) == OF_AUTO_MODE
    assert shop(network__nat="single").network.interface_endpoints == ()


def test_an_autoscaler_on_managed_nodes_has_one_more() -> None:
    groups = {"main": {"instance_types": ["m7i.large"], "min": 2, "max": 4}}
    managed = shop(cluster__mode="managed", cluster__node_groups=groups)
    assert set(managed.network.interface_endpoints) == {*OF_AUTO_MODE, "autoscaling"}


def test_further_endpoints_are_asked_for_with_and_without_gateways() -> None:
    assert list(shop(network__nat="single", network__endpoints=["sqs", "kms", "s3"]).network.interface_endpoints) == [
        "kms",
        "sqs",
    ]


def test_endpoints_answer_under_the_public_names_in_every_private_subnet_on_443_only() -> None:
    document = Document(Infrastructure(app(), shop()))
    endpoints = document.find("aws_vpc_endpoint")
    interfaces = {name: one for name, one in endpoints.items() if one["vpc_endpoint_type"] == "Interface"}
    assert {one["service_name"] for one in interfaces.values()} == {
        f"com.amazonaws.eu-west-1.{service}" for service in OF_AUTO_MODE
    }
    for one in interfaces.values():
        assert one["private_dns_enabled"] is True
        assert one["subnet_ids"] == [f"${{aws_subnet.network_private_{zone}.id}}" for zone in "abc"]
        assert one["security_group_ids"] == ["${aws_security_group.network_endpoints.id}"]
    assert set(endpoints) - set(interfaces) == {"network_s3"}
    rules = document.find("aws_vpc_security_group_ingress_rule")
    mine = {name: one for name, one in rules.items() if "network_endpoints" in one["security_group_id"]}
    assert {(one["cidr_ipv4"], one["from_port"], one["to_port"], one["ip_protocol"]) for one in mine.values()} == {
        (f"10.40.{third}.0/19", 443, 443, "tcp") for third in (0, 32, 64)
    }


def test_nodes_wait_for_the_endpoints_that_they_join_through() -> None:
    cluster = Document(Infrastructure(app(), shop())).find("aws_eks_cluster")["cluster"]
    assert {"aws_vpc_endpoint.network_ecr_dkr", "aws_vpc_endpoint.network_s3"} <= set(cluster["depends_on"])
    assert "aws_vpc_security_group_ingress_rule.network_endpoints_a" in cluster["depends_on"]


def test_pods_reach_the_endpoints_on_443_and_their_neighbours_on_nothing_else() -> None:
    environment = shop()
    chart = kubernetes.Workloads(cdk8s.App(), environment)
    kubernetes.Worker(chart, environment.worker)
    workloads = Template.of_kubernetes(kubernetes.objects(chart))
    pods = pods_of(workloads, environment.worker.service_account)
    assert pods is not None
    for subnet in environment.network.private_cidrs:
        assert passes(workloads, "Egress", pods, subnet, 443).passes
        assert not passes(workloads, "Egress", pods, subnet, 80).passes
    for subnet in environment.network.database_cidrs:
        assert not passes(workloads, "Egress", pods, subnet, 443).passes


def test_every_image_that_runs_lies_in_the_registry_of_the_region() -> None:
    elsewhere = REGISTRY.replace("eu-west-1", "us-east-1")
    (found,) = refused(image=f"{elsewhere}/worker")
    assert (found.code, found.path) == ("TW314", "network.nat")
    assert found.given == f"nat: none, with {elsewhere}/worker"
    assert "ECR of eu-west-1" in found.allowed


def test_the_image_that_prepares_a_database_is_one_of_them() -> None:
    database = {
        "instance_class": "db.t4g.micro",
        "storage_gib": 20,
        "multi_az": False,
        "backup_retention_days": 1,
        "deletion_protection": False,
        "database": "shop",
        "admin_user": "shop_admin",
        "application_user": "shop_user",
    }
    (found,) = refused(WithDatabase, ("files", "secrets", {"database": "admin"}), database=database)
    assert found.code == "TW314"
    assert "postgres" in found.given
    assert "worker" not in found.given


def test_the_internet_is_refused_where_nothing_leads_to_it() -> None:
    (found,) = refused(worker__internet=True)
    assert (found.code, found.path) == ("TW317", "network.nat")
    assert found.given == "nat: none, with worker.internet: HTTPS to the internet"
    assert shop(worker__internet=True, network__nat="single").worker.internet


def test_an_aws_service_without_a_known_endpoint_is_refused() -> None:
    (found,) = refused(WithQueue, ("files", "secrets", "queue"), queue={})
    assert found.code == "TW318"
    assert "queue (QueueSpec)" in found.given


WEB = {
    "image": f"{REGISTRY}/web",
    "port": 8000,
    "health": {"live": "/", "ready": "/"},
    "scale": {"min": 1, "max": 1},
    "resources": base()["worker"]["resources"],
}
EDGE = {
    "host": "shop.example.org",
    "zone": "example.org",
    "routes": [{"path": "/", "to": "web"}],
    "rate_limit": {"requests": 100},
}


def test_the_records_of_an_edge_are_written_through_route_53s_one_endpoint() -> None:
    spec = shop(WithEdge, web=WEB, edge=EDGE).network
    assert set(spec.interface_endpoints) == {*OF_AUTO_MODE, "route53"}
    document = Document(Infrastructure(app(), shop(network__endpoints=["route53"])))
    endpoint = document.find("aws_vpc_endpoint")["network_route53"]
    assert (endpoint["service_name"], endpoint["service_region"]) == ("com.amazonaws.route53", "us-east-1")


def test_an_edge_whose_certificates_come_over_the_internet_is_refused() -> None:
    (found,) = [one for one in refused(WithEdge, web=WEB, edge=EDGE | {"kind": "nginx"}) if not one.warning]
    assert (found.code, found.path) == ("TW317", "network.nat")
    assert found.given.startswith("nat: none, with edge.kind: cert-manager")


def test_a_load_balancers_controller_in_the_cluster_is_refused_and_ekss_own_is_not() -> None:
    """It asks ACM and WAF, and finds neither; Auto Mode's works from outside."""
    (found,) = refused(WithEdge, web=WEB, edge=EDGE | {"controller": "self_managed"})
    assert (found.code, found.path) == ("TW317", "network.nat")
    assert found.given.startswith("nat: none, with edge.controller: ")


@pytest.mark.skipif(
    not any(map(shutil.which, ("terraform", "tofu"))), reason="neither terraform nor tofu is on the path"
)
def test_a_network_without_a_way_out_is_applied_and_plans_to_nothing_afterwards(tmp_path: Path) -> None:
    out = App(outdir=str(tmp_path), context=dict(FEATURE_FLAGS), skip_validation=True)
    Infrastructure(out, shop(network__endpoints=["route53", "sqs"])).close()
    out.synth()
    report = rehearse(tmp_path / "stacks" / "shop-test")
    assert report.problems == ()
    assert report.resources["aws_vpc_endpoint"] == len(OF_AUTO_MODE) + 3
