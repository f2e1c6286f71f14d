"""Reports for other programs, each in the file that its option names, beside what is printed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from twinstack.errors import Location, MissingToolError, Problem, UsageError
from twinstack.formats.row import Level, Row
from twinstack.fresh_file import replace_file


def put_reports(
    rows: Sequence[Row], command: str, root: Path, otherwise: Location, *, sarif: Path | None, junit: Path | None
) -> None:
    """Writes those that are asked for: `command` is `check` or `diff prod`, `root` the product's folder, and `otherwise` the
    place of what has none. Raises UsageError where something else than a file stands in the way.
    """
    if sarif is not None:
        from twinstack.formats.sarif import sarif as written

        category = "/".join(("twinstack", *command.split()))
        put_report(sarif, written(rows, category=category, otherwise=otherwise, prefix=_prefix(root)))
    if junit is not None:
        from twinstack.formats.junit import junit as tests

        put_report(junit, tests(rows, suite=f"twinstack {command}"))


def put_report(file: Path, text: str) -> None:
    """Writes one report, in one step."""
    if file.is_symlink() or (file.exists() and not file.is_file()):
        raise UsageError(f"{file} is no file, and is not replaced by a report: name another one")
    replace_file(file, text)


def rows_of_problems(problems: Sequence[Problem]) -> list[Row]:
    """A row for each problem of the layers."""
    return [
        Row(
            one.code,
            one.message,
            Level.WARNING if one.warning else Level.ERROR,
            one.path or one.environment or "the environments",
            _words(one),
            one.location,
            group=one.environment,
        )
        for one in problems
    ]


def _words(problem: Problem) -> str:
    parts = (("given", problem.given), ("allowed", problem.allowed), ("fix", problem.fix))
    return "; ".join((problem.message, *(f"{name}: {text}" for name, text in parts if text)))


def _prefix(root: Path) -> str:
    """Where the product is in its repository; empty for its top, and outside of one."""
    from twinstack.changes.revision import Repository
    from twinstack.errors import ConfigurationError

    try:
        return Repository.of(root).prefix
    except (ConfigurationError, MissingToolError):
        return ""
