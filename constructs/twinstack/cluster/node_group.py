"""What a managed group of nodes is described by."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Final

from pydantic import Field

from twinstack.cluster.machines import Image, Machine
from twinstack.environment.container import Architecture
from twinstack.environment.model import Finding, Model
from twinstack.environment.nodes import Capacity, LabelKey, LabelValue, Taint
from twinstack.environment.writes import Writes

GROUP: Final = "aws_eks_node_group"
InstanceType = Annotated[str, Field(pattern=r"^[a-z0-9-]+\.[a-z0-9-]+$")]


class NodeGroup(Model):
    """A managed group of equal nodes."""

    fixed_arguments: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "aws_launch_template": {"block_device_mappings.ebs.volume_type": "gp3"}
    }

    instance_types: Annotated[
        tuple[InstanceType, ...], Field(min_length=1, max_length=20), Writes(GROUP, "instance_types")
    ]
    """The machines to choose from, `m7g.large`. All have one processor and one kind of accelerator: one image fits them."""
    min: Annotated[int, Field(ge=1), Writes(GROUP, "scaling_config.min_size")]
    """Nodes that always run, and the number that the group starts with."""
    max: Annotated[int, Field(ge=1), Writes(GROUP, "scaling_config.max_size")]
    """Nodes at most. Nothing in the cluster adds nodes: up to here a person may, and Terraform leaves that number alone."""
    disk_gib: Annotated[
        int, Field(ge=20, le=65536), Writes("aws_launch_template", "block_device_mappings.ebs.volume_size")
    ] = 50
    """Each node's disk, in GiB."""
    architecture: Annotated[str, Field(pattern=r"^(x86_64|arm64)$")] | None = None
    """The instance types' processor, for readers: their names say it, and must agree."""
    capacity: Annotated[Capacity, Writes(GROUP, "capacity_type", through="capacity_type")] = Capacity.ON_DEMAND
    """How its nodes are paid for: `spot` or `on-demand`. Another one makes a new group. Of spot, name several types."""
    labels: dict[LabelKey, LabelValue] = Field(default_factory=dict)
    """Labels of its nodes, for `placement.node_labels`."""
    taints: tuple[Taint, ...] = ()
    """What keeps pods away that do not tolerate it."""

    @property
    def machines(self) -> tuple[Machine, ...]:
        """The instance types, and what their names say."""
        return tuple(Machine(name) for name in self.instance_types)

    @property
    def capacity_type(self) -> str | None:
        """As EKS names it; None of what it takes by itself."""
        return "SPOT" if self.capacity is Capacity.SPOT else None

    @property
    def processor(self) -> Architecture:
        """The processor that they share."""
        return self.machines[0].architecture

    @property
    def image(self) -> Image:
        """The image that fits them all."""
        image = self.machines[0].image
        assert image is not None, self.instance_types  # the rules refuse a machine without one
        return image

    def rules(self) -> Iterator[Finding]:
        if self.min > self.max:
            yield Finding(
                "TW602",
                "min is over max",
                ("min",),
                f"min {self.min}, max {self.max}",
                f"min of at most {self.max}",
                "lower min or raise max",
            )
        images = {machine.name: machine.image for machine in self.machines}
        if None in images.values() or len(set(images.values())) > 1:
            yield Finding(
                "TW725",
                "no image fits all instance types of the group",
                ("instance_types",),
                ", ".join(f"{name} ({image.parameter if image else 'none'})" for name, image in images.items()),
                "types of one processor and one kind of accelerator, for which EKS has an image",
                "make a group for each",
            )
        elif self.architecture and self.architecture != self.image.parameter.partition("/")[0]:
            yield Finding(
                "TW725",
                "no such processor in the instance types",
                ("architecture",),
                f"{self.architecture}, with {', '.join(self.instance_types)}",
                self.image.parameter.partition("/")[0],
                "leave it out: the names of the instance types say it",
            )
