"""What a Prometheus operator is given: rules and monitors that meet the product's own pods, and the exporters."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import cdk8s
import pytest
import yaml

from stacks import product
from stacks.workloads import AnalyticsWorkloads
from tests.checkers import needs_promtool, promtool
from twinstack import kubernetes

OPERATOR = {
    "monitoring.kind": "operator",
    "monitoring.operator.labels": {"release": "kube-prometheus-stack"},
    "monitoring.runbooks": "https://runbooks.example/analytics/",
}
Manifest = dict[str, Any]


@cache
def manifests() -> tuple[Manifest, ...]:
    return tuple(made())


def made(**settings: Any) -> list[Manifest]:
    return kubernetes.objects(AnalyticsWorkloads(cdk8s.App(), product.load("prod", set={**OPERATOR, **settings})))


def of(kind: str, among: tuple[Manifest, ...] | list[Manifest] | None = None) -> dict[str, Manifest]:
    return {one["metadata"]["name"]: one for one in (among or manifests()) if one["kind"] == kind}


def monitor(name: str) -> Manifest:
    return of("PodMonitor")[name]["spec"]


def rules() -> list[Manifest]:
    (rule,) = of("PrometheusRule").values()
    return [one for group in rule["spec"]["groups"] for one in group["rules"]]


def test_nothing_is_made_where_nobody_watches() -> None:
    plain = made(**{"monitoring.kind": "none"})
    assert not of("PodMonitor", plain)
    assert not [name for name in of("Deployment", plain) if "exporter" in name]


def test_each_of_the_required_jobs_has_a_monitor_that_meets_its_own_pods_alone() -> None:
    jobs = {
        name: (one["spec"]["selector"]["matchLabels"], one["spec"]["podMetricsEndpoints"][0]["relabelings"][0])
        for name, one in of("PodMonitor").items()
    }
    assert {name: relabeling["replacement"] for name, (_, relabeling) in jobs.items()} == {
        "analytics-backend": "analytics-backend",
        "analytics-database-exporter": "postgres-exporter",
        "analytics-cache-exporter": "redis-exporter",
        "analytics-nodes": "node-exporter",
    }
    del jobs["analytics-nodes"]  # whose pods are not ours
    pods = [one["spec"]["template"]["metadata"]["labels"] for one in of("Deployment").values()]
    for labels, relabeling in jobs.values():
        assert relabeling["targetLabel"] == "job"
        assert len([one for one in pods if labels.items() <= one.items()]) == 1
    spaces = {name: one["spec"]["namespaceSelector"]["matchNames"] for name, one in of("PodMonitor").items()}
    assert spaces == {**{key: ["analytics"] for key in jobs}, "analytics-nodes": ["prometheus-node-exporter"]}


def test_the_nodes_are_asked_where_their_exporter_is_ours() -> None:
    assert "analytics-nodes" not in of("PodMonitor", made(**{"cluster.exporters": False}))
    found = monitor("analytics-nodes")
    assert found["namespaceSelector"] == {"matchNames": ["prometheus-node-exporter"]}
    assert found["podMetricsEndpoints"][0]["relabelings"] == [{"targetLabel": "job", "replacement": "node-exporter"}]


def test_a_monitor_asks_the_port_that_the_pod_has_under_that_name() -> None:
    for name in of("PodMonitor").keys() - {"analytics-nodes"}:
        (container,) = of("Deployment")[name]["spec"]["template"]["spec"]["containers"]
        (endpoint,) = monitor(name)["podMetricsEndpoints"]
        assert endpoint["port"] in {port["name"] for port in container["ports"]}
        assert (endpoint["path"], endpoint["interval"]) == ("/metrics", "15s")


def test_the_operator_finds_what_it_looks_for() -> None:
    for one in (*of("PodMonitor").values(), *of("PrometheusRule").values()):
        assert one["metadata"]["labels"]["release"] == "kube-prometheus-stack"
        assert one["metadata"]["namespace"] == "analytics"


def test_the_rules_are_those_of_the_local_stack_for_this_namespace_alone() -> None:
    local = [
        rule for group in yaml.safe_load(Path("monitoring/alerts.yml").read_text())["groups"] for rule in group["rules"]
    ]
    ours = {(rule["alert"], rule["labels"]["component"]): rule for rule in rules()}
    added = {("ExporterGone", "monitoring"), ("RedisReplicaLags", "cache")}  # of dev's cache there is no replica
    assert set(ours) == {(one["alert"], one["labels"]["component"]) for one in local} | added
    for one in local:
        rule = ours[one["alert"], one["labels"]["component"]]
        assert rule["expr"].replace(',namespace="analytics"', "") == one["expr"]
    for rule in rules():
        for job, rest in re.findall(r'job="([^"]+)"([^}]*)', rule["expr"]):
            assert ('namespace="analytics"' in rest) is (job != "node-exporter"), rule["expr"]


def test_a_rule_leads_to_its_runbook() -> None:
    for rule in rules():
        assert rule["annotations"]["runbook_url"] == f"https://runbooks.example/analytics/{rule['alert']}"
    plain = of("PrometheusRule", made(**{"monitoring.runbooks": None}))["analytics"]["spec"]["groups"]
    assert not [one for group in plain for one in group["rules"] if "runbook_url" in one["annotations"]]


@needs_promtool
def test_prometheus_takes_the_rules(tmp_path: Path) -> None:
    file = tmp_path / "rules.yml"
    file.write_text(yaml.safe_dump(of("PrometheusRule")["analytics"]["spec"]))
    promtool("check", "rules", "--lint=all", "--lint-fatal", file)


@pytest.mark.parametrize(
    ("name", "port"),
    [("analytics-backend", 8000), ("analytics-database-exporter", 9187), ("analytics-cache-exporter", 9121)],
)
def test_the_operators_prometheus_alone_is_let_in_for_figures(name: str, port: int) -> None:
    prometheus = {
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}},
        "podSelector": {"matchLabels": {"app.kubernetes.io/name": "prometheus"}},
    }
    ingress = of("NetworkPolicy")[name]["spec"]["ingress"]
    named = [rule for rule in ingress if any("namespaceSelector" in peer for peer in rule["from"])]
    assert named == [{"from": [prometheus], "ports": [{"port": port, "protocol": "TCP"}]}]
    if name.endswith("-exporter"):
        assert ingress == named


def test_pods_without_figures_are_open_to_nobody_new() -> None:
    without = of("NetworkPolicy", kubernetes.objects(AnalyticsWorkloads(cdk8s.App(), product.load("prod"))))
    for name in ("analytics-frontend", "analytics-worker", "analytics-scheduler", "analytics-migration"):
        assert of("NetworkPolicy")[name] == without[name]


def test_an_exporter_reads_its_connection_from_its_own_secret() -> None:
    for name, variable, key in (
        ("analytics-database-exporter", "DATA_SOURCE_NAME", "data-source-name"),
        ("analytics-cache-exporter", "REDIS_ADDR", "redis-addr"),
    ):
        spec = of("Deployment")[name]["spec"]
        (container,) = spec["template"]["spec"]["containers"]
        (source,) = [one["valueFrom"]["secretKeyRef"] for one in container["env"] if one["name"] == variable]
        assert source["key"] == key
        assert source["name"].startswith(f"{name}-secrets-")
        assert source["name"] in of("SecretProviderClass")
        assert spec["strategy"] == {"type": "Recreate"}
        assert spec["replicas"] == 1
        assert container["securityContext"]["readOnlyRootFilesystem"] is True
        assert spec["template"]["spec"]["securityContext"]["runAsUser"] == 65534


def test_the_database_is_asked_by_a_role_of_its_own() -> None:
    (fetched,) = [one for name, one in of("SecretProviderClass").items() if "database-exporter" in name]
    assert "shadower-analytics/database/monitor-url" in fetched["spec"]["parameters"]["objects"]
    assert "database/url" not in fetched["spec"]["parameters"]["objects"]
    (migration,) = of("Job").values()
    (made_first,) = migration["spec"]["template"]["spec"]["initContainers"]
    assert "GRANT pg_monitor" in made_first["command"][-1]
    assert "DATABASE_MONITOR_URL_FILE" in {one["name"] for one in made_first["env"]}


def test_another_prometheus_and_other_images() -> None:
    found = made(
        **{
            "monitoring.operator.namespace": "observability",
            "monitoring.operator.pods": {},
            "monitoring.interval_seconds": 30,
            "monitoring.exporter_images": {"cache": "registry.example/redis_exporter:v1.88.0"},
        }
    )
    ingress = of("NetworkPolicy", found)["analytics-cache-exporter"]["spec"]["ingress"]
    assert ingress[0]["from"] == [
        {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "observability"}}}
    ]
    assert of("PodMonitor", found)["analytics-backend"]["spec"]["podMetricsEndpoints"][0]["interval"] == "30s"
    (container,) = of("Deployment", found)["analytics-cache-exporter"]["spec"]["template"]["spec"]["containers"]
    assert container["image"] == "registry.example/redis_exporter:v1.88.0"


def test_grafana_is_given_a_dashboard_of_this_namespace() -> None:
    found = of("ConfigMap")["analytics-dashboard"]
    assert found["metadata"]["labels"]["grafana_dashboard"] == "1"
    local = json.loads(Path("monitoring/grafana/analytics.json").read_text())
    dashboard = json.loads(found["data"]["analytics.json"])
    assert [one["title"] for one in dashboard["panels"]] == [one["title"] for one in local["panels"]]
    queries = [target["expr"] for one in dashboard["panels"] for target in one["targets"]]
    for job, rest in re.findall(r'job="([^"]+)"([^}]*)', "\n".join(queries)):
        assert ('namespace="analytics"' in rest) is (job != "node-exporter")
    assert "analytics-dashboard" not in of("ConfigMap", made(**{"monitoring.operator.dashboard_labels": {}}))


@needs_promtool
def test_every_query_of_the_dashboard_is_promql() -> None:
    dashboard = json.loads(of("ConfigMap")["analytics-dashboard"]["data"]["analytics.json"])
    for query in {target["expr"] for one in dashboard["panels"] for target in one["targets"]}:
        promtool("promql", "format", "--experimental", query)
