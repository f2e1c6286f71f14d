"""What a rule over the output is, what it finds, and how the modules of rules say theirs."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeAlias

from twinstack.environment.spec import Half

Severity: TypeAlias = Literal["error", "warning"]
"""An error is refused for certain, whatever else there is, so that it stops a synth. Whatever may be wrong is a warning."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that a rule finds: in what, where in it, and what stands there."""

    subject: str
    """`Deployment analytics/backend`, or the address `aws_db_instance.database`."""
    path: str
    """`spec.template.spec.containers[backend].env`, `engine_version`; empty: the whole of it."""
    given: str
    allowed: str = ""
    doubtful: bool = False
    """Of a rule whose findings are errors, one that is only a warning."""

    @property
    def place(self) -> str:
        """`Deployment analytics/backend spec.template…`: what this finding alone is acknowledged by."""
        return f"{self.subject} {self.path}".rstrip()


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
    half: Half
    """The infrastructure half is given to it as a Stack, the workloads half as Objects."""
    compares: bool = False
    severity: Severity = "warning"
    package: str = ""
    """The package that has brought it, `acme-policy`; empty: twinstack."""

    @property
    def why(self) -> str:
        """What is wrong with it: the description of the rule's function."""
        return " ".join((inspect.getdoc(self.check) or "").split())

    def warns(self, fault: Fault) -> bool:
        """Whether this finding of the rule is a warning."""
        return self.severity == "warning" or fault.doubtful


class Rules(list[Rule]):
    """The rules of one module, in the order in which they stand there. Called, it is the decorator that adds one.

    All are over one half. `examples` is a YAML file: by the rule's id a list of `{fails: …, passes: …}`, each what
    Terraform's JSON has under `resource` or a list of manifests, of a rule that compares `{before: …, after: …}` of these.
    """

    def __init__(self, half: Half | Literal["infrastructure", "workloads"], *, examples: Path | None = None) -> None:
        super().__init__()
        self.half: Final = Half(half)
        self.examples: Final = examples

    def __call__(
        self, name: str, title: str, fix: str, *, compares: bool = False, severity: Severity = "warning"
    ) -> Callable[[Check], Check]:
        """Adds the function below as a rule, and leaves it as it is."""

        def add(check: Check) -> Check:
            self.append(Rule(name, title, fix, check, self.half, compares, severity))
            return check

        return add


def judged(rules: Iterable[Rule], *made: object) -> Iterator[tuple[Rule, Fault]]:
    """What the rules find: in what one release made, or, of the rules that compare, in what two did."""
    for rule in rules:
        if rule.compares is (len(made) > 1):
            for fault in rule.check(*made):
                yield rule, fault
