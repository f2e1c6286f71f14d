"""The values that only a product's people know, as the commands that write files list them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from twinstack.cli.render import Piece, emit, number, table
from twinstack.starting.starter import PLACEHOLDER


def placeholders(texts: Mapping[str, str]) -> Sequence[Sequence[str | Piece]]:
    """A row for each marked value: its place, how it is written, and what belongs there."""
    rows: list[Sequence[str | Piece]] = []
    for file, text in texts.items():
        for line_number, line in enumerate(text.splitlines(), start=1):
            value, found, what = line.partition(f"# {PLACEHOLDER} ")
            if found:
                rows.append(((f"{file}:{line_number}", "cyan"), value.strip(), (what, "dim")))
    return rows


def list_placeholders(texts: Mapping[str, str]) -> None:
    """Prints them, where there are any."""
    rows = placeholders(texts)
    if rows:
        emit([])
        are = "is" if len(rows) == 1 else "are"
        emit([(f"{number(rows, 'value')} {are} for you to put in, and marked `{PLACEHOLDER}`:", "bold yellow")])
        table(("place", "value", "what belongs there"), rows)


def list_commands(commands: Mapping[str, str]) -> None:
    """Prints what to run next."""
    emit([])
    emit([("next", "bold")])
    width = max(map(len, commands))
    for command, what in commands.items():
        emit([(f"  {command:<{width}}  ", "bold cyan"), (what, "dim")])
