"""Containers that stand beside a workload's own in its pods: those that run before it, and those that run with it.

Source: Kubernetes, "Init Containers", "Sidecar Containers".
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import AfterValidator, Field

from twinstack.environment.container import IMAGE, TAG, Requests, Resources, is_release
from twinstack.environment.lifecycle import ServiceHealth
from twinstack.environment.model import Finding, Model
from twinstack.environment.quantities import Port, VariableName, cpu_millis, mebibytes, memory_bytes
from twinstack.environment.text import check_command, check_text

ContainerName = Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$")]


class Companion(Model):
    """A container beside the workload's own. It has the same folders and files, and as few rights."""

    image: Annotated[str, Field(pattern=IMAGE)]
    """The image's name, without a tag: that is `tag`, or else the environment's `version`."""
    tag: Annotated[str, Field(pattern=TAG), AfterValidator(is_release)] | None = None
    """A tag of its own, for an image that is not released with the product."""
    digest: Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")] | None = None
    """Pins the image's content; wins over the tag."""
    command: tuple[str, ...] = ()
    """Replaces the image's entry point, in exec form, so that signals arrive."""
    environment_variables: dict[VariableName, str] = Field(default_factory=dict)
    """Plain variables of this container alone; they win over the workload's."""
    shares_variables: bool = False
    """Whether it is given the workload's variables too: its own, those of its links, and those from elsewhere."""
    resources: Resources
    """CPU, memory and disk."""
    user: Annotated[int, Field(ge=1)] | None = None
    """The numeric user that its image runs as, where it is not the workload's; root is refused."""

    def image_reference(self, version: str) -> str:
        """`docker.io/envoyproxy/envoy:v1.36.0`, or `…@sha256:…` where a digest is given."""
        return f"{self.image}@{self.digest}" if self.digest else f"{self.image}:{self.tag or version}"

    def rules(self) -> Iterator[Finding]:
        yield from super().rules()
        yield from check_command(self.command, ("command",))
        for name, value in self.environment_variables.items():
            yield from check_text(value, ("environment_variables", name), beside=len(name) + 1)


class InitContainer(Companion):
    """A container that runs to its end before the workload's own starts, at every start of a pod: it must be harmless twice."""


class Sidecar(Companion):
    """A container that runs as long as the workload's own: it starts before it, and is stopped after it."""

    port: Port | None = None
    """The port that it listens on, for its `health`. Other containers of the pod reach it at 127.0.0.1."""
    health: ServiceHealth | None = None
    """How its health is asked. The workload's own container starts once it is well; without it, once it has started."""
    start_seconds: Annotated[int, Field(ge=5, le=600)] = 60
    """How long its start may take before it is restarted."""

    def rules(self) -> Iterator[Finding]:
        yield from super().rules()
        if self.health and not self.health.command and self.port is None:
            yield Finding(
                "TW627",
                "there is no port to ask its health on",
                ("port",),
                given="nothing, beside a health that is asked by a connection",
                allowed="the port that it listens on, or `health: {command: […]}`",
                fix="add `port`",
            )


class Companions(Model):
    """What a workload says of the other containers of its pods."""

    sidecars: dict[ContainerName, Sidecar] = Field(default_factory=dict, json_schema_extra={"base_only": True})
    """Containers that run beside its own, by name, in the order in which they start; they are stopped in the reverse order,
    after its own has ended."""
    init_containers: dict[ContainerName, InitContainer] = Field(
        default_factory=dict, json_schema_extra={"base_only": True}
    )
    """Containers that run to their end before its own starts, by name, one after the other, once the sidecars are there."""

    @property
    def companions(self) -> Mapping[str, Companion]:
        """Both, by name, in the order in which they start."""
        return {**self.sidecars, **self.init_containers}


def check_companions(workload: Companions, own: str, preparations: list[str]) -> Iterator[Finding]:
    """A finding for each name that two containers of a pod would have: its own, a link's preparation, and the others."""
    taken = Counter([own, *preparations, *workload.sidecars, *workload.init_containers])
    for field in ("sidecars", "init_containers"):
        for name in getattr(workload, field):
            if taken[name] > 1 and not (field == "sidecars" and name in workload.init_containers):
                yield Finding(
                    "TW626",
                    "two containers of a pod would have one name",
                    (field, name),
                    given=name,
                    allowed=f"a name that no other container has: {', '.join(sorted(taken.keys() - {name}))} are taken"
                    if len(taken) > 1
                    else "a name that is not the workload's own",
                    fix="rename it",
                )


def pod_requests(own: Requests, workload: Companions) -> Requests:
    """What the scheduler sets aside for a pod: all that run at once, or at its start the largest that runs alone.

    Source: Kubernetes, "Sidecar Containers", "Resource sharing within containers".
    """
    if not workload.companions:
        return own
    beside = [one.resources.requests for one in workload.sidecars.values()]
    before = [one.resources.requests for one in workload.init_containers.values()]
    cpu = sum(cpu_millis(one.cpu) for one in beside) + max(cpu_millis(one.cpu) for one in (own, *before))
    memory = sum(memory_bytes(one.memory) for one in beside) + max(memory_bytes(one.memory) for one in (own, *before))
    storage = sum(memory_bytes(one.ephemeral_storage) for one in beside) + max(
        memory_bytes(one.ephemeral_storage) for one in (own, *before)
    )
    return Requests(cpu=f"{cpu}m", memory=mebibytes(memory), ephemeral_storage=mebibytes(storage))
