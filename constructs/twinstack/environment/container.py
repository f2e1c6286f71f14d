"""What every container says of itself: image, user, resources, and how its health is asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Final

from pydantic import Field

from twinstack.environment.model import Finding, Model
from twinstack.environment.quantities import Cpu, Memory, VariableName, cpu_millis, memory_bytes, request_over_limit

IMAGE: Final = r"^[a-z0-9][a-z0-9.\-:]*(/[a-z0-9._\-]+)*$"
"""A repository without tag or digest. Source: the OCI distribution specification."""
TAG: Final = r"^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$"


class Requests(Model):
    """What the scheduler sets aside."""

    cpu: Cpu
    """Cores or millicores."""
    memory: Memory
    """Bytes with their unit."""


class Limits(Model):
    """What a container may take at most."""

    cpu: Cpu | None = None
    """Cores or millicores; none: as much as the node has to spare."""
    memory: Memory
    """Bytes with their unit; over it the container is killed."""


class Resources(Model):
    """CPU and memory of one container."""

    requests: Requests
    """What the scheduler sets aside."""
    limits: Limits
    """What it may take at most."""

    def rules(self) -> Iterator[Finding]:
        if self.limits.cpu is not None and cpu_millis(self.requests.cpu) > cpu_millis(self.limits.cpu):
            yield request_over_limit("cpu", self.requests.cpu, self.limits.cpu)
        if memory_bytes(self.requests.memory) > memory_bytes(self.limits.memory):
            yield request_over_limit("memory", self.requests.memory, self.limits.memory)


class Scale(Model):
    """How many replicas run, and what makes the autoscaler add one."""

    min: Annotated[int, Field(ge=1, le=1000)]
    """Replicas that always run."""
    max: Annotated[int, Field(ge=1, le=1000)]
    """Replicas at most."""
    cpu: Annotated[int, Field(ge=1, le=100)] | None = None
    """Average CPU to keep, in percent of the request."""
    memory: Annotated[int, Field(ge=1, le=100)] | None = None
    """Average memory to keep, in percent of the request."""

    def rules(self) -> Iterator[Finding]:
        if self.min > self.max:
            yield Finding(
                "TW602",
                "min is over max",
                ("min",),
                given=f"min {self.min}, max {self.max}",
                allowed=f"min of at most {self.max}",
                fix="lower min or raise max",
            )
        if self.max > self.min and self.cpu is None and self.memory is None:
            yield Finding(
                "TW604",
                "nothing says when to scale",
                given=f"min {self.min}, max {self.max}, neither cpu nor memory",
                allowed="a target for cpu, memory or both",
                fix="add `cpu: 70`, or make min and max the same",
            )

    @property
    def is_fixed(self) -> bool:
        """Whether the number never changes, so that there is nothing to scale."""
        return self.min == self.max


class ContainerSpec(Model):
    """The container of a workload's pods."""

    image: Annotated[str, Field(pattern=IMAGE)]
    """The image's name, without a tag: the environment's `version` is the tag."""
    tag: Annotated[str, Field(pattern=TAG)] | None = None
    """A tag of its own, for an image that is not released with the product."""
    digest: Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")] | None = None
    """Pins the image's content; wins over the tag."""
    pull_secret: Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$")] | None = None
    """The registry credentials that a private image needs: a Secret of type kubernetes.io/dockerconfigjson, made by hand."""
    command: Annotated[tuple[str, ...], Field(json_schema_extra={"base_only": True})] = ()
    """Replaces the image's entry point, in exec form, so that signals arrive."""
    resources: Resources
    """CPU and memory."""
    user: Annotated[int, Field(ge=1)] = 1000
    """The numeric user the image runs as; root is refused."""
    temporary_storage: Memory = "256Mi"
    """How much the container may write under /tmp, the only place where it can write; more evicts the pod."""
    environment_variables: dict[VariableName, str] = Field(default_factory=dict)
    """Plain variables of this workload alone; what several share is a SettingsSpec."""

    def image_reference(self, version: str) -> str:
        """`ghcr.io/shadower/analytics-backend:1.4.2`, or `…@sha256:…` where a digest is given."""
        return f"{self.image}@{self.digest}" if self.digest else f"{self.image}:{self.tag or version}"
