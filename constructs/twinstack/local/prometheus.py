"""Prometheus for the local stack: its configuration and its alert rules, from what the rooms say is watched."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from twinstack.environment.base import Environment
from twinstack.environment.dumper import dump
from twinstack.environment.monitoring import Alert
from twinstack.environment.stand_in import MONITORING, PROMETHEUS_PORT, Condition, File, Health, Scrape, Service
from twinstack.local.origin import ORIGIN


def prometheus_services(environment: Environment, scrapes: Iterable[Scrape]) -> tuple[Service, Service]:
    """Prometheus with its two files, and node-exporter, both under the profile `monitoring`."""
    jobs = (*scrapes, Scrape(NODES, NODES_PORT))
    server = Service(
        "prometheus",
        IMAGE,
        command=("--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.retention.time=7d"),
        ports={PROMETHEUS_PORT: PROMETHEUS_PORT},
        volumes={"prometheus_data": "/prometheus"},
        files=(
            File(f"{FOLDER}/prometheus.yml", "/etc/prometheus/prometheus.yml", configuration(jobs)),
            File(f"{FOLDER}/alerts.yml", "/etc/prometheus/alerts.yml", alert_rules(environment)),
        ),
        needs={NODES: Condition.STARTED},
        health=Health(("wget", "--quiet", "--spider", f"http://127.0.0.1:{PROMETHEUS_PORT}/-/ready")),
        is_locked=True,
        profile=MONITORING,
    )
    nodes = Service(
        NODES,
        NODES_IMAGE,
        command=("--path.rootfs=/host", "--path.procfs=/host/proc", "--path.sysfs=/host/sys"),
        mounts={"/": "/host"},
        is_locked=True,
        profile=MONITORING,
    )
    return server, nodes


def configuration(scrapes: Iterable[Scrape]) -> str:
    """prometheus.yml: one job for each service with figures."""
    document = {
        "global": {"scrape_interval": "15s", "evaluation_interval": "15s"},
        "rule_files": ["alerts.yml"],
        "scrape_configs": [
            {
                "job_name": scrape.job,
                "metrics_path": scrape.path,
                "static_configs": [{"targets": [f"{scrape.job}:{scrape.port}"]}],
            }
            for scrape in scrapes
        ],
    }
    return ORIGIN + dump([document])


def alert_rules(environment: Environment) -> str:
    """alerts.yml: one group for each spec that has rules, and the product's own."""
    groups = [{"name": key, "rules": [_rule(key, alert) for alert in alerts]} for key, alerts in _alerts(environment)]
    return ORIGIN + dump([{"groups": groups}])


def _alerts(environment: Environment) -> Iterable[tuple[str, tuple[Alert, ...]]]:
    watched = {key: spec.monitoring().alerts for key, spec in environment.specs.items()}
    watched[environment.product] = environment.monitoring().alerts
    return ((key, alerts) for key, alerts in watched.items() if alerts)


def _rule(key: str, alert: Alert) -> Mapping[str, Any]:
    return {
        "alert": alert.name,
        "expr": alert.expression,
        "for": f"{alert.minutes}m",
        "labels": {"severity": str(alert.severity), "component": key},
        "annotations": {"summary": alert.summary, "description": alert.description},
    }


FOLDER: Final = "monitoring"
IMAGE: Final = "prom/prometheus:v3.5.0"
NODES: Final = "node-exporter"
NODES_IMAGE: Final = "prom/node-exporter:v1.9.1"
NODES_PORT: Final = 9100
