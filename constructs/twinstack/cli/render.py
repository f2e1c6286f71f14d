"""How problems, tables and errors look: with colour on a terminal, as plain text anywhere else.

Importing this imports little else: `main.py` prints its problems with `report` too.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any, Final, TextIO

from twinstack.errors import ConfigurationError, InfrastructureError, Problem, TwinstackError, UnsupportedError
from twinstack.printable import printable, printable_json, printable_line

Piece = tuple[str, str]
"""Text and its style (rich's words), empty for none."""


def report(error: TwinstackError, stream: TextIO | None = None) -> None:
    """Prints an error for a person, on stderr unless told; of one that carries problems each of them, file by file."""
    stream = stream or sys.stderr
    if isinstance(error, ConfigurationError | InfrastructureError | UnsupportedError):
        report_problems(error.problems, stream)
    else:
        emit([("error: ", "bold red"), (str(error), "")], stream)
    for note in getattr(error, "__notes__", ()):
        emit([(note, "bold")], stream)


def report_problems(problems: Sequence[Problem], stream: TextIO | None = None) -> None:
    """Prints problems by file, then their number; of very many the first ones, and how many more there are."""
    stream = stream or sys.stderr
    shown = problems[:MOST_SHOWN]
    for file, group in groupby(shown, key=lambda problem: problem.location.file if problem.location else ""):
        several = [*group]
        emit([(file or "(no file)", "bold underline"), (f"  {count(several)}", "dim")], stream)
        for problem in several:
            emit([], stream)
            for line in problem_lines(problem):
                emit(line, stream)
        emit([], stream)
    if left := problems[MOST_SHOWN:]:
        emit([(f"… and {count(left)} more, which --json shows", "dim")], stream)
    errors = any(not problem.warning for problem in problems)
    emit([(count(problems), "bold red" if errors else "bold yellow")], stream)


def problem_lines(problem: Problem) -> Iterator[Sequence[Piece]]:
    """The lines of `str(problem)`, in pieces with their styles."""
    head, *rows = str(problem).splitlines()
    what, _, message = head.partition(": ")
    yield [(what, "bold yellow" if problem.warning else "bold red"), (f": {message}", "bold")]
    for row in rows:
        label, text = row[:_LABEL_WIDTH], row[_LABEL_WIDTH:]
        yield [(label, "dim"), (text, _ROW_STYLES.get(label.strip(), ""))]


def count(problems: Sequence[Problem]) -> str:
    """`2 errors, 1 warning`."""
    warnings = [problem for problem in problems if problem.warning]
    errors = [problem for problem in problems if not problem.warning]
    return ", ".join(number(some, word) for some, word in ((errors, "error"), (warnings, "warning")) if some)


def number(things: Collection[object], word: str) -> str:
    """`1 file`, `2 files`."""
    return f"{len(things)} {word}{'' if len(things) == 1 else 's'}"


def problem_data(problem: Problem) -> dict[str, Any]:
    """A problem for machines."""
    return {
        "code": problem.code,
        "severity": "warning" if problem.warning else "error",
        "message": problem.message,
        "environment": problem.environment,
        "path": problem.path,
        "file": problem.location.file if problem.location else "",
        "line": problem.location.line if problem.location else 0,
        "given": problem.given,
        "allowed": problem.allowed,
        "fix": problem.fix,
    }


def table(header: Sequence[str], rows: Iterable[Sequence[str | Piece]], stream: TextIO | None = None) -> None:
    """Prints aligned columns. A cell is text, or text with its style."""
    stream = stream or sys.stdout
    pieces = [[cell if isinstance(cell, tuple) else (cell, "") for cell in row] for row in rows]
    lines = [[(title, "bold") for title in header], *pieces]
    widths = [max(len(text) for text, _ in column) for column in zip(*lines, strict=True)]
    for line in lines:
        padded = [(f"{text:<{width}}  ", style) for (text, style), width in zip(line, widths, strict=True)]
        last, style = padded.pop()
        emit([*padded, (last.rstrip(), style)], stream)


def emit(pieces: Sequence[Piece], stream: TextIO | None = None) -> None:
    """Prints one line; styles show only where `is_coloured` says so.

    Everything for people goes through here, and is escaped here: see `twinstack.printable`.
    """
    stream = stream or sys.stdout
    safe = [(printable(text), style) for text, style in pieces]
    if not is_coloured(stream):
        print("".join(text for text, _ in safe).rstrip(), file=stream)
        return
    from rich.console import Console
    from rich.text import Text

    Console(file=stream, force_terminal=True, highlight=False).print(Text.assemble(*safe), soft_wrap=True)


def emit_json(data: Any, stream: TextIO | None = None) -> None:
    """Prints JSON; what would harm a terminal is written as JSON escapes it, so that it means the same."""
    print(printable_json(json.dumps(data, indent=2, ensure_ascii=False)), file=stream or sys.stdout)


def somebody_is_there() -> bool:
    """Whether a person can be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def agreed(question: str, answer: str = "") -> bool:
    """Asks on stderr, whose answer stands on stdin: `y`, or the very word `answer`. Says so where nothing is done."""
    sys.stderr.write(printable_line(f"{question}{f' ({answer}):' if answer else ' [y/N]'}") + " ")
    sys.stderr.flush()
    said = sys.stdin.readline().strip()
    if said == answer if answer else said.lower() in {"y", "yes"}:
        return True
    emit([("nothing was changed", "bold yellow")], sys.stderr)
    return False


def is_coloured(stream: TextIO) -> bool:
    """On a terminal, unless NO_COLOR is set or the terminal is a dumb one; anywhere where FORCE_COLOR is set."""
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (stream.isatty() and os.environ.get("TERM") != "dumb")


MOST_SHOWN: Final = 100
"""Problems that a person is shown at once: whoever has more corrects these first."""
_LABEL_WIDTH: Final = 11
_ROW_STYLES: Final = {"": "cyan", "fix": "green"}
