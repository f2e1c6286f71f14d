"""Python source that is added to keeps every byte that it had."""

from __future__ import annotations

from pathlib import Path

import pytest

from twinstack.bucket import BucketSpec
from twinstack.cluster import ClusterSpec
from twinstack.environment import Half, Spec
from twinstack.errors import UsageError
from twinstack.job import JobSpec
from twinstack.network import NetworkSpec
from twinstack.postgres import PostgresSpec
from twinstack.starting.half_text import add_construct
from twinstack.starting.kind import find_kind
from twinstack.starting.python_text import Source, fields_of
from twinstack.starting.text import Text

SPECS: dict[str, type[Spec]] = {
    "network": NetworkSpec,
    "cluster": ClusterSpec,
    "files": BucketSpec,
    "migration": JobSpec,
}


def source(text: str) -> Source:
    return Source.of(Text(Path("stacks.py"), "stacks.py", text))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("from twinstack.a import A\nfrom twinstack.z import Z\n", "from twinstack.a import A\n+\nfrom twinstack.z import Z\n"),
        ("from twinstack.z import Z\n", "+\nfrom twinstack.z import Z\n"),
        ("from twinstack.a import A  # why\n\nx = 1\n", "from twinstack.a import A  # why\n+\n\nx = 1\n"),
        ("from twinstack.a import (\n    A,\n)\n", "from twinstack.a import (\n    A,\n)\n+\n"),
        ("import os\n\nfrom twinstack import aws\n\nfrom stacks import x\n", "import os\n\nfrom twinstack import aws\n+\n\nfrom stacks import x\n"),
        ("from __future__ import annotations\n\nimport twinstack\n", "from __future__ import annotations\n\nimport twinstack\n+\n"),
        ("from twinstack.postgres import PostgresTls\n", "from twinstack.postgres import PostgresSpec, PostgresTls\n"),
        ("from twinstack.postgres import Aa as Größe\n", "from twinstack.postgres import Aa as Größe, PostgresSpec\n"),
        ("from twinstack.postgres import (\n    A,\n    Z,\n)\n", "from twinstack.postgres import (\n    A,\n    PostgresSpec,\n    Z,\n)\n"),
        ("from twinstack.postgres import (\n    A, B,\n    Z)\n", "from twinstack.postgres import (\n    A, B,\n    Z)\n+\n"),
    ],
)  # fmt: skip
def test_an_import_is_sorted_in(before: str, after: str) -> None:
    edited, name = source(before).with_import("twinstack.postgres", "PostgresSpec")
    assert edited.text.text == after.replace("+", "from twinstack.postgres import PostgresSpec")
    assert name == "PostgresSpec"


@pytest.mark.parametrize(("text", "name"), [("PostgresSpec", "PostgresSpec"), ("PostgresSpec as Database", "Database")])
def test_what_is_imported_already_is_used_as_it_is_called(text: str, name: str) -> None:
    before = source(f"from twinstack.postgres import {text}\n")
    assert before.with_import("twinstack.postgres", "PostgresSpec") == (before, name)


INFRASTRUCTURE = """\
from constructs import Construct

from stacks.environment import Shop
from twinstack import aws


class Infrastructure(aws.Infrastructure[Shop]):
    def __init__(self, scope: Construct, environment: Shop) -> None:
        super().__init__(scope, environment)  # the stack
        self.network = aws.Network(self, environment.network)
        self.cluster = aws.Cluster(self, environment.cluster, network=self.network)
        # at last
        self.connect(self.cluster)
"""


def with_database(text: str, class_name: str = "Infrastructure") -> str:
    construct = find_kind("postgres").constructs[Half.INFRASTRUCTURE]
    return add_construct(source(text), class_name, construct, "orders", PostgresSpec, SPECS).text.text


def test_a_construct_is_built_before_the_links_are_connected_and_kept_as_the_others_are() -> None:
    line = "        self.orders = aws.Postgres(self, environment.orders, network=self.network)\n"
    assert with_database(INFRASTRUCTURE) == INFRASTRUCTURE.replace("        # at last\n", f"{line}        # at last\n")


