"""Figures on a port of their own: who may ask for them, where the local Prometheus asks, and what is refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
import yaml

from tests.local_files import compose_of, texts_of
from tests.shop import BASE, Shop
from tests.shop_chart import objects_of, pod_of
from twinstack.errors import Problem
from twinstack.layers.load import Loaded

OWN = BASE.replace("web:\n", "web:\n  metrics: {port: 9100}\n  metrics_from: [monitoring]\n").replace(
    "worker:\n", "worker:\n  metrics: {port: 9540, path: /figures}\n  metrics_from: [monitoring]\n"
)


def ingress(environment: Shop, workload: str) -> list[tuple[list[Any], list[int]]]:
    rules = objects_of(environment)["NetworkPolicy", workload]["spec"].get("ingress", [])
    return [(rule["from"], [port["port"] for port in rule["ports"]]) for rule in rules]


def ports(environment: Shop, workload: str) -> list[tuple[str, int]]:
    (container,) = pod_of(environment, workload)["containers"]
    return [(one["name"], one["containerPort"]) for one in container.get("ports", [])]


MONITORING = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}


def test_only_who_collects_them_is_let_in_to_that_port(accept: Callable[..., Loaded[Shop]]) -> None:
    environment = accept(base=OWN).environment
    assert ingress(environment, "shop-web") == [([MONITORING], [9100])]
    assert ingress(environment, "shop-worker") == [([MONITORING], [9540])]


def test_the_container_names_the_port_and_no_service_leads_to_it(accept: Callable[..., Loaded[Shop]]) -> None:
    environment = accept(base=OWN).environment
    assert ports(environment, "shop-web") == [("http", 8000), ("metrics", 9100)]
    assert ports(environment, "shop-worker") == [("metrics", 9540)]
    assert [one["port"] for one in objects_of(environment)["Service", "shop-web-service"]["spec"]["ports"]] == [80]


def test_a_path_alone_is_served_on_the_services_port(accept: Callable[..., Loaded[Shop]]) -> None:
    base = BASE.replace("web:\n", "web:\n  metrics: /metrics\n  metrics_from: [monitoring]\n")
    same = base.replace("metrics: /metrics", "metrics: {path: /metrics, port: 8000}")
    for text in (base, same):
        environment = accept(base=text).environment
        assert ports(environment, "shop-web") == [("http", 8000)]
        assert ingress(environment, "shop-web") == [([MONITORING], [8000])]


def test_the_local_prometheus_asks_where_they_are(accept: Callable[..., Loaded[Shop]]) -> None:
    texts = texts_of(accept(base=OWN).environment)
    files = {path: yaml.safe_load(text) for path, text in texts.items() if path.endswith((".yml", ".yaml"))}
    jobs = {one["job_name"]: one for one in files["monitoring/prometheus.yml"]["scrape_configs"]}
    asked = {name: (jobs[name]["metrics_path"], jobs[name]["static_configs"][0]["targets"]) for name in jobs}
    assert asked["shop-web"] == ("/metrics", ["shop-web:9100"])
    assert asked["shop-worker"] == ("/figures", ["shop-worker:9540"])
    services = files["compose.yaml"]["services"]
    assert services["worker"]["networks"] == {"default": {"aliases": ["shop-worker"]}}
    assert "ports" not in services["worker"]
    rules = {one["alert"]: one for group in files["monitoring/alerts.yml"]["groups"] for one in group["rules"]}
    assert rules["WorkloadDown"]["expr"] == 'absent(up{job="shop-worker"} == 1)'


def test_a_port_below_1024_may_be_listened_on(accept: Callable[..., Loaded[Shop]]) -> None:
    environment = accept(base=OWN.replace("port: 9540", "port: 81")).environment
    context = pod_of(environment)["securityContext"]
    assert context["sysctls"] == [{"name": "net.ipv4.ip_unprivileged_port_start", "value": "81"}]
    assert compose_of(environment)["services"]["worker"]["sysctls"] == {"net.ipv4.ip_unprivileged_port_start": "81"}


@pytest.mark.parametrize(
    ("lines", "code", "path"),
    [
        ("metrics: /metrics", "TW632", "worker.metrics"),
        ("metrics: {}", "TW632", "worker.metrics"),
        ("metrics: {port: 9100, path: '/metrics?x=1'}", "TW755", "worker.metrics"),
        ("metrics_from: [monitoring]", "TW611", "worker.metrics_from"),
        ("metrics: {port: 0}", "TW104", "worker.metrics.port"),
        ("metrics: 9100", "TW104", "worker.metrics"),
    ],
)
def test_what_nobody_could_collect_is_refused(
    lines: str, code: str, path: str, refuse: Callable[..., Sequence[Problem]]
) -> None:
    (found,) = refuse(base=BASE.replace("worker:\n", f"worker:\n  {lines}\n"))
    assert (found.code, found.path) == (code, path)
