"""Problems and tables, plain and coloured."""

from __future__ import annotations

import io
import re

import pytest

from twinstack.cli.render import count, emit, problem_lines, report, report_problems, table
from twinstack.errors import ConfigurationError, Location, MissingToolError, Problem

ONE = Problem("TW103", "unknown key: x", "web.x", Location("a.yaml", 3), "x", "y, z", "did you mean `y`?")
TWO = Problem("TW502", "near its end", "web.y", Location("b.yaml", 1), warning=True)


def test_the_pieces_of_a_problem_are_its_text() -> None:
    for problem in (ONE, TWO):
        assert "\n".join("".join(text for text, _ in line) for line in problem_lines(problem)) == str(problem)


def test_problems_are_grouped_by_file_and_counted() -> None:
    stream = io.StringIO()
    report(ConfigurationError([TWO, ONE]), stream)
    assert stream.getvalue() == (
        "a.yaml  1 error\n"
        "\n"
        "error TW103: unknown key: x\n"
        "           a.yaml:3  web.x\n"
        "  given    x\n"
        "  allowed  y, z\n"
        "  fix      did you mean `y`?\n"
        "\n"
        "b.yaml  1 warning\n"
        "\n"
        "warning TW502: near its end\n"
        "           b.yaml:1  web.y\n"
        "\n"
        "1 error, 1 warning\n"
    )


def test_with_colour_the_words_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    plain, coloured = io.StringIO(), io.StringIO()
    report_problems([ONE, TWO], plain)
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("FORCE_COLOR", "1")
    report_problems([ONE, TWO], coloured)
    assert "\x1b[1;31merror TW103" in coloured.getvalue()
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured.getvalue()) == plain.getvalue()


def test_a_terminal_gets_colour_unless_it_is_a_dumb_one(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    def written() -> str:
        stream = Terminal()
        emit([("word", "bold")], stream)
        return stream.getvalue()

    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert written() == "\x1b[1mword\x1b[0m\n"
    monkeypatch.setenv("TERM", "dumb")
    assert written() == "word\n"


def test_long_lines_are_not_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.delenv("NO_COLOR", raising=False)
    stream = io.StringIO()
    emit([("word " * 100, "")], stream)
    assert stream.getvalue().count("\n") == 1


def test_square_brackets_are_text() -> None:
    stream = io.StringIO()
    emit([("web.uses[0] [bold]", "")], stream)
    assert stream.getvalue() == "web.uses[0] [bold]\n"


def test_other_errors_are_one_line() -> None:
    stream = io.StringIO()
    report(MissingToolError("terraform is not on the path"), stream)
    assert stream.getvalue() == "error: terraform is not on the path\n"


def test_columns_are_aligned_without_blanks_at_the_end() -> None:
    stream = io.StringIO()
    table(("a", "long"), [("value", "b"), (("x", "bold"), "")], stream)
    assert stream.getvalue() == "a      long\nvalue  b\nx\n"


@pytest.mark.parametrize(
    ("problems", "words"),
    [([ONE], "1 error"), ([ONE, ONE], "2 errors"), ([ONE, TWO, TWO], "1 error, 2 warnings"), ([TWO], "1 warning")],
)
def test_problems_are_counted(problems: list[Problem], words: str) -> None:
    assert count(problems) == words
