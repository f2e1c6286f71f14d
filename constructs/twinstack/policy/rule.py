"""What a rule over the output is, what it finds, and how the modules of rules say theirs."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that a rule finds: in what, where in it, and what stands there."""

    subject: str
    """`Deployment analytics/backend`, or the address `aws_db_instance.database`."""
    path: str
    """`spec.template.spec.containers[backend].env`, `engine_version`; empty: the whole of it."""
    given: str
    allowed: str = ""


Check = Callable[..., Iterator[Fault]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule over one half of one release, or (`compares`) over that of one and of the next."""

    id: str
    """`selectors-overlap`: stable, for acknowledgements."""
    title: str
    fix: str
    check: Check
    """Takes what one release made, or what two did, and gives what it finds."""
    compares: bool = False
    warning: bool = False

    @property
    def why(self) -> str:
        """What is wrong with it: the description of the rule's function."""
        return " ".join((inspect.getdoc(self.check) or "").split())


class Rules(list[Rule]):
    """The rules of one module, in the order in which they stand there. Called, it is the decorator that adds one."""

    def __call__(
        self, name: str, title: str, fix: str, *, compares: bool = False, warning: bool = False
    ) -> Callable[[Check], Check]:
        """Adds the function below as a rule, and leaves it as it is."""

        def add(check: Check) -> Check:
            self.append(Rule(name, title, fix, check, compares, warning))
            return check

        return add


def judged(rules: Iterable[Rule], *made: object) -> Iterator[tuple[Rule, Fault]]:
    """What the rules find: in what one release made, or, of the rules that compare, in what two did."""
    for rule in rules:
        if rule.compares is (len(made) > 1):
            for fault in rule.check(*made):
                yield rule, fault
