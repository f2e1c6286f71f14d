"""A product with every room, whose values never change: only the library can change what it becomes."""

from __future__ import annotations

import datetime
import json
import tempfile
from pathlib import Path
from typing import Any

import yaml

from twinstack import Product
from twinstack.bucket import BucketSpec
from twinstack.cluster import ClusterSpec
from twinstack.edge import EdgeSpec
from twinstack.environment import Environment, Half
from twinstack.job import JobSpec
from twinstack.local import files_of
from twinstack.network import NetworkSpec
from twinstack.postgres import PostgresSpec
from twinstack.redis import RedisSpec
from twinstack.scheduler import SchedulerSpec
from twinstack.secrets import SecretsSpec
from twinstack.settings import SettingsSpec
from twinstack.web_service import WebServiceSpec
from twinstack.worker import WorkerSpec

DAY = datetime.date(2026, 11, 24)


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
    from twinstack.synthesis import write

    loaded = product.load_with_provenance("live", today=DAY)
    with tempfile.TemporaryDirectory() as folder:
        halves = {Half.INFRASTRUCTURE: Path(folder) / "terraform", Half.WORKLOADS: Path(folder) / "manifests"}
        files = write(product, [loaded], halves, tuple(Half))
        terraform = json.loads(next(file for file in files if file.name == "cdk.tf.json").read_text(encoding="utf-8"))
        manifests = [one for file in files if file.suffix == ".yaml" for one in yaml.safe_load_all(file.read_text(encoding="utf-8"))]  # fmt: skip
    document: dict[str, Any] = {
        f"{kind}.{name}": block
        for part in ("resource", "data", "ephemeral")
        for kind, blocks in terraform.get(part, {}).items()
        for name, block in blocks.items()
    }
    document |= {f"terraform.{key}": value for key, value in terraform["terraform"].items()}
    document |= {f"{one['kind']}.{one['metadata']['name']}": one for one in manifests}
    document["compose"] = yaml.safe_load(next(text for path, text in files_of(loaded.environment).items() if path.name == "compose.yaml"))  # fmt: skip
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
