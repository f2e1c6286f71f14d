"""docs/errors.md knows every code that the sources raise, and no other, with an example and a fix for each."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
SOURCES = sorted((REPOSITORY / "constructs" / "twinstack").rglob("*.py"))
TEXT = "\n".join(file.read_text() for file in SOURCES)
DOCUMENT = (REPOSITORY / "docs" / "errors.md").read_text()
SECTIONS = dict(re.findall(r"^### (TW[0-9]{3})\n(.*?)(?=^##|\Z)", DOCUMENT, re.MULTILINE | re.DOTALL))
OF_TERRAFORM = {"TW801", "TW802", "TW803", "TW804", "TW809", "TW970", "TW971", "TW972"}
"""Codes whose message is Terraform's own."""


def test_every_code_is_documented_and_every_documented_code_is_raised() -> None:
    raised = {code for file in SOURCES for code in re.findall(r'"(TW[0-9]{3})"', file.read_text())}
    assert sorted(raised - set(SECTIONS)) == [], "raised, and not in docs/errors.md"
    assert sorted(set(SECTIONS) - raised) == [], "in docs/errors.md, and never raised"


def test_codes_stand_in_order_once() -> None:
    codes = re.findall(r"^### (TW[0-9]{3})$", DOCUMENT, re.MULTILINE)
    assert all(one < other for one, other in pairwise(codes))


@pytest.mark.parametrize("code", sorted(SECTIONS))
def test_a_code_has_its_cause_an_example_and_a_fix(code: str) -> None:
    cause, example, rest = SECTIONS[code].split("```")
    assert len(cause.split()) >= 3
    assert re.match(rf"text\n(error|warning) {code}: \S.*\n", example)
    assert re.fullmatch(r"\s*\*\*Fix:\*\* \S[^*]+\.\s*", rest)


@pytest.mark.parametrize("code", sorted(set(SECTIONS) - OF_TERRAFORM))
def test_the_message_of_an_example_is_put_together_of_words_in_the_sources(code: str) -> None:
    message = re.search(rf"{code}: (.*)\n", SECTIONS[code])
    assert message is not None
    pairs = [" ".join(pair) for pair in pairwise(message[1].split())]
    known = [pair for pair in pairs if pair in TEXT]
    assert len(known) * 4 >= len(pairs), f"{message[1]}: who says so?"
