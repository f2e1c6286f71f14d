"""`twinstack bootstrap`: the state bucket, which has to be there before Terraform can make anything."""

from __future__ import annotations

from typing import Any, Final

from twinstack.cli.render import emit, emit_json, table
from twinstack.product import Product
from twinstack.state import Outcome, bootstrap


def run_bootstrap(product: Product[Any], name: str, *, apply: bool, as_json: bool) -> bool:
    """Shows what one environment's bucket is and what would be done; with `apply`, does it. Whether nothing is left to do."""
    (loaded,) = product.load_all([name])
    report = bootstrap(loaded.environment, apply=apply)
    if as_json:
        emit_json(report.as_dict())
        return report.is_right
    table(
        ("what", "found", "should be"),
        [((step.name, "cyan"), (step.outcome, _STYLES[step.outcome]), step.wanted) for step in report.steps],
    )
    if not report.is_right:
        emit([("nothing was done", "bold yellow"), (f"; `twinstack bootstrap {name} --apply` does it", "dim")])
    elif report.is_unchanged:
        emit([("all is right", "bold green"), (": nothing to do", "dim")])
    else:
        emit([(f"the state of {name} has its bucket", "bold green"), (f", {report.bucket}", "dim")])
    return report.is_right


_STYLES: Final = {Outcome.RIGHT: "", Outcome.MADE: "green", Outcome.CHANGED: "yellow", Outcome.WRONG: "bold red"}
