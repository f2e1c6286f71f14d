"""`twinstack check`: are the environments right?"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

from twinstack.cli.environments import summary, summary_table
from twinstack.cli.render import emit, emit_json, problem_data, report_problems
from twinstack.errors import ConfigurationError, Problem
from twinstack.product import Product, each_once


def check(product: Product[Any], names: Sequence[str], *, today: datetime.date | None, as_json: bool) -> None:
    """Loads the environments and says what is wrong, or will be. Ends with exit status 2 where one is wrong."""
    try:
        loaded = product.load_all(names, today=today)
    except ConfigurationError as error:
        if not as_json:
            raise
        _emit_json([], error.problems)
        raise SystemExit(ConfigurationError.exit_status) from error
    warnings = each_once(problem for one in loaded for problem in one.warnings)
    if as_json:
        _emit_json([summary(one) for one in loaded], warnings)
        return
    if warnings:
        report_problems(warnings)
    summary_table(loaded)
    emit([("no errors" if warnings else "no problems", "bold green")])


def _emit_json(environments: Sequence[dict[str, Any]], problems: Sequence[Problem]) -> None:
    emit_json({"environments": environments, "problems": [problem_data(problem) for problem in problems]})
