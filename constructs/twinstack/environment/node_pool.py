"""Nodes that EKS Auto Mode starts when pods ask for them, beside those of its built-in pools."""

from typing import Annotated

from pydantic import Field

from twinstack.environment.container import Architecture
from twinstack.environment.model import Model
from twinstack.environment.nodes import Capacity, LabelKey, LabelValue, Taint


class NodePool(Model):
    """A pool of Auto Mode: what its nodes are, and who may run there.

    Sources: Amazon EKS User Guide, "Create a node pool for EKS Auto Mode"; Karpenter, "NodePools".
    """

    capacity: Capacity = Capacity.ON_DEMAND
    """How its nodes are paid for: `spot` or `on-demand`."""
    architecture: Architecture = Architecture.AMD64
    """Their processor."""
    categories: Annotated[
        tuple[Annotated[str, Field(pattern=r"^[a-z]{1,6}$")], ...], Field(min_length=1, max_length=20)
    ] = ("c", "m", "r")
    """The instance categories to choose from, the letters that types begin with. The more, the rarer is spot taken back."""
    labels: dict[LabelKey, LabelValue] = Field(default_factory=dict)
    """Labels of its nodes, for `placement.node_labels`."""
    taints: tuple[Taint, ...] = ()
    """What keeps pods away that do not tolerate it."""
    cpu_limit: Annotated[int, Field(ge=1, le=100_000)] | None = None
    """Processors of all its nodes at most; as many as pods ask for unless given."""
