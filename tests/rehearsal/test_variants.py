"""Production as others would have it: each variant on real Terraform and on a real control plane, with no finding."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.planes import Planes
from twinstack.rehearsal.control_plane import ASSETS_VARIABLE, ControlPlane
from twinstack.rehearsal.kubernetes import read_definitions, rehearse_on
from twinstack.rehearsal.terraform import rehearse as rehearse_terraform
from twinstack.synthesis import synthesized
from twinstack.testing import Twins

NETWORK = {
    "vpc_id": "vpc-0a1b2c3d4e5f60718",
    "private_subnet_ids": ["subnet-0a1b2c3d4e5f60001", "subnet-0a1b2c3d4e5f60002"],
    "database_subnet_ids": ["subnet-0a1b2c3d4e5f60003", "subnet-0a1b2c3d4e5f60004"],
}
REGISTRY = "123456789012.dkr.ecr.us-west-2.amazonaws.com"
NODE_GROUPS = {"general": {"instance_types": ["m7i.large"], "min": 3, "max": 6}}
VARIANTS: Mapping[str, Mapping[str, Any]] = {
    "as it is": {},
    "existing network": {"network.existing": NETWORK},
    "existing network and cluster": {"network.existing": NETWORK, "cluster.existing": "platform-live"},
    "managed nodes behind nginx": {
        "cluster.mode": "managed",
        "cluster.node_groups": NODE_GROUPS,
        "edge.kind": "nginx",
    },
    "nginx": {"edge.kind": "nginx"},
    "valkey": {"cache.engine": "valkey", "cache.engine_version": "8.1"},
    "nat none": {
        "network.nat": "none",
        "backend.image": f"{REGISTRY}/analytics-backend",
        "frontend.image": f"{REGISTRY}/analytics-frontend",
        "worker.image": f"{REGISTRY}/analytics-backend",
        "scheduler.image": f"{REGISTRY}/analytics-backend",
        "migration.image": f"{REGISTRY}/analytics-backend",
        "database.client_image": f"{REGISTRY}/postgres:18.4-alpine",
        "monitoring.exporter_images": {
            "database": f"{REGISTRY}/postgres-exporter:v0.18.1",
            "cache": f"{REGISTRY}/redis_exporter:v1.80.0",
        },
    },
    "kms bucket": {"exports.encryption": "aws:kms"},
    "a low port": {},
    "parts and second names": {"database.password_version": 2, "cache.password_version": 2},
    "three replicas": {"backend.scale.min": 3, "backend.scale.max": 3, "cache.nodes": 3},
    "watched by an operator": {
        "monitoring.kind": "operator",
        "monitoring.operator.labels": {"release": "kube-prometheus-stack"},
        "monitoring.runbooks": "https://runbooks.example/analytics",
        "cluster.exporters": True,
    },
    "watched by cloudwatch": {
        "monitoring.kind": "cloudwatch",
        "monitoring.notify": [{"protocol": "email", "endpoint": "oncall@shadower.ai"}],
        "monitoring.pod_logs": {},
    },
    "watched by amazon's prometheus": {
        "monitoring.kind": "managed",
        "monitoring.notify": [{"protocol": "email", "endpoint": "oncall@shadower.ai"}],
        "database.replica": {"instance_class": "db.t3.medium"},
        "cluster.exporters": True,
    },
    "postgres 16": {"database.engine_version": "16"},
    "priority, rights, figures and a queue": {
        "cluster.keda": True,
        "backend.priority": {"value": 1000},
        "scheduler.priority": {"value": 10, "preempts": False},
        "worker.scale.queue": {"broker": "cache", "tasks_per_replica": 10},
        "worker.aws_rights": {
            "send_mail": {
                "actions": ["ses:SendEmail"],
                "resources": ["arn:aws:ses:{region}:{account}:identity/shadower.ai"],
                "conditions": {"StringEquals": {"ses:FromAddress": "reports@shadower.ai"}},
            },
        },
        "worker.variables_by_prefix": {"PAYMENTS_": {"secret": "payments"}},
    },
    "rotation": {
        "database.password_version": 2,
        "cache.password_version": 2,
    },
}

IN_BASE: Mapping[str, Mapping[str, str]] = {
    # The pipeline pushes to the repository's owner's packages alone, so it builds none of these images.
    "nat none": {r"^  internet: true.*\n": "", r"^  build: .*\n": ""},
    "a low port": {r"^  port: 3000\b": "  port: 80"},
    "priority, rights, figures and a queue": {
        r"^migration:\n": "migration:\n  when: after\n",
        r"^worker:\n": """\
