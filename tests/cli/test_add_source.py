"""`twinstack add` in source that is not written as ours is."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.added import Add, difference, texts
from tests.starting.products import LEAST, opened, write_product
from twinstack.environment import Half
from twinstack.errors import UsageError
from twinstack.synthesis import write

SINGLE = """\
from constructs import Construct

from twinstack import Product, aws, kubernetes
from twinstack.cluster import ClusterSpec
from twinstack.environment import Environment
from twinstack.network import NetworkSpec
from twinstack.web_service import WebServiceSpec


class Tiny(Environment):
    network: NetworkSpec
    cluster: ClusterSpec
    web: WebServiceSpec


class Infrastructure(aws.Infrastructure[Tiny]):
    def __init__(self, scope: Construct, it: Tiny) -> None:
        super().__init__(scope, it)
        network = aws.Network(self, it.network)
        self.connect(aws.Cluster(self, it.cluster, network=network))


class Workloads(kubernetes.Workloads[Tiny]):
    def __init__(self, scope: Construct, it: Tiny) -> None:
        super().__init__(scope, it)
        kubernetes.WebService(self, it.web)


product = Product(Tiny, "stacks:Infrastructure", "stacks:Workloads")
"""


def test_the_classes_are_found_by_the_product_and_not_by_the_names_of_files(tmp_path: Path, add_to: Add) -> None:
    write_product(tmp_path, LEAST)
    shutil.rmtree(tmp_path / "stacks")
    (tmp_path / "stacks.py").write_text(SINGLE)
    add_to(tmp_path, "postgres", "orders", "web")
    add_to(tmp_path, "job", "migration", "orders:admin")
    assert difference({"stacks.py": SINGLE}, {"stacks.py": (tmp_path / "stacks.py").read_text()})["stacks.py"] == [
        "+ from twinstack.job import JobSpec",
        "+ from twinstack.postgres import PostgresSpec",
        "+     orders: PostgresSpec",
        "+     migration: JobSpec",
        "+         aws.Postgres(self, it.orders, network=network)",
        "+         kubernetes.Job(self, it.migration)",
    ]
    with opened(tmp_path) as product:
        write(product, product.load_all(), {half: tmp_path / half for half in Half}, tuple(Half))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("\n\nclass Infrastructure", "\n\ndef make():\n    class Tiny(Environment):\n        network: NetworkSpec\n        cluster: ClusterSpec\n        web: WebServiceSpec\n    return Tiny\nTiny = make()\n\nclass Infrastructure", "Tiny stands in it more than once, or within something"),
        ("class Tiny(Environment):\n    network: NetworkSpec", "class Tiny(Environment): network: NetworkSpec\nclass Other(Environment):", "Tiny is written in one line"),
        ("    cluster: ClusterSpec\n", "    cluster: ClusterSpec; more: int = 2\n", "two statements stand in line 12"),
        ('"stacks:Infrastructure"', "None", "this product names no infrastructure half"),
        ('"stacks:Infrastructure"', '"elsewhere:Infrastructure"', 'there is no module of "elsewhere:Infrastructure"'),
        ('"stacks:Infrastructure"', '"json:Infrastructure"', "is not the product's own file, so nothing is added to it"),
        ("        network = aws", "        aws", "Postgres needs the network, which line 21 builds and keeps nowhere"),
    ],
)  # fmt: skip
def test_source_that_cannot_be_added_to_safely_is_refused(
    tmp_path: Path, add_to: Add, old: str, new: str, message: str
) -> None:
    write_product(tmp_path, LEAST)
    shutil.rmtree(tmp_path / "stacks")
    assert old in SINGLE
    (tmp_path / "stacks.py").write_text(SINGLE.replace(old, new))
    before = texts(tmp_path)
    with pytest.raises(UsageError) as caught:
        add_to(tmp_path, "bucket" if "network" not in old else "postgres", "papers")
    assert message in str(caught.value)
    assert texts(tmp_path) == before


def test_a_class_that_inherits_its_fields_is_given_one_of_its_own(tmp_path: Path, add_to: Add) -> None:
    write_product(tmp_path, LEAST)
    shutil.rmtree(tmp_path / "stacks")
    text = SINGLE.replace("class Tiny(", "class Ground(").replace(
        "\n\nclass Infra", '\n\nclass Tiny(Ground):\n    """More."""\n\n\nclass Infra', 1
    )
    (tmp_path / "stacks.py").write_text(text)
    add_to(tmp_path, "settings", "flags")
    assert '    """More."""\n\n    flags: SettingsSpec\n' in (tmp_path / "stacks.py").read_text()
