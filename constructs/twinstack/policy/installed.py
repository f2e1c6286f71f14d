"""The rules of other teams: what installed packages name under the entry point `twinstack.policy`."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any, Final

from twinstack.errors import ConfigurationError, Problem
from twinstack.policy.rule import Rule, Rules


def every_rule() -> tuple[Rule, ...]:
    """The rules of twinstack over both halves, and those of every package that brings some.

    Raises ConfigurationError for each package whose rules cannot be loaded, or are named as others are.
    """
    # Not before it is needed: the rules over manifests are twenty modules.
    from twinstack.policy.aws.catalogue import RULES as OF_AWS
    from twinstack.policy.kubernetes.catalogue import RULES as OF_KUBERNETES

    ours = (*OF_AWS, *OF_KUBERNETES)
    problems: list[Problem] = []
    theirs: list[Rule] = []
    for entry in _entries(_standing()):
        try:
            theirs += _loaded(entry)
        except Exception as error:  # noqa: BLE001  whatever a stranger's module does while it is imported
            problems.append(_broken(entry, f"{type(error).__name__}: {error}"))
        except SystemExit:
            problems.append(_broken(entry, "its module ends the program"))
    problems += _misnamed(ours, theirs)
    if problems:
        raise ConfigurationError(problems)
    return (*ours, *theirs)


@lru_cache(1)  # a file of every installed package is read for it, and a test run asks for each output
def _entries(standing: object) -> Sequence[EntryPoint]:
    """What the packages name that are installed as it is `standing`."""
    del standing
    return sorted(entry_points(group=GROUP), key=lambda one: (package_of(one), one.name))


def _standing() -> tuple[tuple[str, int], ...]:
    """The folders that packages are looked for in, each with its last change: installing one changes its folder."""
    folders = (Path(one) for one in sys.path)
    return tuple((str(one), one.stat().st_mtime_ns) for one in folders if one.is_dir())


def package_of(entry: EntryPoint) -> str:
    """The name of the package that an entry point is of."""
    return entry.dist.name if entry.dist is not None else entry.module


def _loaded(entry: EntryPoint) -> Iterator[Rule]:
    found: Any = entry.load()
    if not isinstance(found, Rules):
        raise TypeError(f"{entry.value} is {type(found).__name__}, and no Rules")
    return (replace(rule, package=package_of(entry)) for rule in found)


def _broken(entry: EntryPoint, given: str) -> Problem:
    package = package_of(entry)
    return Problem(
        "TW389",
        f"the rules of the package {package} cannot be loaded",
        path=f"{GROUP}: {entry.name} = {entry.value}",
        given=given,
        allowed="a module that can be imported, and in it an object Rules",
        fix=f"correct {package}, or uninstall it: without its rules it is not known whether they are kept",
    )


def _misnamed(ours: Iterable[Rule], theirs: Iterable[Rule]) -> Iterator[Problem]:
    """Names by which nobody could acknowledge what the rule finds."""
    owners = {rule.id: "twinstack" for rule in ours}
    for rule in theirs:
        owner = owners.setdefault(rule.id, rule.package)
        is_taken = owner != rule.package
        if is_taken or not RULE_ID.fullmatch(rule.id):
            yield Problem(
                "TW369",
                f"a rule of the package {rule.package} has a name that another one has"
                if is_taken
                else f"a rule of the package {rule.package} has a name that is none",
                path=rule.id,
                given=f"{rule.id}, a rule of {owner}" if is_taken else rule.id,
                allowed="two or more lower-case words with hyphens between them, which no other rule has",
                fix="begin its name with that of the team: acme-owner-tag",
            )


GROUP: Final = "twinstack.policy"
RULE_ID: Final = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)+")
