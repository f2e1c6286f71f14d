"""A product of as many workloads as wanted, each with a bucket and settings of its own: how the time grows with it."""

from __future__ import annotations

from pathlib import Path
from typing import Final


def write(folder: Path, workloads: int, *, every_link: bool) -> None:
    """Writes the product. Each workload is linked to its own bucket and its own settings, or to all settings.

    AWS takes 10,240 characters of a role's policies, so that no workload can be linked to 120 buckets; to settings it can.
    """
    numbers = range(workloads)
    package = folder / "grown"
    package.mkdir(parents=True)
    (folder / "environments").mkdir()
    (folder / "pyproject.toml").write_text('[tool.twinstack]\nproduct = "grown:product"\n', "utf-8")
    fields = "".join(
        f"    files_{one}: BucketSpec\n    values_{one}: SettingsSpec\n    work_{one}: WorkerSpec\n" for one in numbers
    )
    (package / "__init__.py").write_text(PRODUCT.format(fields=fields), "utf-8")
    (package / "infrastructure.py").write_text(
        INFRASTRUCTURE.format(lines="".join(f"        aws.Bucket(self, environment.files_{one})\n" for one in numbers)),
        "utf-8",
    )
    (package / "workloads.py").write_text(
        WORKLOADS.format(
            lines="".join(f"        kubernetes.Worker(self, environment.work_{one})\n" for one in numbers)
        ),
        "utf-8",
    )
    sections = [
        f"files_{one}: {{}}\n"
        f"values_{one}:\n  variables: {{VALUE_{one}: value}}\n"
        f"work_{one}:\n  <<WORK>>\n  uses: [files_{one}, {', '.join(f'values_{each}' for each in (numbers if every_link else [one]))}]\n"
        for one in numbers
    ]
    (folder / "environments" / "base.yaml").write_text(BASE + "".join(sections).replace("<<WORK>>", WORK), "utf-8")
    (folder / "environments" / "live.yaml").write_text("version: 1.0.0\n", "utf-8")


PRODUCT: Final = """from twinstack import Product
from twinstack.bucket import BucketSpec
from twinstack.cluster import ClusterSpec
from twinstack.environment import Environment
from twinstack.network import NetworkSpec
from twinstack.settings import SettingsSpec
from twinstack.worker import WorkerSpec


class Grown(Environment):
    network: NetworkSpec
    cluster: ClusterSpec
{fields}

product = Product(
    environment=Grown, infrastructure="grown.infrastructure:Infrastructure", workloads="grown.workloads:Workloads"
)
"""
INFRASTRUCTURE: Final = """from twinstack import aws


class Infrastructure(aws.Infrastructure):
    def __init__(self, scope, environment):
        super().__init__(scope, environment)
        network = aws.Network(self, environment.network)
        cluster = aws.Cluster(self, environment.cluster, network=network)
{lines}        self.connect(cluster)
"""
WORKLOADS: Final = """from twinstack import kubernetes


class Workloads(kubernetes.Workloads):
    def __init__(self, scope, environment):
        super().__init__(scope, environment)
{lines}"""
BASE: Final = """organization: acme
product: grown
account: "111122223333"
region: eu-central-1
network:
  cidr: 10.0.0.0/16
  nat: single
cluster:
  administrators: [admin]
  private_access_cidrs: [10.0.0.0/16]
  deletion_protection: false
"""
WORK: Final = """image: registry.example/work
  command: [work]
  health: {command: [is-alive]}
  task_limit_seconds: 60
  resources:
    requests: {cpu: 100m, memory: 128Mi}
    limits: {cpu: 200m, memory: 256Mi}
  scale: {min: 1, max: 1}"""
