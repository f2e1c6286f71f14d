"""The test of the page on escape hatches passes with the page's classes, and finds a name that is misspelt there."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Final

import pytest

from docs_generator.blocks import blocks_of
from stacks import product
from tests.docs.checks import REPOSITORY
from tests.on_node import run_on_node
from twinstack.product import Product
from twinstack.testing import Twins

PAGE: Final = REPOSITORY / "docs" / "how-to" / "escape-hatches.md"
MODULE: Final = "page_of_escape_hatches"
BLOCKS: Final = [block for block in blocks_of(PAGE) if block.language == "python"]
CLASSES: Final = "\n".join(block.text for block in BLOCKS if not block.directive)
(TEST,) = [block.text for block in BLOCKS if block.directive]


@pytest.fixture
def page() -> Iterator[ModuleType]:
    """A module in the place of the product's own, which names it."""
    module = sys.modules[MODULE] = ModuleType(MODULE)
    yield module
    del sys.modules[MODULE]


def run_the_test_with(page: ModuleType, classes: str) -> None:
    exec(compile(classes, str(PAGE), "exec"), vars(page))
    exec(compile(TEST, str(PAGE), "exec"), vars(page))
    made = Product(product.environment, f"{MODULE}:Infrastructure", f"{MODULE}:Workloads")
    vars(page)["test_the_escape_hatches_arrive"](Twins(lambda: made))


def test_it_passes_with_what_the_page_writes(page: ModuleType) -> None:
    run_the_test_with(page, CLASSES)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("timeouts.create", "timeout.create"),
        ("ca_cert_identifier", "ca_cert_identifer"),
        ("/spec/template/spec/hostAliases", "/spec/template/spec/hostAlias"),
    ],
)
def test_it_finds_what_is_misspelt(page: ModuleType, right: str, wrong: str) -> None:
    assert CLASSES.count(right) == 1
    with pytest.raises(AssertionError, match=r"Deployment|aws_db_instance"):
        run_the_test_with(page, CLASSES.replace(right, wrong))


IN_THE_MIDDLE: Final = """
import sys
from types import ModuleType
import pytest
from tests.docs.test_escape_hatches import CLASSES, MODULE, run_the_test_with

page = sys.modules[MODULE] = ModuleType(MODULE)
with pytest.raises(Exception, match="analytics-prod/backend/deployment"):
    run_the_test_with(page, CLASSES.replace("/spec/template/", "/spec/tmplate/"))
"""


def test_a_misspelt_part_in_the_middle_of_a_path_is_an_error() -> None:
    """By node, to which a run goes over for such a patch."""
    run_on_node(IN_THE_MIDDLE)
