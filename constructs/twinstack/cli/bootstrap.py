"""`twinstack bootstrap`: the state bucket, which has to be there before Terraform can make anything."""

from __future__ import annotations

from typing import Any, Final

from twinstack.cli.render import agreed, emit, emit_json, number, somebody_is_there, table
from twinstack.product import Product
from twinstack.state import Outcome, Report, bootstrap, commands


def print_commands(product: Product[Any], name: str) -> None:
    """Prints what makes one environment's bucket, for a shell. Asks AWS nothing."""
    (loaded,) = product.load_all([name])
    for command in commands(loaded.environment):
        emit([(command, "")])


def run_bootstrap(product: Product[Any], name: str, *, apply: bool, yes: bool, as_json: bool) -> bool:
    """Shows what one environment's bucket is and what would be done; with `apply`, does it. Whether nothing is left to do.

    Before anything is done whoever is there is asked, unless `yes` was said.
    """
    (loaded,) = product.load_all([name])
    asks = apply and not yes and not as_json and somebody_is_there()
    report = bootstrap(loaded.environment, apply=apply and not asks)
    if as_json:
        emit_json(report.as_dict())
        return report.is_right
    _show(report)
    if asks and not report.is_right:
        wrong = number([step for step in report.steps if step.outcome is Outcome.WRONG], "thing")
        if agreed(f"Put {wrong} right in {report.account}?"):
            report = bootstrap(loaded.environment, apply=True)
            _show(report)
    if not report.is_right:
        for step in report.steps:
            if step.command:
                emit([(step.command, "")])
        emit([("nothing was done", "bold yellow"), (f"; `twinstack bootstrap {name} --apply` does it", "dim")])
    elif report.is_unchanged:
        emit([("all is right", "bold green"), (": nothing to do", "dim")])
    else:
        emit([(f"the state of {name} has its bucket", "bold green"), (f", {report.bucket}", "dim")])
    return report.is_right


def _show(report: Report) -> None:
    table(
        ("what", "found", "should be"),
        [((step.name, "cyan"), (step.outcome, _STYLES[step.outcome]), step.wanted) for step in report.steps],
    )


_STYLES: Final = {Outcome.RIGHT: "", Outcome.MADE: "green", Outcome.CHANGED: "yellow", Outcome.WRONG: "bold red"}
