"""The commands that are typed many times a day, straight from their arguments.

Building all commands and reading the arguments by their annotations takes as long as loading an environment; so the few forms
that need neither are read here. Whatever else there is, a misspelt option or `--help`, is left to the full command line, which
says the same in its own words.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from twinstack.delivery.cluster import Context


@dataclass(frozen=True, slots=True)
class Form:
    """Which options a command has, as they are typed."""

    flags: frozenset[str] = frozenset()
    values: frozenset[str] = frozenset()
    """Those that say something, once."""
    several: frozenset[str] = frozenset()
    """Those that may stand many times."""
    takes_names: bool = False
    """Whether anything else is a name."""

    def read(self, arguments: Sequence[str]) -> dict[str, Any] | None:
        """What is given by each option, names under an empty one; None for anything that is to be looked at closely."""
        given: dict[str, Any] = {}
        left = list(arguments)
        while left:
            argument = left.pop(0)
            if self.takes_names and argument and not argument.startswith("-"):
                given.setdefault("", []).append(argument)
                continue
            name, equals, value = argument.partition("=")
            if name in self.flags and not equals:
                given[name] = True
            elif name in self.several or (name in self.values and name not in given):
                if not equals:
                    value = left.pop(0) if left else ""
                # What looks like an option, or is empty, is most often a mistake.
                if not value or value.startswith("-"):
                    return None
                if name in self.several:
                    given.setdefault(name, []).append(value)
                else:
                    given[name] = value
            else:
                return None
        return given


def plain_command(arguments: Sequence[str]) -> Callable[[], None] | None:
    """What does as the arguments say; None where they say anything but a plain command of those."""
    name = arguments[0] if arguments else ""
    if name not in _COMMANDS:
        return None
    form, run = _COMMANDS[name]
    given = form.read(arguments[1:])
    return None if given is None else run(given)


def _synth(given: dict[str, Any]) -> Callable[[], None] | None:
    if given.get("--half", HALVES[0]) not in HALVES:
        return None

    def run() -> None:
        from twinstack.cli.synth import synth

        synth(
            given.get("", ()),
            half=given.get("--half"),
            version=given.get("--version"),
            assignments=given.get("--set", ()),
            as_json="--json" in given,
            watch="--watch" in given,
        )

    return run


def _check(given: dict[str, Any]) -> Callable[[], None]:
    def run() -> None:
        from twinstack.cli.check import check
        from twinstack.cli.project import find_product

        check(find_product(), given.get("", ()), today=None, as_json="--json" in given)

    return run


def _rollback(given: dict[str, Any]) -> Callable[[], None] | None:
    names = given.get("", ())
    if len(names) not in _ENVIRONMENT_AND_VERSION:
        return None

    def run() -> None:
        import sys

        from twinstack.cli.delivery.standing import rollback

        environment, *version = names
        options = {"take_over": "--take-over" in given, "supersede": "--supersede" in given}
        status = rollback(
            environment, version[0] if version else None, _context(given), options,
            yes="--yes" in given, as_json="--json" in given,
        )  # fmt: skip
        sys.exit(status)

    return run


def _deploy(given: dict[str, Any]) -> Callable[[], None] | None:
    if "--release" not in given or given.get("--half", HALVES[0]) not in HALVES:
        return None

    def run() -> None:
        import sys
        from pathlib import Path

        from twinstack.cli.delivery import commands

        half = given.get("--half")
        status = commands.deploy_planned(
            Path(given["--release"]),
            (half,) if half else (),
            _context(given),
            {
                "destroying": frozenset(),
                "take_over": "--take-over" in given,
                "supersede": "--supersede" in given,
            },
            as_json="--json" in given,
        )
        sys.exit(status)

    return run


def _context(given: dict[str, Any]) -> Context:
    from pathlib import Path

    from twinstack.delivery.cluster import Context

    kubeconfig = given.get("--kubeconfig")
    return Context(Path(kubeconfig) if kubeconfig else None, given.get("--context", ""))


HALVES: Final = ("infrastructure", "workloads")
_COMMANDS: Final = {
    "synth": (
        Form(
            flags=frozenset({"--json", "--watch"}),
            values=frozenset({"--half", "--version"}),
            several=frozenset({"--set"}),
            takes_names=True,
        ),
        _synth,
    ),
    "check": (Form(flags=frozenset({"--json"}), takes_names=True), _check),
    "deploy": (
        Form(
            flags=frozenset({"--yes", "--take-over", "--supersede", "--json"}),
            values=frozenset({"--release", "--half", "--kubeconfig", "--context"}),
        ),
        _deploy,
    ),
    "rollback": (
        Form(
            flags=frozenset({"--yes", "--take-over", "--supersede", "--json"}),
            values=frozenset({"--kubeconfig", "--context"}),
            takes_names=True,
        ),
        _rollback,
    ),
}
_ENVIRONMENT_AND_VERSION: Final = (1, 2)
"""How many names a return may be given: the version may be left out."""
