"""Grafana for the local stack: one dashboard of everything that the rooms say is watched.

Source: Grafana, "Provision Grafana", "Dashboard JSON model".
"""

from __future__ import annotations

from typing import Final

from twinstack.environment.base import Environment
from twinstack.environment.dashboard import SOURCE, dashboard
from twinstack.environment.dumper import dump
from twinstack.environment.stand_in import (
    GRAFANA_PORT,
    MONITORING,
    PROMETHEUS_PORT,
    Condition,
    File,
    Health,
    Service,
)
from twinstack.local.origin import ORIGIN
from twinstack.local.prometheus import FOLDER


def grafana_service(environment: Environment) -> Service:
    """Grafana with Prometheus as its data source and the dashboard as its home page; nobody has to sign in to look."""
    dashboards = "/var/lib/grafana-dashboards"
    home = f"{dashboards}/{environment.product}.json"
    provisioning = "/etc/grafana/provisioning"
    return Service(
        "grafana",
        IMAGE,
        environment={
            "GF_AUTH_ANONYMOUS_ENABLED": "true",
            "GF_AUTH_ANONYMOUS_ORG_ROLE": "Viewer",
            "GF_AUTH_DISABLE_LOGIN_FORM": "true",
            "GF_SECURITY_DISABLE_INITIAL_ADMIN_CREATION": "true",
            "GF_PLUGINS_PREINSTALL_DISABLED": "true",
            "GF_ANALYTICS_REPORTING_ENABLED": "false",
            "GF_ANALYTICS_CHECK_FOR_UPDATES": "false",
            "GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH": home,
        },
        ports={GRAFANA_PORT: CONTAINER_PORT},
        files=(
            File(f"{FOLDER}/grafana/datasource.yml", f"{provisioning}/datasources/prometheus.yml", _data_source()),
            File(f"{FOLDER}/grafana/dashboards.yml", f"{provisioning}/dashboards/twinstack.yml", _provider(dashboards)),
            File(f"{FOLDER}/grafana/{environment.product}.json", home, dashboard(environment)),
        ),
        needs={"prometheus": Condition.HEALTHY},
        health=Health(("wget", "--quiet", "--spider", f"http://127.0.0.1:{CONTAINER_PORT}/api/health")),
        is_locked=True,
        temporary=("/tmp", "/var/lib/grafana", "/var/log/grafana"),  # noqa: S108  folders in the container
        profile=MONITORING,
    )


def _data_source() -> str:
    source = {
        "name": "Prometheus",
        "uid": SOURCE,
        "type": "prometheus",
        "access": "proxy",
        "url": f"http://prometheus:{PROMETHEUS_PORT}",
        "isDefault": True,
    }
    return ORIGIN + dump([{"apiVersion": 1, "datasources": [source]}])


def _provider(folder: str) -> str:
    provider = {"name": "twinstack", "type": "file", "options": {"path": folder}}
    return ORIGIN + dump([{"apiVersion": 1, "providers": [provider]}])


IMAGE: Final = "grafana/grafana:12.1.0"
CONTAINER_PORT: Final = 3000
