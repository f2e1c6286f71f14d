"""Every code block of the pages is run or checked, or says why it is not."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest
import yaml

from docs_generator.blocks import Block, blocks_of
from tests.docs.checks import REPOSITORY, Page
from twinstack.bindings import MODE

DOCS: Final = REPOSITORY / "docs"
MADE: Final = ("rooms", "reference", "runbooks")
"""Folders of generated pages: their examples are run while they are made, and test_pages.py holds them to it."""
HELD_ELSEWHERE: Final = {
    "errors.md": "tests/test_error_codes.py",
    "how-to/know-what-a-change-does.md": "tests/docs/test_diff.py",
    "how-to/rename.md": "tests/docs/test_rename.py",
    "tutorial.md": "tests/docs/test_tutorial.py",
}
ON_NODE: Final = {"escape-hatches", "from-cdktf"}
"""Pages whose programs do what the native engine leaves to node."""
PAGES: Final = [file for file in sorted(DOCS.rglob("*.md")) if file.parent.name not in MADE]


@pytest.mark.parametrize(
    "page",
    [file for file in PAGES if file.relative_to(DOCS).as_posix() not in HELD_ELSEWHERE],
    ids=lambda page: page.stem,
)
def test_every_block_of_a_page_is_right(page: Path) -> None:
    if page.stem in ON_NODE and os.environ.get(MODE) not in {"node", "stock"}:
        this = f"{__file__}::{test_every_block_of_a_page_is_right.__name__}[{page.stem}]"
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", this],
            cwd=REPOSITORY, env={**os.environ, MODE: "node"}, capture_output=True, encoding="utf-8",
        )  # fmt: skip
        assert done.returncode == 0, done.stdout
        return
    state = Page()
    for block in blocks_of(page):
        state.check(block)


@pytest.mark.parametrize("file", ["constructs/README.md", "examples/acme_queue/README.md"])
def test_a_block_of_a_package_readme_can_be_read(file: str) -> None:
    for block in blocks_of(REPOSITORY / file):
        if block.language == "python":
            ast.parse(block.text)
        elif block.language == "yaml":
            assert [*yaml.safe_load_all(block.text)]


@pytest.mark.parametrize("page", [file for name in MADE for file in sorted((DOCS / name).glob("*.md"))], ids=str)
def test_a_block_of_a_generated_page_can_be_read(page: Path) -> None:
    readers = {
        "console": lambda text: text.startswith("$ "),
        "python": ast.parse,
        "json": json.loads,
        "yaml": lambda text: [*yaml.safe_load_all(text)],
    }
    for block in blocks_of(page):
        assert block.language == "text" or readers[block.language](block.text), block.place


def test_what_is_held_elsewhere_is_still_there() -> None:
    for page, holder in HELD_ELSEWHERE.items():
        assert (DOCS / page).is_file()
        assert (REPOSITORY / holder).is_file()


def block(language: str, text: str, directive: str = "") -> Block:
    return Block(DOCS / "a_page.md", 1, language, text, directive)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (block("python", "assert 1 == 2"), ""),
        (block("bash", "rm -rf /"), "say why"),
        (block("bash", "twinstack fly"), "no command fly"),
        (block("bash", "make money"), "no target money"),
        (block("text", "anything"), "how this block is checked"),
        (block("yaml", "a: 1", "skip, because"), "without a reason"),
        (block("yaml", "  nat: nonsense", "excerpt of environments/base.yaml"), "nat: nonsense"),
        (block("console", "$ twinstack list\nnothing"), "shown"),
        (block("console", "$ twinstack synth"), "cannot be run here"),
        (block("json", '{"moved": []}', "part of nothing.there"), ""),
        (block("yaml", "a: 1", "guess"), "unknown"),
    ],
)
def test_a_block_that_is_not_right_is_found(wrong: Block, why: str) -> None:
    with pytest.raises((AssertionError, KeyError), match=why or None):
        Page().check(wrong)


def test_a_comment_without_a_block_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("<!-- block: skip, of no use to anybody -->\n\nNo block.\n")
    with pytest.raises(ValueError, match=r"page.md:1: the comment stands before no block"):
        list(blocks_of(page))
