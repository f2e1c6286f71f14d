"""What every container says of itself: image, user, resources, and how its health is asked."""

from collections.abc import Iterator
from dataclasses import replace
from enum import StrEnum
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from twinstack.environment.folders import FolderPath, check_folders
from twinstack.environment.model import Finding, Model
from twinstack.environment.mounted_files import MountedFiles
from twinstack.environment.nodes import Placement
from twinstack.environment.quantities import (
    Cpu,
    Memory,
    VariableName,
    cpu_millis,
    mebibytes,
    memory_bytes,
    request_over_limit,
)
from twinstack.environment.text import check_command, check_text

IMAGE: Final = r"^[a-z0-9][a-z0-9.\-:]*(/[a-z0-9._\-]+)*$"
"""A repository without tag or digest. Source: the OCI distribution specification."""
LOG_BYTES: Final = 64 * 2**20
PRIVILEGED_BELOW: Final = 1024
"""Ports that only root may listen on, by Linux's default."""
TAG: Final = r"^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$"


def is_release(version: str) -> str:
    """A tag that moves cannot be rolled back to, and nodes that have it do not pull it again."""
    if version == "latest":
        raise ValueError("a release that stays what it is; `latest` moves, so nothing could be rolled back to it")
    return version


class Architecture(StrEnum):
    """A processor, by the name that images and nodes give it (label `kubernetes.io/arch`)."""

    AMD64 = "amd64"
    ARM64 = "arm64"


class Requests(Model):
    """What the scheduler sets aside."""

    cpu: Cpu
    """Cores or millicores."""
    memory: Memory
    """Bytes with their unit."""
    ephemeral_storage: Memory = "64Mi"
    """Of the node's disk, for logs and what is written under /tmp."""


class Limits(Model):
    """What a container may take at most."""

    cpu: Cpu | None = None
    """Cores or millicores; none: as much as the node has to spare."""
    memory: Memory
    """Bytes with their unit; over it the container is killed."""
    ephemeral_storage: Memory | None = None
    """Of the node's disk; over it the pod is evicted. `temporary_storage` and 64Mi for logs unless given."""


class Resources(Model):
    """CPU, memory and disk of one container."""

    requests: Requests
    """What the scheduler sets aside."""
    limits: Limits
    """What it may take at most."""

    def rules(self) -> Iterator[Finding]:
        if self.limits.cpu is not None and cpu_millis(self.requests.cpu) > cpu_millis(self.limits.cpu):
            yield request_over_limit("cpu", self.requests.cpu, self.limits.cpu)
        if memory_bytes(self.requests.memory) > memory_bytes(self.limits.memory):
            yield request_over_limit("memory", self.requests.memory, self.limits.memory)
        storage = self.limits.ephemeral_storage
        if storage is not None and memory_bytes(self.requests.ephemeral_storage) > memory_bytes(storage):
            yield request_over_limit("ephemeral_storage", self.requests.ephemeral_storage, storage)


class Headroom(Model):
    """Pods that do nothing but hold room on the nodes, each of the size of a replica. Whatever needs the room takes it at
    once: a replica more is not waited for until a node has come, for the node comes while it serves.
    """

    pods: Annotated[int, Field(ge=1, le=100)]
    """How many: as many replicas start without a new node."""
    image: Annotated[str, Field(pattern=IMAGE)] = "registry.k8s.io/pause"
    """The image of these pods, without a tag: what is run of it only waits. Where nodes have no way out, a copy in ECR."""
    tag: Annotated[str, Field(pattern=TAG), AfterValidator(is_release)] = "3.10"
    """Its tag."""
    digest: Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")] | None = None
    """Pins the image's content; wins over the tag."""

    @property
    def image_reference(self) -> str:
        """`registry.k8s.io/pause:3.10`, or `…@sha256:…` where a digest is given."""
        return f"{self.image}@{self.digest}" if self.digest else f"{self.image}:{self.tag}"


