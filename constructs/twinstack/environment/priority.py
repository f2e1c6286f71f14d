"""Whose pods come first where there is no room for all.

Source: Kubernetes, "Pod Priority and Preemption", read in November 2026.
"""

from collections.abc import Iterator
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from twinstack.environment.container import Headroom
from twinstack.environment.model import Finding, Model

HEADROOM_VALUE: Final = -10
"""What pods that keep room have: below every pod without a class, which has 0, and not below the least for which Cluster
Autoscaler adds a node."""


def _is_nobodys(name: str) -> str:
    # Kubernetes lets nobody make a class of such a name; those that it has are for what keeps nodes alive.
    if name.startswith("system-"):
        raise ValueError("a class for applications; `system-…` are for what keeps the cluster and its nodes alive")
    return name


ClassName = Annotated[
    str,
    Field(pattern=r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$", max_length=253, examples=["platform-high"]),
    AfterValidator(_is_nobodys),
]


class Priority(Model):
    """How much a workload's pods matter beside others: by a value of the product's own, or by a class that the cluster has."""

    value: Annotated[int, Field(ge=-(2**31), le=1_000_000_000)] | None = None
    """Higher goes first; a pod of which nothing is said has 0. Each value is a PriorityClass, which is the whole cluster's, so an
    administrator applies it, once."""
    preempts: bool = True
    """Whether its pods, where they fit nowhere, take the room of pods with a lower one; `false`: they only wait in front."""
    existing: ClassName | None = None
    """The name of a PriorityClass that the cluster's owner keeps, in place of a value."""

    def rules(self) -> Iterator[Finding]:
        if (self.value is None) == (self.existing is None):
            yield Finding(
                "TW630",
                "a priority is a value or a class that exists",
                given="both" if self.existing else "neither",
                allowed="`value: 1000`, or `existing: NAME` of a PriorityClass of the cluster's owner",
                fix="keep one of the two" if self.existing else "add `value`",
            )
        elif self.existing and not self.preempts:
            yield Finding(
                "TW630",
                "a priority is a value or a class that exists",
                ("preempts",),
                given=f"preempts: false, of {self.existing}",
                allowed="nothing beside `existing`: that class says itself whether its pods take others' room",
                fix="remove it, or give a `value` in place of `existing`",
            )

    def without_use(self, room: Headroom | None) -> Iterator[Finding]:
        """A finding for pods that could not take the room that is kept for them."""
        if room is None or self.value is None or (self.preempts and self.value > HEADROOM_VALUE):
            return
        yield Finding(
            "TW631",
            "room is kept that these pods never take",
            ("value",) if self.preempts else ("preempts",),
            given=str(self.value) if self.preempts else "false, beside `scale.headroom`",
            allowed=f"a value over {HEADROOM_VALUE}, which the pods that keep room have"
            if self.preempts
            else "true: the pods that keep room are preempted",
            fix="raise it, or remove `scale.headroom`" if self.preempts else "remove it, or remove `scale.headroom`",
        )


def class_name(stack: str, priority: Priority) -> str:
    """`analytics-prod-priority-1000`: another value is another class, since a class's value can never be changed, and what is
    the whole cluster's says whose it is.
    """
    if priority.existing:
        return priority.existing
    value = priority.value or 0
    number = f"{value}" if value >= 0 else f"minus-{-value}"
    return f"{stack}-priority-{number}{'' if priority.preempts else '-waits'}"
