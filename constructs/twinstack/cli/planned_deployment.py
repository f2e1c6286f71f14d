"""`twinstack deploy --release FOLDER`, straight from its arguments.

A pipeline types this many times a day, mostly to hear that nothing is new. Building all commands and reading the arguments
by their annotations took a third of its time; so the few forms that need neither are read here. Whatever else there is,
a misspelt option or `--help`, is left to the full command line, which says the same in its own words.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final


def planned_deployment(arguments: Sequence[str]) -> Callable[[], None] | None:
    """What deploys as the arguments say, and ends the process; None where they say anything but a plain deployment."""
    given = _read(arguments[1:]) if arguments[:1] == [COMMAND] else None
    if given is None or "--release" not in given or given.get("--half", HALVES[0]) not in HALVES:
        return None
    return lambda: _deploy(given)


def _read(arguments: Sequence[str]) -> dict[str, Any] | None:
    given: dict[str, Any] = {}
    left = list(arguments)
    while left:
        name, equals, value = left.pop(0).partition("=")
        if name in _FLAGS and not equals:
            given[name] = True
        elif name in _VALUES and name not in given:
            if not equals:
                value = left.pop(0) if left else ""
            # What looks like an option, or is empty, is most often a mistake.
            if not value or value.startswith("-"):
                return None
            given[name] = value
        else:
            return None
    return given


def _deploy(given: dict[str, Any]) -> None:
    from twinstack.cli.delivery import commands
    from twinstack.delivery.cluster import Context

    kubeconfig, half = given.get("--kubeconfig"), given.get("--half")
    status = commands.deploy_planned(
        Path(given["--release"]),
        (half,) if half else (),
        Context(Path(kubeconfig) if kubeconfig else None, given.get("--context", "")),
        {
            "destroying": frozenset(),
            "take_over": "--take-over" in given,
            "supersede": "--supersede" in given,
        },
        as_json="--json" in given,
    )
    sys.exit(status)


COMMAND: Final = "deploy"
HALVES: Final = ("infrastructure", "workloads")
_FLAGS: Final = frozenset({"--yes", "--take-over", "--supersede", "--json"})
_VALUES: Final = frozenset({"--release", "--half", "--kubeconfig", "--context"})
