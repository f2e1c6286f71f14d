"""What is charged for: each type of resource, what only the use tells, and what nobody knows the price of."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from stacks import product
from tests.changes.test_infrastructure import GOLDEN
from tests.changes.test_workloads import GOLDEN as MANIFESTS
from twinstack.changes.former import Outputs
from twinstack.cli.cost import lines
from twinstack.cost.estimate import CostChange, Estimate
from twinstack.cost.infrastructure import CHARGES, FREE, FREE_KINDS
from twinstack.cost.line import Charged, Line
from twinstack.facts.data import OLD
from twinstack.facts.prices import Price, are_old, date_of_the_prices, price_of
from twinstack.state.import_ids import FORMS

WEST = "us-west-2"


def of(type_: str, region: str = WEST, **arguments: Any) -> list[Line]:
    document = {"provider": {"aws": [{"region": region}]}, "resource": {type_: {"it": arguments}}}
    return [*Estimate.of(document, []).lines]


def told(lines: list[Line]) -> list[tuple[str, float | None]]:
    return [(line.what, None if line.monthly is None else round(line.monthly, 2)) for line in lines]


DATABASE: dict[str, Any] = {
    "engine": "postgres", "instance_class": "db.t3.medium", "allocated_storage": 100, "storage_type": "gp3", "multi_az": True,
    "max_allocated_storage": 200, "backup_retention_period": 7,
}  # fmt: skip


@pytest.mark.parametrize(
    ("type_", "arguments", "expected"),
    [
        ("aws_db_instance", DATABASE, [("db.t3.medium, two zones", 105.85), ("100 GiB of gp3, in two zones", 23.0), ("backups", None)]),
        ("aws_db_instance", {**DATABASE, "multi_az": False, "backup_retention_period": 0},
         [("db.t3.medium, one zone", 52.56), ("100 GiB of gp3", 11.5)]),
        ("aws_elasticache_replication_group", {"engine": "valkey", "node_type": "cache.t4g.micro", "num_cache_clusters": 1},
         [("cache.t4g.micro", 9.34)]),
        ("aws_elasticache_replication_group", {"node_type": "cache.t3.medium", "num_node_groups": 2, "replicas_per_node_group": 1},
         [("4 x cache.t3.medium", 198.56)]),
        ("aws_eks_cluster", {}, [("control plane", 73.0)]),
        ("aws_eks_cluster", {"compute_config": {"enabled": True}}, [("control plane", 73.0), ("nodes of Auto Mode", None), ("Auto Mode's fee for each of them", None)]),
        ("aws_eks_node_group", {"instance_types": ["m7g.large"], "scaling_config": {"min_size": 2, "max_size": 5}},
         [("2 x m7g.large", 119.14)]),
        ("aws_eks_node_group", {"instance_types": ["m7g.large"], "capacity_type": "SPOT", "scaling_config": {"min_size": 2}},
         [("2 x m7g.large, spot", None)]),
        ("aws_nat_gateway", {}, [("NAT gateway", 32.85), ("what goes through it", None)]),
        ("aws_eip", {}, [("public IPv4 address", 3.65)]),
        ("aws_vpc_endpoint", {"vpc_endpoint_type": "Gateway"}, []),
        ("aws_vpc_endpoint", {"vpc_endpoint_type": "Interface", "service_name": "com.amazonaws.us-west-2.sts", "subnet_ids": ["a", "b"]},
         [("endpoint of sts in 2 zones", 14.6), ("what goes through it", None)]),
        ("aws_kms_key", {}, [("key", 1.0), ("requests", None)]),
        ("aws_cloudwatch_metric_alarm", {"metric_query": [{"metric": {}}, {"metric": {}}, {"expression": "a/b"}]},
         [("alarm of 2 metrics", 0.2)]),
        ("aws_cloudwatch_composite_alarm", {}, [("composite alarm", 0.5)]),
        ("aws_wafv2_web_acl", {"rule": [{}, {}]}, [("web firewall", 5.0), ("2 rules", 2.0), ("what it looks at", None)]),
        ("aws_lb", {}, [("application load balancer", 16.43), ("what it carries", None)]),
        ("aws_lb", {"load_balancer_type": "network"}, [("network load balancer", 16.43), ("what it carries", None)]),
        ("aws_ebs_volume", {"type": "gp3", "size": 50}, [("50 GiB of gp3", 4.0)]),
        ("aws_iam_role", {}, []),
    ],
)  # fmt: skip
def test_a_type_is_charged_for_what_it_says(type_: str, arguments: dict[str, Any], expected: list[Any]) -> None:
    assert told(of(type_, **arguments)) == expected


@pytest.mark.parametrize(
    ("type_", "region", "arguments"),
    [
        ("aws_mq_broker", WEST, {}),
        ("aws_lb", WEST, {"load_balancer_type": "gateway"}),
        ("aws_lb", "eu-west-3", {"load_balancer_type": "network"}),
        ("aws_db_instance", WEST, {**DATABASE, "instance_class": "db.m99.large", "storage_type": "io2"}),
        ("aws_db_instance", WEST, {**DATABASE, "engine": "mysql", "storage_type": "io2"}),
        ("aws_lb", "eu-north-1", {}),
        ("aws_nat_gateway", "", {}),
        ("aws_nat_gateway", WEST, {"for_each": "${toset(var.zones)}"}),
    ],
)
def test_a_price_that_nobody_has_read_is_unknown_and_never_nothing(
    type_: str, region: str, arguments: dict[str, Any]
) -> None:
    document = {"provider": {"aws": {"region": region}}, "resource": {type_: {"it": arguments}}}
    found = Estimate.of(document, [])
    assert found.unknown
    assert found.monthly == 0.0
    assert {line.charged for line in found.lines} <= {Charged.UNKNOWN, Charged.BY_USE}


def test_what_kubernetes_makes_aws_charge_for() -> None:
    claim = {"metadata": {"name": "data"}, "spec": {"resources": {"requests": {"storage": "20Gi"}}}}
    container = {"resources": {"requests": {"cpu": "250m", "memory": "512Mi"}}}
    pods = {"replicas": 3, "template": {"spec": {"containers": [container, container]}}, "selector": {}}
    manifests: list[dict[str, Any]] = [
        {"apiVersion": "networking.k8s.io/v1", "kind": "IngressClass", "metadata": {"name": "a"}, "spec": {"controller": "eks.amazonaws.com/alb"}},
        *({"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {"name": name, "namespace": "n"}, "spec": {"ingressClassName": "a"}} for name in "xy"),
        {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s", "namespace": "n"}, "spec": {"type": "LoadBalancer"}},
        {"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "d", "namespace": "n"}, "spec": {**pods, "volumeClaimTemplates": [claim]}},
    ]  # fmt: skip
    found = Estimate.of({"provider": {"aws": {"region": WEST}}}, manifests)
    assert {line.what: line.monthly for line in found.lines} == {
        "application load balancer": pytest.approx(16.425), "what it carries": None,
        "network load balancer": pytest.approx(16.425),
        "3 volumes of 20 GiB": pytest.approx(4.8), "3 pods: 1.5 vCPU, 3 GiB": None,
    }  # fmt: skip
    assert found.unknown == []


@pytest.mark.parametrize(
    ("controller", "expected"),
    [
        ("eks.amazonaws.com/gateway-alb", ["application load balancer", "what it carries"]),
        ("gateway.envoyproxy.io/gatewayclass-controller", ["network load balancer", "what it carries"]),
        ("example.org/another", ["load balancer of a gateway"]),
    ],
)
def test_what_stands_before_a_gateway_is_its_controllers(controller: str, expected: list[str]) -> None:
    group = "gateway.networking.k8s.io/v1"
    manifests = [
        {"apiVersion": group, "kind": "GatewayClass", "metadata": {"name": "c"}, "spec": {"controllerName": controller}},
        {"apiVersion": group, "kind": "Gateway", "metadata": {"name": "g", "namespace": "n"}, "spec": {"gatewayClassName": "c"}},
    ]  # fmt: skip
    found = Estimate.of({"provider": {"aws": {"region": WEST}}}, manifests)
    assert [line.what for line in found.lines] == expected
    assert bool(found.unknown) is (len(expected) == 1)


@pytest.mark.parametrize("engine", ["mysql", "mariadb", "sqlserver-se", "oracle-se2"])
def test_a_database_of_another_engine_is_unknown_and_not_postgres(engine: str) -> None:
    lines = of("aws_db_instance", **{**DATABASE, "engine": engine})
    assert [line.what for line in lines if line.charged is Charged.UNKNOWN] == ["db.t3.medium, two zones"]


def test_the_table_is_old_after_nine_months_and_the_command_says_so() -> None:
    made = date_of_the_prices()
    assert not are_old(made + OLD)
    assert are_old(made + OLD + datetime.timedelta(days=1))
    estimate = Estimate(WEST, ())
    told = [
        "".join(text for text, _ in line) for line in lines(estimate, "shop", made + OLD + datetime.timedelta(days=1))
    ]
    assert told[-1] == f"nobody has read them since {made}: take a newer twinstack"
    assert told[:-1] == ["".join(text for text, _ in line) for line in lines(estimate, "shop", made)]


@pytest.mark.parametrize("name", ["dev", "staging", "prod"])
def test_of_the_reviewed_outputs_every_type_has_been_looked_at(name: str) -> None:
    folder = Path(__file__).parents[1] / "golden" / name
    manifests = [one for file in sorted(folder.glob("*.yaml")) for one in yaml.safe_load_all(file.read_text())]
    found = Estimate.of(json.loads((folder / "cdk.tf.json").read_text()), manifests, product.load(name).specs)
    assert found.unknown == []
    assert 100 < found.monthly < 1000
    assert next(iter(found.by_thing)) in {"database", "cluster"}
    assert found.monthly == pytest.approx(sum(line.monthly or 0 for every in found.by_thing.values() for line in every))


def test_every_type_that_the_library_makes_has_been_looked_at() -> None:
    found = {type_ for type_ in FORMS if type_.startswith("aws_") and not type_.startswith(FREE_KINDS)}
    assert found - {*CHARGES, *FREE} == set()


def test_a_shared_file_system_is_charged_by_what_lies_in_it_and_its_claim_is_no_disk() -> None:
    class_ = {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {"name": "files"},
        "provisioner": "efs.csi.aws.com",
    }
    claim = {
        "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "media", "namespace": "n"},
        "spec": {"storageClassName": "files", "resources": {"requests": {"storage": "1Gi"}}},
    }  # fmt: skip
    found = Estimate.of({"provider": {"aws": {"region": WEST}}}, [class_, claim])
    assert found.lines == ()
    assert [line.subject for line in Estimate.of({"provider": {"aws": {"region": WEST}}}, [claim]).lines] == [
        "PersistentVolumeClaim n/media"
    ]
    lines = of("aws_efs_file_system", throughput_mode="elastic")
    assert told(lines) == [("what lies in it", None), ("what is read and written", None)]


def test_a_line_of_an_object_without_a_namespace_has_its_thing() -> None:
    claim = {
        "apiVersion": "v1", "kind": "PersistentVolumeClaim",
        "metadata": {"name": "media", "labels": {"app.kubernetes.io/component": "media"}},
        "spec": {"resources": {"requests": {"storage": "1Gi"}}},
    }  # fmt: skip
    (line,) = Estimate.of({"provider": {"aws": {"region": WEST}}}, [claim], ["media"]).lines
    assert (line.subject, line.thing) == ("PersistentVolumeClaim media", "media")


def test_a_change_costs_the_difference_and_what_nobody_knows_is_said() -> None:
    bigger = json.loads(json.dumps(GOLDEN))
    bigger["resource"]["aws_db_instance"]["database"]["instance_class"] = "db.m7g.large"
    before, after = Outputs("a", GOLDEN, MANIFESTS), Outputs("b", bigger, MANIFESTS)
    hour = [price_of("rds postgres multi-az", one, WEST) for one in ("db.t3.medium", "db.m7g.large")]
    assert None not in hour
    found = CostChange.between(before, after)
    assert found.difference == pytest.approx(730 * (hour[1].usd - hour[0].usd))  # type: ignore[union-attr]
    assert str(found) == "cost +140.16 USD/month"
    assert not CostChange.between(before, before).is_known
    assert str(CostChange(1, 1, 2)) == "cost 2 whose price is not known"
    bigger["resource"]["aws_db_instance"]["database"]["instance_class"] = "db.m99.large"
    assert str(CostChange.between(before, after)) == "cost -105.85 USD/month, and 1 whose price is not known"


def test_a_price_says_when_aws_published_it_and_where_it_stands() -> None:
    found = price_of("nat", "hour", "eu-central-1")
    assert found == Price(0.052, "2025-10-28", "https://aws.amazon.com/vpc/pricing/")
    assert price_of("nat", "hour", "mars-1") is None
    assert price_of("nat", "lunch", WEST) is None
