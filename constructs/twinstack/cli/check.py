"""`twinstack check`: are the environments right?"""

from __future__ import annotations

import ast
import datetime
import importlib.util
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from twinstack.cli.engine_settings import check_engine_settings
from twinstack.cli.environments import summary, summary_table
from twinstack.cli.render import emit, emit_json, problem_data, report_problems
from twinstack.cli.reports import put_reports, rows_of_problems
from twinstack.environment.spec import Half
from twinstack.errors import ConfigurationError, Location, Problem
from twinstack.layers.load import Loaded
from twinstack.product import BASE, FOLDER, Product, each_once
from twinstack.state.declared import misplaced


def check(
    product: Product[Any],
    names: Sequence[str],
    *,
    today: datetime.date | None,
    as_json: bool,
    by_policy: bool = False,
    sarif: Path | None = None,
    junit: Path | None = None,
) -> None:
    """Loads the environments, and says what is wrong or will be. Ends with exit status 2 where something is wrong.

    The product's Python is read, to find what is none, but not run; `by_policy` it is, and both halves are judged.
    """

    def report(found: Sequence[Problem]) -> None:
        place = Location(f"{FOLDER}/{BASE}.yaml", 1)
        put_reports(rows_of_problems(found), "check", product.root, place, sarif=sarif, junit=junit)

    problems = [
        *_no_python(product),
        *check_engine_settings(product.root),
        *misplaced(product.root, product.environments),
    ]
    warnings: list[Problem] = []
    loaded: list[Loaded[Any]] = []
    try:
        loaded = product.load_all(names, today=today)
        if by_policy and not problems:
            warnings += _judged(product, loaded)
    except ConfigurationError as error:
        problems += error.problems
    if problems:
        error = ConfigurationError(problems)
        report(error.problems)
        if not as_json:
            raise error
        _emit_json([], error.problems)
        raise SystemExit(error.exit_status)
    warnings = [*each_once(problem for one in loaded for problem in one.warnings), *warnings]
    report(warnings)
    if as_json:
        _emit_json([summary(one) for one in loaded], warnings)
        return
    if warnings:
        report_problems(warnings)
    summary_table(loaded)
    found = "no errors" if warnings else "no problems"
    emit([(f"{found} in the environments", "bold green"), ("; `twinstack synth` builds both halves of them", "dim")])


def _judged(product: Product[Any], loaded: Sequence[Loaded[Any]]) -> list[Problem]:
    """The warnings about both halves, which are made in a temporary folder. Raises ConfigurationError with the errors."""
    from twinstack.synthesis import synthesized

    halves = [half for half in Half if getattr(product, half) is not None]
    warnings: list[Problem] = []
    with synthesized(product, loaded, halves, tell=warnings.extend):
        return warnings


def _no_python(product: Product[Any]) -> Iterator[Problem]:
    """The product's own files that are not Python: nothing but building a half would find them."""
    references = (product.environment.__module__, product.infrastructure or "", product.workloads or "")
    for file in sorted({file for name in references for file in _sources(name.partition(":")[0], product.root)}):
        try:
            ast.parse(file.read_bytes())
        except (SyntaxError, ValueError) as error:  # ValueError: null bytes
            line = getattr(error, "lineno", None) or 0
            yield Problem(
                "TW110",
                "the file is not Python",
                "",
                Location(str(file.relative_to(product.root)), line),
                given=getattr(error, "msg", str(error)),
                allowed="Python",
                fix="correct this line, or the one above it",
            )


def _sources(module: str, root: Path) -> Iterator[Path]:
    """The files of the package that a module is in. Nothing is imported for it."""
    name = module.partition(".")[0]
    found = importlib.util.find_spec(name) if name else None
    for folder in (found.submodule_search_locations or ()) if found else ():
        yield from (file for file in Path(folder).rglob("*.py") if file.is_relative_to(root) and file.is_file())
    if found and found.origin and Path(found.origin).is_relative_to(root):
        yield Path(found.origin)


def _emit_json(environments: Sequence[dict[str, Any]], problems: Sequence[Problem]) -> None:
    emit_json({"environments": environments, "problems": [problem_data(problem) for problem in problems]})
