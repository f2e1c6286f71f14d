"""What a rule over Terraform's JSON is, and how the modules of rules say theirs."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from twinstack.policy.aws.stack import Fault, Stack

Check = Callable[[Stack], Iterator[Fault]]


@dataclass(frozen=True, slots=True)
class AwsRule:
    """A rule over one environment's resources."""

    id: str
    """`exclude-each-other`: stable, for acknowledgements."""
    title: str
    fix: str
    check: Check

    @property
    def why(self) -> str:
        """What is wrong with it: the description of the rule's function."""
        return " ".join((inspect.getdoc(self.check) or "").split())


class Rules(list[AwsRule]):
    """The rules of one module, in the order in which they stand there. Called, it is the decorator that adds one."""

    def __call__(self, name: str, title: str, fix: str) -> Callable[[Check], Check]:
        """Adds the function below as a rule, and leaves it as it is."""

        def add(check: Check) -> Check:
            self.append(AwsRule(name, title, fix, check))
            return check

        return add
