"""What a rule over manifests is, and how the modules of rules say theirs."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from twinstack.policy.kubernetes.objects import Fault

Check = Callable[..., Iterator[Fault]]


@dataclass(frozen=True, slots=True)
class KubernetesRule:
    """A rule over the manifests of one release, or (`compares`) over those of one and of the next."""

    id: str
    """`selectors-overlap`: stable, for acknowledgements."""
    title: str
    fix: str
    check: Check
    """Takes the objects of a release, or those of two, and gives what it finds."""
    compares: bool = False
    warning: bool = False

    @property
    def why(self) -> str:
        """What is wrong with it: the description of the rule's function."""
        return " ".join((inspect.getdoc(self.check) or "").split())


class Rules(list[KubernetesRule]):
    """The rules of one module, in the order in which they stand there. Called, it is the decorator that adds one."""

    def __call__(
        self, name: str, title: str, fix: str, *, compares: bool = False, warning: bool = False
    ) -> Callable[[Check], Check]:
        """Adds the function below as a rule, and leaves it as it is."""

        def add(check: Check) -> Check:
            self.append(KubernetesRule(name, title, fix, check, compares, warning))
            return check

        return add