def test_it_stands_behind_the_last_of_its_rank() -> None:
    text = INFRASTRUCTURE.replace(
        "        # at last\n",
        "        self.files = aws.Bucket(\n            self, environment.files\n        )\n        # at last\n",
    )
    assert (
        with_database(text).splitlines()[-3]
        == "        self.orders = aws.Postgres(self, environment.orders, network=self.network)"
    )


def test_it_is_kept_nowhere_where_others_are_not() -> None:
    text = (
        INFRASTRUCTURE.replace("self.network", "network")
        .replace("self.cluster", "cluster")
        .replace("environment:", "it:")
        .replace("environment.", "it.")
        .replace("stacks.it", "stacks.environment")
        .replace(", environment)", ", it)")
    )
    assert "\n        aws.Postgres(self, it.orders, network=network)\n" in with_database(text)


def test_an_own_name_for_the_foundation_and_an_environment_kept_by_the_half_are_followed() -> None:
    text = INFRASTRUCTURE.replace("import aws", "import aws as cloud").replace("aws.", "cloud.")
    text = text.replace("self, environment.", "self, spec=self.environment.")
    assert "        self.orders = cloud.Postgres(self, environment.orders, network=self.network)\n" in with_database(
        text
    )


def test_a_construct_from_outside_is_imported() -> None:
    kind = find_kind("acme_queue")
    edited = add_construct(
        source(INFRASTRUCTURE), "Infrastructure", kind.constructs[Half.INFRASTRUCTURE], "jobs", kind.spec, SPECS
    )
    lines = edited.text.text.splitlines()
    assert "from acme_queue.aws import Queue" in lines
    assert "        self.jobs = Queue(self, environment.jobs)" in lines


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("self.network = aws", "aws", "Postgres needs the network, which line 10 builds and keeps nowhere (begin it with `network = `)"),
        ("self.network = aws.Network(self, environment.network)", "pass", "Postgres needs a network, and none is built in `__init__`: build one there, or write the section, the field and this line `self.orders = aws.Postgres(self, environment.orders, network=…)`"),
        ("class Infrastructure", "class Other", "Infrastructure is not written in it as a class at the margin"),
        ("__init__(self, scope: Construct, environment: Shop)", "build(self)", "Infrastructure has no constructor of its own"),
        ("scope: Construct, environment: Shop", "*everything: object", "Infrastructure.__init__ does not take (self, scope, environment)"),
        ("network)\n        # at last", "network); x = 1\n        # at last", "two statements stand in line 11"),
        ("super().__init__(scope, environment)  # the stack\n", "self.connect(self)\n", "the links are connected in line 9, before what it needs is built"),
    ],
)  # fmt: skip
def test_a_half_without_a_place_for_it_is_refused(old: str, new: str, message: str) -> None:
    assert old in INFRASTRUCTURE
    with pytest.raises(UsageError) as caught:
        with_database(INFRASTRUCTURE.replace(old, new))
    assert str(caught.value) == (
        f"stacks.py cannot be added to: {message}{' by hand' if message.endswith('`') else ': write it by hand'}"
    )


def test_what_is_no_python_is_refused() -> None:
    with pytest.raises(UsageError, match=r"stacks\.py:1 is not Python: "):
        source("class:\n")


def test_fields_are_annotated_names() -> None:
    kind = source("class Shop:\n    'It.'\n    a: int\n    b = 1\n    c: str = ''\n    d.e: int\n").class_named("Shop")
    assert [*fields_of(kind)] == ["a", "c"]


@pytest.mark.parametrize(
    "text",
    [
        "if x:\n    class Shop: ...\n",
        "Shop = type('Shop', (), {})\n",
        "class Shop: a: int\n",
        "class Shop: ...\nclass Shop: ...\n",
    ],
)
def test_a_class_that_is_not_written_out_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"stacks\.py cannot be added to: Shop "):
        source(text).class_named("Shop")