worker:
  metrics: {port: 9540}
  metrics_from: [monitoring]
  cluster_rights:
    - {kinds: [pods, deployments], verbs: [get, list, watch]}
    - {kinds: [nodes], verbs: [get], cluster_wide: true}
""",
        r"^  uses: \[database, cache, settings, integrations, exports: write\]\n\nscheduler:": """\
  uses:
    - database
    - cache: {variables: {url: REDIS_URL, host: REDIS_HOST, password: REDIS_PASSWORD}}
    - settings
    - integrations
    - exports: write

scheduler:""",
    },
    "parts and second names": {
        r"^  uses: \[database, cache, settings, integrations, exports: write\]": """\
  uses:
    - database:
        variables: {url: [], host: DB_HOST, port: DB_PORT, name: DB_NAME, user: DB_USER, password: DB_PASSWORD}
    - cache: {variables: {url: [REDIS_URL, CELERY_BROKER_URL], host: REDIS_HOST, password: REDIS_PASSWORD}}
    - settings
    - integrations: {variables: {SENTRY_DSN: [SENTRY_DSN, SECOND_DSN]}}
    - exports: {access: write, variables: {name: BUCKET}}
    - exports: list""",
        r"^  uses: \[database: admin, settings\]": """\
  uses:
    - database: {access: admin, variables: {url: APP_URL, host: DB_HOST, admin_user: DB_USER, admin_password: DB_PASSWORD}}
    - settings""",
    },
}
"""What a variant changes in base.yaml."""


@pytest.fixture(scope="module")
def plane(planes: Planes) -> Iterator[ControlPlane]:
    with planes.lent("rehearsal, variants", partial(ControlPlane.start, autoscaler_sync_seconds=2)) as started:
        yield started


def clear(plane: ControlPlane, manifests: Path, namespace: str) -> None:
    """Deletes all that stands outside the variant's own namespace, so that each finds a cluster with nothing in it."""
    for file in manifests.glob("*.yaml"):
        for one in filter(None, yaml.safe_load_all(file.read_text(encoding="utf-8"))):
            metadata = one["metadata"]
            if metadata.get("namespace") != namespace:
                plane.api.delete(one["apiVersion"], one["kind"], metadata["name"], metadata.get("namespace", ""))


@pytest.mark.slow
@pytest.mark.skipif(not os.environ.get(ASSETS_VARIABLE), reason=f"{ASSETS_VARIABLE} is not set: no API server to ask")
@pytest.mark.parametrize("variant", VARIANTS)
def test_a_variant_of_production_is_rehearsed_without_a_finding(
    twin: Twins, variant: str, plane: ControlPlane, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    product = twin.product
    if variant in IN_BASE:
        folder = shutil.copytree(product.root / "environments", tmp_path / "environments")
        base = folder / "base.yaml"
        text = base.read_text()
        for pattern, other in IN_BASE[variant].items():
            text, times = re.subn(pattern, other, text, flags=re.MULTILINE)
            assert times, pattern
        base.write_text(text)
        monkeypatch.setitem(vars(product), "root", tmp_path)  # What all environments share no layer can change.
    namespace = re.sub(r"\W+", "-", variant)
    loaded = product.load_all(["prod"], set={**VARIANTS[variant], "namespace": namespace})
    environment = loaded[0].environment
    real = os.environ.get("TWINSTACK_REAL_DEFINITIONS")
    definitions = read_definitions(Path(real)) if real else ()
    with synthesized(product, loaded) as output:
        reports = [
            rehearse_terraform(output.stack(environment)),
            rehearse_on(plane, output.manifests(environment), definitions=definitions, progress=lambda _: None),
        ]
        clear(plane, output.manifests(environment), namespace)
    problems = [str(problem) for report in reports for problem in report.problems]
    assert problems == []
    assert all(report.passed for report in reports)
