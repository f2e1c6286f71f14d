"""`twinstack add`: one more resource or workload in a product that exists."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from twinstack.cli.files import NOTHING, put_files, refused
from twinstack.cli.placeholders import list_commands, list_placeholders
from twinstack.cli.render import emit, report_problems
from twinstack.cli.schemas import environment_schemas
from twinstack.errors import ConfigurationError, Location, Problem, UsageError
from twinstack.product import FOLDER, Product, each_once
from twinstack.starting.addition import Addition
from twinstack.starting.kind import find_kind
from twinstack.starting.text import Text


def add(
    product: Product[Any],
    kind: str,
    name: str,
    *,
    uses: Sequence[str],
    values: Mapping[str, Any] | None = None,
    dry_run: bool,
) -> None:
    """Makes every change in memory, loads the product as it would be, and only then writes it.

    Raises UsageError for what cannot be added, ConfigurationError with every problem of a product that would not load.
    """
    try:
        addition = Addition(product, find_kind(kind), name, tuple(dict.fromkeys(_links(uses))), values or {})
        changes = addition.changes()
        draft = addition.draft(changes)
    except UsageError as error:
        error.add_note(NOTHING)
        raise
    try:
        loaded = draft.load_all()
    except ConfigurationError as error:
        raise refused(_as_it_is(problem, changes.values()) for problem in error.problems) from error
    if warnings := each_once(warning for one in loaded for warning in one.warnings):
        report_problems(warnings)
    for before, after in changes.values():
        for line in _difference(before, after):
            emit(line)
    if dry_run:
        return
    schemas = {file: text for file, text in environment_schemas(draft).items() if file.is_file()}
    put_files({**{path: after.whole for path, (_, after) in changes.items()}, **schemas}, product.root)
    emit([])
    emit([(f"{name} is added", "bold green"), (f" in {', '.join(map(_shown, (*changes, *schemas)))}", "")])
    list_placeholders(_new_values(name, changes))
    needed = addition.needs_a_job
    list_commands({
        **({needed: f"prepares {name} for those that use it"} if needed else {}),
        f"twinstack explain {loaded[0].environment.name} {name}": "what it is made of, and where each value comes from",
        "twinstack synth": "writes Terraform JSON and Kubernetes YAML",
    })  # fmt: skip


def _as_it_is(problem: Problem, changes: Iterable[tuple[Text, Text]]) -> Problem:
    """The problem at the line that the file has now; at none, where only the addition would bring it."""
    place = problem.location
    texts = next((pair for pair in changes if place and pair[0].shown_as == place.file), None)
    if place is None or texts is None:
        return problem
    old, new = (text.text.splitlines() for text in texts)
    for block in difflib.SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks():
        if block.b < place.line <= block.b + block.size:
            return problem.at(Location(place.file, place.line - block.b + block.a))
    return problem.at(Location(place.file))


def _links(uses: Sequence[str]) -> Iterator[tuple[str, str | None]]:
    """`web,migration:admin` as names with their access."""
    for text in (part for each in uses for part in each.split(",") if part):
        name, _, access = text.partition(":")
        yield name, access or None


def _difference(before: Text, after: Text) -> Iterator[Sequence[tuple[str, str]]]:
    old, new = before.text.splitlines(), after.text.splitlines()
    for line in difflib.unified_diff(old, new, before.shown_as, before.shown_as, lineterm=""):
        yield [(line, _STYLES.get(line[:1], "") if not line.startswith(("---", "+++")) else "bold")]


def _new_values(name: str, changes: Mapping[Path, tuple[Text, Text]]) -> Mapping[str, str]:
    """The layers with only the new section left in them, the lines where they are."""
    found = {}
    for before, after in changes.values():
        if after.path.parent.name == FOLDER:
            known = set(before.text.splitlines())
            found[after.shown_as] = _section(name, after.text.splitlines(), known)
    return found


def _section(name: str, lines: Sequence[str], known: set[str]) -> str:
    first = lines.index(f"{name}:") if f"{name}:" in lines and f"{name}:" not in known else len(lines)
    last = next((i for i in range(first + 1, len(lines)) if lines[i][:1].strip()), len(lines))
    return "\n".join(line if first <= number < last else "" for number, line in enumerate(lines))


def _shown(path: Path) -> str:
    return os.path.relpath(path)


_STYLES = {"+": "green", "-": "red", "@": "cyan"}
