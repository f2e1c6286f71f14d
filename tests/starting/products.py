"""New products for the tests: made in memory, written into a folder, and synthesized in the tests' own process."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from twinstack.cli.schemas import environment_schemas
from twinstack.product import Product
from twinstack.starting.new_product import NewProduct
from twinstack.starting.wishes import Wishes

EVERYTHING = Wishes(
    name="shop",
    organization="acme",
    region="eu-central-1",
    resources=("postgres", "redis", "bucket", "file_system", "settings", "secrets"),
    workloads=("web_service", "worker", "scheduler"),
    edge="shop.example.com",
)
ELSEWHERE = Wishes(
    name="our-second-shop",
    organization="acme",
    region="eu-central-1",
    environments=("test", "staging", "live"),
    production="live",
    accounts=("111122223333", "live=444455556666"),
    resources=("postgres:orders", "postgres:events", "acme_queue:jobs"),
    workloads=("web-service:api", "web_service:site", "job:prepare"),
    clusters=("platform", "live=platform-live"),
    edge="shop.example.com",
)
LEAST = Wishes(name="tiny", organization="acme", region="us-east-1", environments=("dev",), workloads=("web_service",))
WITHOUT_AN_EDGE = Wishes(
    name="batch",
    organization="acme",
    region="us-east-1",
    environments=("dev", "production"),
    resources=("bucket:papers", "redis"),
    workloads=("worker:crusher", "job:nightly"),
)
WITH_A_PIPELINE = Wishes(
    name="delivered",
    organization="acme",
    region="us-east-1",
    accounts=("111122223333",),
    resources=("bucket:papers",),
    workloads=("web_service",),
    repository="Acme/delivered",
)
COMBINATIONS = {
    "everything": EVERYTHING,
    "elsewhere": ELSEWHERE,
    "least": LEAST,
    "without an edge": WITHOUT_AN_EDGE,
    "with a pipeline": WITH_A_PIPELINE,
}


def write_product(folder: Path, wishes: Wishes) -> None:
    """What `twinstack init` writes."""
    product = NewProduct(wishes)
    draft = product.draft(folder)
    texts = {folder / name: text for name, text in product.files(draft).items()}
    for file, text in (texts | dict(environment_schemas(draft))).items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


@contextmanager
def opened(folder: Path) -> Iterator[Product[Any]]:
    """The product in a folder, whose package `stacks` takes the place of this repository's meanwhile."""

    def taken() -> dict[str, Any]:
        return {name: module for name, module in sys.modules.items() if name.partition(".")[0] == "stacks"}

    before = taken()
    for name in before:
        del sys.modules[name]
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    try:
        yield importlib.import_module("stacks").product
    finally:
        sys.path.remove(str(folder))
        for name in taken():
            del sys.modules[name]
        sys.modules.update(before)