class Scale(Model):
    """How many replicas run, and what makes the autoscaler add one."""

    min: Annotated[int, Field(ge=1, le=1000)]
    """Replicas that always run."""
    max: Annotated[int, Field(ge=1, le=1000)]
    """Replicas at most."""
    cpu: Annotated[int, Field(ge=1, le=100_000)] | None = None
    """Average CPU to keep, in percent of the request: over 100 where the limit lets a container take more than that."""
    memory: Annotated[int, Field(ge=1, le=100_000)] | None = None
    """Average memory to keep, in percent of the request, likewise. A process that gives nothing back after a burst, as Python's do,
    holds its replicas once it stays above: for one whose request leaves twice what it rests at.
    """
    headroom: Headroom | None = None
    """Room that is kept on the nodes for the next replicas, by pods that give it up; none unless given. It costs what they
    request. Where nothing adds nodes (managed groups), what they gave up comes back once replicas go.
    """

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
        if self.max > self.min and not self.has_target:
            yield Finding(
                "TW604",
                "nothing says when to scale",
                given=f"min {self.min}, max {self.max}, neither cpu nor memory",
                allowed="a target for cpu, memory or both",
                fix="add `cpu: 70`, or make min and max the same",
            )
        if self.headroom and self.headroom.pods > max(0, self.max - self.min):
            yield Finding(
                "TW985",
                "room is kept that no replica ever takes",
                ("headroom", "pods"),
                given=f"headroom for {self.headroom.pods}, min {self.min}, max {self.max}",
                allowed=f"at most {self.max - self.min}"
                if self.max > self.min
                else "none: the number of replicas is fixed",
                fix="lower it or raise max" if self.max > self.min else "remove `headroom`, or raise max",
            )

    @property
    def has_target(self) -> bool:
        """Whether anything says when a replica is added."""
        return self.cpu is not None or self.memory is not None

    @property
    def is_fixed(self) -> bool:
        """Whether the number never changes, so that there is nothing to scale."""
        return self.min == self.max

    def unreachable(self, resources: Resources) -> Iterator[Finding]:
        """A finding for a target over what a container may take: its average would never get there, and no replica come.

        Source: Kubernetes, "Horizontal Pod Autoscaling": utilization is in percent of the request, and may be over 100.
        """
        requests, limits = resources.requests, resources.limits
        for name, target, request, limit in (
            ("cpu", self.cpu, cpu_millis(requests.cpu), cpu_millis(limits.cpu) if limits.cpu else None),
            ("memory", self.memory, memory_bytes(requests.memory), memory_bytes(limits.memory)),
        ):
            # What stands beside a request over its limit is judged when that is mended.
            most = max(100, limit * 100 // request) if limit is not None else None
            if target is not None and most is not None and target > most:
                yield Finding(
                    "TW357",
                    f"a target for {name} that no container can reach",
                    (name,),
                    given=f"{target} percent of the request",
                    allowed=f"at most {most} percent: the limit is {getattr(limits, name)}, the request {getattr(requests, name)}",
                    fix="lower it, or raise the limit",
                )


def scale_of(workload: object) -> Scale | None:
    """How many of a workload run, where it says so: a Job and a scheduler do not."""
    scale = getattr(workload, "scale", None)
    return scale if isinstance(scale, Scale) else None


class ContainerSpec(MountedFiles):
    """The container of a workload's pods."""

    image: Annotated[str, Field(pattern=IMAGE)]
    """The image's name, without a tag: that is `tag`, or else the environment's `version`."""
    tag: Annotated[str, Field(pattern=TAG), AfterValidator(is_release)] | None = None
    """A tag of its own, for an image that is not released with the product."""
    digest: Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")] | None = None
    """Pins the image's content; wins over the tag."""
    architecture: Architecture = Architecture.AMD64
    """The processor that the image is built for. Where nodes of several kinds run, or it is not known, pods ask for it."""
    placement: Placement = Placement()
    """Which nodes its pods ask for."""
    pull_secret: Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$")] | None = None
    """The registry credentials that a private image needs: a Secret of type kubernetes.io/dockerconfigjson, made by hand."""
    command: Annotated[tuple[str, ...], Field(json_schema_extra={"base_only": True})] = ()
    """Replaces the image's entry point, in exec form, so that signals arrive."""
    resources: Resources
    """CPU, memory and disk."""
    user: Annotated[int, Field(ge=1)] = 1000
    """The numeric user the image runs as; root is refused."""
    temporary_storage: Memory = "256Mi"
    """How much the container may write under /tmp; more evicts the pod. Nothing else can be written into but what
    `writable_folders` names.
    """
    writable_folders: dict[FolderPath, Memory] = Field(default_factory=dict, json_schema_extra={"base_only": True})
    """Further folders that the container may write into, each with how much: empty at every start, and gone with the pod."""
    shared_memory: Memory | None = None
    """The size of /dev/shm, which browsers and PyTorch share memory by: 64 MiB unless given. It counts as the container's memory."""
    environment_variables: dict[VariableName, str] = Field(default_factory=dict)
    """Plain variables of this workload alone; what several share is a SettingsSpec."""

    @property
    def ephemeral_storage_limit(self) -> str:
        """What its pods may take of a node's disk: what they may write, and their logs.

        The kubelet counts a pod's volumes and its containers' logs against the sum of its containers' limits, so that a
        limit below what /tmp may hold would evict pods that keep to it. Of logs it keeps five files of 10 MiB. Sources:
        Kubernetes, "Local ephemeral storage"; KubeletConfiguration, `containerLogMaxSize`, `containerLogMaxFiles`, read
        in November 2026.
        """
        return self.resources.limits.ephemeral_storage or mebibytes(self._written_bytes + LOG_BYTES)

    @property
    def _written_bytes(self) -> int:
        """How much of the node's disk it may write, all folders together."""
        return sum(map(memory_bytes, (self.temporary_storage, *self.writable_folders.values())))

    def rules(self) -> Iterator[Finding]:
        yield from super().rules()
        yield from check_command(self.command, ("command",))
        for name, value in self.environment_variables.items():
            yield from check_text(value, ("environment_variables", name), beside=len(name) + 1)
        yield from check_folders(self.writable_folders)
        yield from self._check_shared_memory()
        least = mebibytes(self._written_bytes)
        if memory_bytes(self.ephemeral_storage_limit) < memory_bytes(least):
            yield Finding(
                "TW610",
                "the disk's limit is below what may be written",
                ("resources", "limits", "ephemeral_storage"),
                given=f"limit {self.ephemeral_storage_limit}, {self._said_written}",
                allowed=f"at least {least}, and more for logs",
                fix="leave it out, raise it, or lower what may be written",
            )
        requested = self.resources.requests.ephemeral_storage
        if self.resources.limits.ephemeral_storage is None and memory_bytes(requested) > memory_bytes(
            self.ephemeral_storage_limit
        ):
            yield replace(
                request_over_limit("ephemeral_storage", requested, self.ephemeral_storage_limit),
                path=("resources", "requests", "ephemeral_storage"),
                fix="lower the request or raise `temporary_storage`",
            )

    @property
    def _said_written(self) -> str:
        folders = (f"{path} {size}" for path, size in self.writable_folders.items())
        return ", ".join([f"temporary_storage {self.temporary_storage}", *folders])

    def _check_shared_memory(self) -> Iterator[Finding]:
        limit = self.resources.limits.memory
        if self.shared_memory and memory_bytes(self.shared_memory) >= memory_bytes(limit):
            yield Finding(
                "TW613",
                "shared memory would take all that the container has",
                ("shared_memory",),
                given=f"{self.shared_memory}, of a limit of {limit}",
                allowed=f"less than the limit of memory, {limit}: what lies in /dev/shm counts as the container's",
                fix="lower it, or raise the limit",
            )

    def image_reference(self, version: str) -> str:
        """`ghcr.io/shadower/analytics-backend:1.4.2`, or `…@sha256:…` where a digest is given."""
        return f"{self.image}@{self.digest}" if self.digest else f"{self.image}:{self.tag or version}"


def port_sysctls(*ports: int | None) -> dict[str, str]:
    """What lets a process without privileges listen on its ports, where one is below 1024.

    The setting is of the pod's own network namespace, and one that Kubernetes calls safe: kubelets take it without a flag,
    and Pod Security `restricted` allows it. Docker sets it to 0 by itself, other engines do not. Sources: Kubernetes, "Using
    sysctls in a Kubernetes Cluster" and "Pod Security Standards"; moby/moby#41030, all read on 2026-11-28.
    """
    lowest = min(filter(None, ports), default=PRIVILEGED_BELOW)
    return {"net.ipv4.ip_unprivileged_port_start": str(lowest)} if lowest < PRIVILEGED_BELOW else {}
