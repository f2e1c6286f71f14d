"""What a terminal is given moves no cursor, hides no line and turns no reading order; JSON means what it meant."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twinstack.errors import Location, Problem
from twinstack.printable import printable, printable_json, printable_line

HARMFUL = ("Cc", "Cf", "Cs", "Zl", "Zp")
TEXTS = st.text(st.characters(codec=None), max_size=40)


def harmful(text: str, allowed: str = "") -> list[str]:
    """Counted here by what Unicode says, not by what the library takes for harmful."""
    return [character for character in text if unicodedata.category(character) in HARMFUL and character not in allowed]


@given(TEXTS)
def test_nothing_harmful_is_left(text: str) -> None:
    assert harmful(printable(text), "\n\t") == []
    assert harmful(printable_line(text), "\t") == []


@given(st.text(st.characters(exclude_categories=HARMFUL)))
def test_what_is_harmless_stays(text: str) -> None:
    assert printable_line(text) == text


@given(st.dictionaries(TEXTS, TEXTS), st.sampled_from([None, 2]))
def test_json_means_the_same_and_holds_nothing_harmful(data: dict[str, str], indent: int | None) -> None:
    escaped = printable_json(json.dumps(data, ensure_ascii=False, indent=indent))
    assert harmful(escaped, "\n") == []
    assert json.loads(escaped) == data


@given(TEXTS, TEXTS, TEXTS)
def test_no_value_makes_a_line_of_its_own_in_a_problem(message: str, given_: str, path: str) -> None:
    problem = Problem("TW104", message, path, Location(f"environments/{path}.yaml", 3), given_, given_, given_)
    plain = Problem(
        "TW104", "m", "p", Location("f", 3), "g" if given_ else "", "a" if given_ else "", "f" if given_ else ""
    )
    assert str(problem).count("\n") == str(plain).count("\n")
    assert len(str(problem).splitlines()) == str(problem).count("\n") + 1


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b]0;owned\a\x1b[2J", r"\x1b]0;owned\x07\x1b[2J"),
        ("\x9b31m", r"\x9b31m"),
        ("user\u202eexe.txt", r"user\u202eexe.txt"),
        ("a\r\x1b[Kall checks passed", r"a\r\x1b[Kall checks passed"),
        ("\udcff", r"\udcff"),
        ("\U000e0041", r"\U000e0041"),
        ("Zürich … 東京 🙂", "Zürich … 東京 🙂"),
    ],
)
def test_it_is_written_as_python_writes_it(text: str, shown: str) -> None:
    assert printable(text) == shown
