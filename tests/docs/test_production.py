"""docs/production.md answers each finding of the review of production, and what it names as proof exists."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final, NamedTuple

from tests.docs.checks import REPOSITORY

PAGE: Final = REPOSITORY / "docs" / "production.md"
FINDINGS: Final = sorted([*map(str, range(1, 57)), "15b"], key=lambda one: (int(one.rstrip("b")), one))
"""Numbered as in the review."""


class Row(NamedTuple):
    """One line of a table: the finding's number, what was wrong, what was done, and what holds it."""

    number: str
    wrong: str
    done: str
    held: str


def rows() -> list[Row]:
    cells = (
        line.strip("|").split(" | ") for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")
    )
    return [Row(*(cell.strip() for cell in row)) for row in cells if re.fullmatch(r"[0-9]+b?", row[0].strip())]


def test_every_finding_has_its_row_in_order() -> None:
    assert [row.number for row in rows()] == FINDINGS


def test_a_row_says_what_was_wrong_and_what_was_done() -> None:
    assert [row.number for row in rows() if len(row.wrong.split()) < 3 or len(row.done.split()) < 3] == []


def test_every_test_that_is_named_exists() -> None:
    missing = []
    for row in rows():
        for file, function in NAMED.findall(row.held):
            source = REPOSITORY / file
            if not source.is_file() or f"def {function}(" not in source.read_text(encoding="utf-8"):
                missing.append(f"{row.number}: {file}::{function}")
    assert missing == []


def test_what_no_test_holds_says_why() -> None:
    unheld = [row for row in rows() if not NAMED.search(row.held)]
    assert [row.number for row in unheld if not row.held.startswith("left:")] == []
    assert all(one.number != other.number for one, other in pairwise(rows()))


NAMED: Final = re.compile(r"`((?:tests|backend/tests)/[\w/]+\.py)::(\w+)`")
