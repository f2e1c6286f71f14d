"""A product with every room, whose values never change: only the library can change what it becomes."""

from __future__ import annotations

import datetime
from typing import Any

import yaml

from twinstack import Product
from twinstack.bucket import BucketSpec
from twinstack.cluster import ClusterSpec
from twinstack.edge import EdgeSpec
from twinstack.environment import Environment
from twinstack.job import JobSpec
from twinstack.network import NetworkSpec
from twinstack.postgres import PostgresSpec
from twinstack.redis import RedisSpec
from twinstack.scheduler import SchedulerSpec
from twinstack.secrets import SecretsSpec
from twinstack.settings import SettingsSpec
from twinstack.testing import Twin
from twinstack.web_service import WebServiceSpec
from twinstack.worker import WorkerSpec

DAY = datetime.date(2026, 11, 24)
ASKED_SINCE = {"cluster.private_access_cidrs": ["10.0.0.0/16"]}
"""What a user of the last release has to add to their YAML."""


class Shop(Environment):
    network: NetworkSpec
    cluster: ClusterSpec
    orders: PostgresSpec
    cache: RedisSpec
    papers: BucketSpec
    settings: SettingsSpec
    keys: SecretsSpec
    store: WebServiceSpec
    prices: WebServiceSpec
    packer: WorkerSpec
    clock: SchedulerSpec
    migration: JobSpec
    edge: EdgeSpec


product = Product(Shop, "tests.released.halves:ShopInfrastructure", "tests.released.halves:ShopWorkloads")


def output() -> dict[str, Any]:
    """Everything that the live environment becomes: each leaf's value by its path, `aws_s3_bucket.papers.bucket`."""
    twin = Twin(product, product.load_with_provenance("live", today=DAY, set=ASKED_SINCE))
    document: dict[str, Any] = {
        "compose": yaml.safe_load(twin.local["compose.yaml"]),
        **{
            f"{one.type}.{one.name}": one.properties
            for half in (twin.infrastructure, twin.workloads)
            for one in half.entries
        },
    }
    return dict(sorted(leaves(document).items()))


def leaves(value: Any, path: str = "") -> dict[str, Any]:
    """Every value that is neither a mapping nor a list, by its path."""
    match value:
        case dict() if value:
            return {k: v for key, inner in value.items() if key != "//" for k, v in leaves(inner, f"{path}.{key}".lstrip(".")).items()}  # fmt: skip
        case list() if value:
            return {k: v for index, inner in enumerate(value) for k, v in leaves(inner, f"{path}[{index}]").items()}
        case _:
            return {path: value}
