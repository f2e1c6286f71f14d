"""The page on renaming, done in a new product; the rename is then planned by real Terraform against a state."""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path
from typing import Final

import pytest

from docs_generator.blocks import Block, blocks_of
from docs_generator.transcript import Reader
from tests.docs.checks import REPOSITORY
from tests.starting.lent import Lend
from twinstack.rehearsal.terraform.workspace import CONFIGURATION, workspace

PAGE: Final = REPOSITORY / "docs" / "how-to" / "rename.md"
PRODUCT: Final = "--organization acme --region eu-central-1 --environments dev,prod --no-edge --resource bucket:papers"
STACK: Final = f"cdktf.out/stacks/shop-prod/{CONFIGURATION}"
MOVES: Final = "## Move\n"
"""The heading from which on the product is right again."""


class Product:
    """A new product, and somebody who does what the page says."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "shop"
        self.reader = Reader(folder, {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"})
        self.run(f"twinstack init shop {PRODUCT}")
        self.run("cd shop")

    def run(self, command: str) -> str:
        return self.reader.follow(Block(PAGE, 1, "console", f"$ {command}\n"))

    def follow(self, *, moving: bool) -> None:
        """The blocks before the heading, or those behind it."""
        line = PAGE.read_text(encoding="utf-8").splitlines(keepends=True).index(MOVES)
        for block in blocks_of(PAGE):
            if (block.line > line) is moving and not block.directive.startswith("skip,"):
                self.reader.follow(block)

    def synthesized(self, target: Path) -> Path:
        """A copy of the stack of prod."""
        assert "error" not in self.run("twinstack synth prod")
        target.mkdir()
        shutil.copy(self.folder / STACK, target)
        return target


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory, lend_bindings: Lend) -> Product:
    product = Product(tmp_path_factory.mktemp("rename"))
    lend_bindings(product.folder)
    return product


def changes(old: Path, new: Path) -> set[tuple[str, str]]:
    """What Terraform plans for the new document where the old one has been applied: an action and an address each."""
    with workspace(old) as place:
        for arguments in (("init", "-no-color"), ("apply", "-json", "-auto-approve")):
            done = place.run(*arguments)
            assert done.status == 0, done.output
        shutil.copy(new / CONFIGURATION, place.configuration_file)
        planned = place.run("plan", "-json")
        assert planned.status == 0, planned.output
        found = [message["change"] for message in planned.messages if message.get("type") == "planned_change"]
        return {(change["action"], change["resource"]["addr"]) for change in found}


@pytest.mark.slow
@pytest.mark.skipif(not (shutil.which("terraform") or shutil.which("tofu")), reason="no terraform on the path")
def test_what_the_page_says_is_seen_before_and_destroys_nothing_after(product: Product, tmp_path: Path) -> None:
    before = product.synthesized(tmp_path / "before")
    product.follow(moving=False)
    said = product.run("python -m pytest -q tests/test_addresses.py")
    (shown,) = [block.text for block in blocks_of(PAGE) if "different:" in block.text]
    assert [line for line in shown.splitlines() if line not in said] == [], said

    careless = changes(before, product.synthesized(tmp_path / "careless"))
    assert {("delete", "aws_s3_bucket.papers"), ("create", "aws_s3_bucket.documents")} <= careless

    product.follow(moving=True)
    moved = changes(before, product.synthesized(tmp_path / "after"))
    assert ("move", "aws_s3_bucket.documents") in moved
    assert {action for action, _ in moved} == {"move"}
    assert "written" in product.run("python -m pytest -q tests/test_addresses.py --update-golden")
    assert re.search(r"^\d+ passed in", product.run("python -m pytest -q tests"), re.MULTILINE)
