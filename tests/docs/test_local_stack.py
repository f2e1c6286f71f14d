"""What the page on the local stack shows of a file that is out of date."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Final

from docs_generator.blocks import Block, blocks_of
from docs_generator.transcript import Reader, differences
from tests.docs.checks import REPOSITORY

PAGE: Final = REPOSITORY / "docs" / "how-to" / "local-stack.md"
RIGHT, OTHER = "JWT_EXPIRATION_HOURS: 24", "JWT_EXPIRATION_HOURS: 12"


def copy_of_analytics(folder: Path) -> Reader:
    for name in ("environments", "stacks", "local", "monitoring"):
        shutil.copytree(REPOSITORY / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "compose.yaml", ".env.example"):
        shutil.copy(REPOSITORY / name, folder)
    return Reader(folder, {"PATH": f"{Path(sys.executable).parent}:{os.defpath}"})


def shown() -> Block:
    (block,) = [block for block in blocks_of(PAGE) if block.language == "console"]
    return block


def in_one_shell(block: Block) -> Block:
    """The exit status that the page asks for is the one of the command before it."""
    return Block(block.file, block.line, block.language, "$ twinstack local dev --check; echo $?\n")


def test_a_file_that_is_out_of_date_is_named_and_fails(tmp_path: Path) -> None:
    reader = copy_of_analytics(tmp_path)
    base = tmp_path / "environments" / "base.yaml"
    text = base.read_text(encoding="utf-8")
    assert text.count(RIGHT) == 1
    base.write_text(text.replace(RIGHT, OTHER), encoding="utf-8")
    said = reader.follow(in_one_shell(shown())).splitlines()[1:]
    assert said == [line for line in shown().text.splitlines() if not line.startswith("$ ")]


def test_files_that_are_right_are_not_mentioned(tmp_path: Path) -> None:
    reader = copy_of_analytics(tmp_path)
    assert [*differences("$ twinstack local dev --check; echo $?\n0\n", reader.follow(in_one_shell(shown())))] == []
