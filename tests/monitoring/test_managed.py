"""What Amazon Managed Service for Prometheus is given: what to ask, the rules, whom to tell, and the ways of its scraper."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Final

import cdk8s
import pytest
import yaml

from stacks import product
from stacks.workloads import AnalyticsWorkloads
from tests.aws.documents import Document, analytics, policy
from tests.checkers import needs_promtool, promtool
from tests.monitoring.api import faults, model
from twinstack import kubernetes
from twinstack.errors import ConfigurationError

WATCHED: Final = {
    "monitoring.kind": "managed",
    "monitoring.notify": [{"protocol": "email", "endpoint": "oncall@shadower.ai"}],
    "cluster.exporters": True,
}


@cache
def document() -> Document:
    return made()


def made(**changes: Any) -> Document:
    return analytics("prod", **{key.replace(".", "__"): value for key, value in {**WATCHED, **changes}.items()})


def one(kind: str) -> dict[str, Any]:
    return document().find(kind)["monitoring"]


def scrape_configuration() -> dict[str, Any]:
    return yaml.safe_load(one("aws_prometheus_scraper")["scrape_configuration"])


def checked(tmp_path: Path, what: str, text: str) -> None:
    file = tmp_path / "file.yml"
    file.write_text(text)
    promtool("check", what, "--lint=all", "--lint-fatal", file)


def test_the_four_required_jobs_are_asked_each_its_own_pods() -> None:
    jobs = {job["job_name"]: job for job in scrape_configuration()["scrape_configs"]}
    assert set(jobs) == {"analytics-backend", "postgres-exporter", "redis-exporter", "node-exporter"}
    kept = {
        name: {
            tuple(rule["source_labels"]): rule["regex"]
            for rule in job["relabel_configs"]
            if rule.get("action") == "keep"
        }
        for name, job in jobs.items()
    }
    assert kept["postgres-exporter"] == {
        ("__meta_kubernetes_pod_label_app",): "analytics-database-exporter",
        ("__meta_kubernetes_pod_container_port_number",): "9187",
        ("__meta_kubernetes_pod_phase",): "Running",
    }
    assert kept["node-exporter"][("__meta_kubernetes_pod_label_app_kubernetes_io_name",)] == "prometheus-node-exporter"
    places = {name: job["kubernetes_sd_configs"] for name, job in jobs.items()}
    assert places["analytics-backend"] == [{"role": "pod", "namespaces": {"names": ["analytics"]}}]
    assert places["node-exporter"] == [{"role": "pod", "namespaces": {"names": ["prometheus-node-exporter"]}}]
    assert scrape_configuration()["global"]["scrape_interval"] == "30s"


@needs_promtool
def test_prometheus_takes_what_the_scraper_is_told(tmp_path: Path) -> None:
    checked(tmp_path, "config", one("aws_prometheus_scraper")["scrape_configuration"])


@needs_promtool
def test_prometheus_takes_the_rules(tmp_path: Path) -> None:
    text = one("aws_prometheus_rule_group_namespace")["data"]
    checked(tmp_path, "rules", text)
    assert "namespace=" not in text, "the workspace has no other product's figures"
    assert "${" not in text


def test_alerts_go_to_the_topic() -> None:
    definition = yaml.safe_load(one("aws_prometheus_alert_manager_definition")["definition"])
    configuration = yaml.safe_load(definition["alertmanager_config"])
    (receiver,) = configuration["receivers"]
    assert receiver["name"] == configuration["route"]["receiver"]
    assert receiver["sns_configs"] == [
        {"topic_arn": "${aws_sns_topic.monitoring.arn}", "sigv4": {"region": "us-west-2"}, "send_resolved": True}
    ]
    (statement,) = policy(document().find("aws_sns_topic_policy")["monitoring"]["policy"])
    assert statement["Principal"] == {"Service": ["cloudwatch.amazonaws.com", "aps.amazonaws.com"]}
    assert statement["Action"] == ["sns:Publish", "sns:GetTopicAttributes"]


def test_a_scraper_reaches_the_api_server_and_the_ports_of_figures_alone() -> None:
    found = document()
    group = "${aws_security_group.monitoring_scraper.id}"
    cluster = "${aws_eks_cluster.cluster.vpc_config[0].cluster_security_group_id}"
    (source,) = one("aws_prometheus_scraper")["source"]
    (eks,) = source["eks"]
    assert eks["cluster_arn"] == "${aws_eks_cluster.cluster.arn}"
    assert eks["security_group_ids"] == [group]
    assert len(eks["subnet_ids"]) == 3
    outs = [
        rule for rule in found.find("aws_vpc_security_group_egress_rule").values() if rule["security_group_id"] == group
    ]
    ins = [
        rule
        for rule in found.find("aws_vpc_security_group_ingress_rule").values()
        if rule.get("referenced_security_group_id") == group
    ]
    for rules, target in ((outs, "referenced_security_group_id"), (ins, "security_group_id")):
        assert [(rule["from_port"], rule["to_port"]) for rule in rules] == [
            (port, port) for port in (443, 8000, 9100, 9121, 9187)
        ]
        assert {rule[target] for rule in rules} == {cluster}


def elsewhere(nodes: int = 1, subnets: int = 6) -> Document:
    """In a network and a cluster of another team."""
    network = {
        "vpc_id": "vpc-1a1b2c3d4e5f60718",
        "private_subnet_ids": [f"subnet-1a1b2c3d4e5f6000{number}" for number in range(subnets)],
        "database_subnet_ids": ["subnet-1a1b2c3d4e5f60013", "subnet-1a1b2c3d4e5f60014"],
    }
    groups = [f"sg-0a1b2c3d4e5f6071{number}" for number in range(nodes)]
    changes = {"network.existing": network, "cluster.existing": "platform", "cluster.node_security_group_ids": groups}
    return made(**{**changes, "cluster.exporters": False})


def test_nothing_of_another_teams_cluster_is_changed() -> None:
    found = elsewhere()
    cluster = "${data.aws_eks_cluster.cluster.vpc_config[0].cluster_security_group_id}"
    ingress = found.find("aws_vpc_security_group_ingress_rule").values()
    assert {rule["security_group_id"] for rule in ingress} == {
        f"${{aws_security_group.{name}.id}}" for name in ("cache", "database")
    }
    assert not found.find("aws_vpc_security_group_egress_rule")
    (eks,) = found.find("aws_prometheus_scraper")["monitoring"]["source"][0]["eks"]
    assert eks["security_group_ids"] == [cluster, "sg-0a1b2c3d4e5f60710"]
    assert eks["cluster_arn"] == "arn:aws:eks:us-west-2:123456789012:cluster/platform"


def test_a_scraper_wears_five_groups_at_most() -> None:
    elsewhere(nodes=4)
    with pytest.raises(ConfigurationError) as caught:
        elsewhere(nodes=5)
    assert [(one.code, one.path) for one in caught.value.problems if not one.warning] == [("TW650", "monitoring.kind")]


@pytest.mark.parametrize("found", [document, elsewhere], ids=["own cluster", "another team's"])
@pytest.mark.skipif(not model("amp").is_file(), reason="no model of the API: `make .venv-check` brings botocore")
def test_the_api_takes_what_it_is_asked(found: Callable[[], Document]) -> None:
    shapes = json.loads(gzip.decompress(model("amp").read_bytes()))["shapes"]
    scraper = found().find("aws_prometheus_scraper")["monitoring"]
    (eks,) = scraper["source"][0]["eks"]
    asked = {
        "CreateScraperRequest": {
            "alias": scraper["alias"],
            "scrapeConfiguration": {"configurationBlob": scraper["scrape_configuration"]},
            "source": {
                "eksConfiguration": {
                    "clusterArn": eks["cluster_arn"],
                    "securityGroupIds": eks["security_group_ids"],
                    "subnetIds": eks["subnet_ids"],
                }
            },
            "destination": {"ampConfiguration": {"workspaceArn": scraper["destination"][0]["amp"][0]["workspace_arn"]}},
        },
        "CreateWorkspaceRequest": {"alias": found().find("aws_prometheus_workspace")["monitoring"]["alias"]},
        "CreateRuleGroupsNamespaceRequest": {
            "name": found().find("aws_prometheus_rule_group_namespace")["monitoring"]["name"],
            "data": found().find("aws_prometheus_rule_group_namespace")["monitoring"]["data"],
            "workspaceId": "ws-1",
        },
        "CreateAlertManagerDefinitionRequest": {
            "data": found().find("aws_prometheus_alert_manager_definition")["monitoring"]["definition"],
            "workspaceId": "ws-1",
        },
    }
    for shape, given in asked.items():
        assert faults(given, shape, shapes) == [], shape


def test_pods_admit_the_subnets_of_the_scraper() -> None:
    manifests = kubernetes.objects(AnalyticsWorkloads(cdk8s.App(), product.load("prod", set=WATCHED)))
    policies = {one["metadata"]["name"]: one["spec"] for one in manifests if one["kind"] == "NetworkPolicy"}
    (rule,) = policies["analytics-cache-exporter"]["ingress"]
    assert rule["ports"] == [{"port": 9121, "protocol": "TCP"}]
    assert [peer["ipBlock"]["cidr"] for peer in rule["from"]] == [
        str(one) for one in product.load("prod").network.private_cidrs
    ]
    assert not [one for one in manifests if one["kind"] in {"PodMonitor", "PrometheusRule"}]


def test_the_alarms_are_those_of_cloudwatch() -> None:
    alarms = analytics("prod", monitoring__kind="cloudwatch").find("aws_cloudwatch_metric_alarm")
    assert document().find("aws_cloudwatch_metric_alarm").keys() == alarms.keys()


def test_what_it_could_not_do_is_logged() -> None:
    log = one("aws_prometheus_workspace")["logging_configuration"]["log_group_arn"]
    assert log == "${aws_cloudwatch_log_group.monitoring.arn}:*"
    assert one("aws_cloudwatch_log_group")["name"] == "/aws/vendedlogs/prometheus/shadower-analytics-monitoring"
