"""The page on what a change does, done in a copy of the product that it is about."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from docs_generator.blocks import blocks_of
from docs_generator.transcript import Reader, differences
from tests.changes.test_former import at  # noqa: F401  the product in a repository
from tests.docs.checks import REPOSITORY
from twinstack import Product
from twinstack.changes.difference import RISKS

PAGE = REPOSITORY / "docs" / "how-to" / "know-what-a-change-does.md"


def test_the_page_shows_what_is_really_shown(
    at: Product[Any],  # noqa: F811
    lend_bindings: Callable[[Path], None],
) -> None:
    lend_bindings(at.root)
    reader = Reader(at.root, {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"})
    for block in blocks_of(PAGE):
        if block.language in {"diff", "console"}:
            assert [*differences(block.text, reader.follow(block))] == []


def test_the_page_has_every_class_in_its_order() -> None:
    rows = re.findall(r"^\| ([a-z ]+) \| .* \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert rows == ["class", *RISKS]
