"""Which nodes a workload's pods ask for, and what nodes say of themselves.

Sources, read on 29 November 2026: Kubernetes, "Taints and Tolerations", "Well-Known Labels, Annotations and Taints"; Amazon EKS
User Guide, "Create a node pool for EKS Auto Mode", "Simplify node lifecycle with managed node groups" (Capacity types).
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field

from twinstack.environment.model import Finding, Model

LABEL_KEY: Final = r"^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$"
LABEL_VALUE: Final = r"^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$"
LabelKey = Annotated[str, Field(pattern=LABEL_KEY)]
LabelValue = Annotated[str, Field(pattern=LABEL_VALUE)]
Zone = Annotated[str, Field(pattern=r"^[a-f]$")]
"""The letter of a zone within its region."""


class Capacity(StrEnum):
    """How a node is paid for."""

    ON_DEMAND = "on-demand"
    """It stays until nobody needs it."""
    SPOT = "spot"
    """What AWS has to spare, at a part of the price; it may be taken back after two minutes' notice."""


class TaintEffect(StrEnum):
    """What a node does with pods that do not tolerate its taint."""

    NO_SCHEDULE = "no_schedule"
    """It takes none."""
    PREFER_NO_SCHEDULE = "prefer_no_schedule"
    """It takes them where no other node does."""
    NO_EXECUTE = "no_execute"
    """It takes none, and those that are there go."""

    @property
    def of_kubernetes(self) -> str:
        """`NoSchedule`."""
        return "".join(word.capitalize() for word in self.split("_"))


class Taint(Model):
    """What keeps pods from a node that do not tolerate it."""

    key: LabelKey
    """Its name, `nvidia.com/gpu`."""
    value: LabelValue = ""
    """Its value, if it has one."""
    effect: TaintEffect = TaintEffect.NO_SCHEDULE
    """What becomes of other pods."""

    @property
    def keeps_away(self) -> bool:
        """Whether the node takes no pod that does not tolerate it."""
        return self.effect is not TaintEffect.PREFER_NO_SCHEDULE


class Toleration(Model):
    """A taint of nodes that its pods put up with."""

    key: LabelKey
    """The taint's name, `nvidia.com/gpu`."""
    value: LabelValue | None = None
    """The taint's value; every one unless given."""
    effect: TaintEffect | None = None
    """The taint's effect; every one unless given."""
    seconds: Annotated[int, Field(ge=0, le=86400)] | None = None
    """How long a pod stays on a node that gets the taint; for ever unless given. With the effect `no_execute` alone."""

    def tolerates(self, taint: Taint) -> bool:
        """Whether the taint keeps nobody away who says this."""
        return (
            self.key == taint.key
            and self.value in {None, taint.value}
            and self.effect in {None, taint.effect}
            # For some seconds is not for a pod that is to run there.
            and not (self.seconds is not None and taint.effect is TaintEffect.NO_EXECUTE)
        )

    def rules(self) -> Iterator[Finding]:
        if self.seconds is not None and self.effect is not TaintEffect.NO_EXECUTE:
            yield Finding(
                "TW621",
                "only from `no_execute` a pod goes after a time",
                ("seconds",),
                given=f"{self.seconds}, with the effect {self.effect or 'not given'}",
                allowed="seconds beside `effect: no_execute`: the other effects let pods stay that are there",
                fix="add `effect: no_execute`, or remove `seconds`",
            )


class Placement(Model):
    """Which nodes its pods ask for; every node of the image's processor unless given."""

    capacity: Capacity | None = None
    """`spot` or `on-demand`. Where the cluster has both, a workload that says nothing runs on demand."""
    zones: tuple[Zone, ...] = ()
    """The letters of the only zones that its pods may run in. Replicas are spread over these."""
    node_labels: dict[LabelKey, LabelValue] = Field(default_factory=dict)
    """Labels that a node has to have: of a managed group, of a pool, or of EKS, `eks.amazonaws.com/instance-category: r`."""
    tolerations: tuple[Toleration, ...] = ()
    """Taints of nodes that its pods put up with."""

    def rules(self) -> Iterator[Finding]:
        for label in self.node_labels:
            if field := SAID_ELSEWHERE.get(label):
                yield Finding(
                    "TW621",
                    "a label of nodes that another field asks for",
                    ("node_labels", label),
                    given=label,
                    allowed=f"`{field}`, which is checked against the cluster and the network",
                    fix=f"remove it, and say it by `{field}`",
                )


ARCHITECTURE_LABEL: Final = "kubernetes.io/arch"
ZONE_LABEL: Final = "topology.kubernetes.io/zone"
CAPACITY_OF_AUTO_MODE: Final = "karpenter.sh/capacity-type"
CAPACITY_OF_GROUPS: Final = "eks.amazonaws.com/capacityType"
SAID_ELSEWHERE: Final = {ARCHITECTURE_LABEL: "architecture", ZONE_LABEL: "placement.zones"}
