"""Prometheus for the local stack: its configuration and its alert rules, from what the rooms say is watched."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from twinstack.environment.alert_rules import rule_groups
from twinstack.environment.base import Environment
from twinstack.environment.dumper import dump
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
    return ORIGIN + dump([{"groups": rule_groups(environment)}])


FOLDER: Final = "monitoring"
IMAGE: Final = "prom/prometheus:v3.5.0"
NODES: Final = "node-exporter"
NODES_IMAGE: Final = "prom/node-exporter:v1.9.1"
NODES_PORT: Final = 9100
