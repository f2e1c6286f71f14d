"""What stands in for a spec on a developer's machine: containers, and what fills the variables of a link there.

The names are Docker Compose's own. Source: Compose Specification, "Services top-level elements", "Interpolation".
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field

from twinstack.environment.model import Model
from twinstack.environment.quantities import Port
from twinstack.errors import UsageError


class ComposeOptions(Model):
    """How a spec appears in the local stack."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")] | None = None
    """The Compose service's name, which is also its host name there; the field's name unless given."""
    port: Port | None = None
    """The port on the developer's machine, for 127.0.0.1 alone; the service's own port unless given."""

    def name_of(self, key: str) -> str:
        """The service's name for the spec of this field. A host name has no underscore."""
        return self.name or key.replace("_", "-")


class Condition(StrEnum):
    """How far another service has to be before one starts."""

    STARTED = "service_started"
    HEALTHY = "service_healthy"
    DONE = "service_completed_successfully"


@dataclass(frozen=True, slots=True)
class Health:
    """A command that exits with 0 while the container is well, and how often it is asked."""

    command: tuple[str, ...]
    period_seconds: int = 5
    timeout_seconds: int = 5
    retries: int = 12

    in_shell: bool = False
    """Whether the container's shell reads the command, which is then one string."""

    def __post_init__(self) -> None:
        if self.in_shell != (len(self.command) == 1 and " " in self.command[0]):
            raise UsageError(
                f"Health.command is {self.command!r}, in_shell={self.in_shell}: one string for the shell, "
                '`Health(("…",), in_shell=True)`, or a program and its arguments, each a string of its own'
            )

    @property
    def test(self) -> list[str]:
        """As Compose writes it: `["CMD", …]`, or `["CMD-SHELL", "…"]`."""
        return ["CMD-SHELL" if self.in_shell else "CMD", *self.command]


@dataclass(frozen=True, slots=True)
class File:
    """A generated file: where it stands in the product, where a container reads it, what it holds."""

    path: str
    target: str
    text: str


@dataclass(frozen=True, slots=True)
class Scrape:
    """Where a service shows its figures to Prometheus. `job` is the job's name and a host name of the service."""

    job: str
    port: int
    path: str = "/metrics"


@dataclass(frozen=True, slots=True)
class LocalRun:
    """How the local stack runs a workload, beyond what every container says of itself."""

    port: int | None = None
    """The port that the developer's machine gets to see."""
    health: Health | None = None
    """How its health is asked; None: as its image says."""
    scrape: Scrape | None = None
    stop_seconds: int | None = None
    """Seconds between the order to stop and the kill; None: Docker's ten."""
    ends: bool = False
    """Whether it runs to its end, once."""
    comes_last: bool = False
    """Whether it starts after everything that keeps running."""
    is_run: bool = True
    """Whether it runs there at all: what another thing's stand-in brings with it does not run twice."""


@dataclass(frozen=True, slots=True)
class Service:
    """One service of the Compose file. Values may name variables of .env, `${DB_USER}`; a literal `$` is `$$`."""

    name: str
    image: str
    build: str | None = None
    """The folder with the Dockerfile, for an image of the product's own."""
    entrypoint: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()
    """Further host names in the stack's network."""
    ports: Mapping[int | str, int] = field(default_factory=dict)
    """The port on 127.0.0.1, or the variable that holds it, and the container's port behind it."""
    volumes: Mapping[str, str] = field(default_factory=dict)
    """Named volumes and where they are mounted."""
    mounts: Mapping[str, str] = field(default_factory=dict)
    """Folders of the machine and where they are mounted, read-only."""
    bound_files: Mapping[str, str] = field(default_factory=dict)
    """Where a container finds files of the product, read-only, and the file behind each."""
    files: tuple[File, ...] = ()
    needs: Mapping[str, Condition] = field(default_factory=dict)
    health: Health | None = None
    user: str | None = None
    is_locked: bool = False
    """Runs as in the cluster: read-only but for /tmp, without capabilities."""
    temporary: tuple[str, ...] = ("/tmp",)  # noqa: S108  a folder in the container
    """Where a locked container may write."""
    shared_memory_bytes: int | None = None
    """The size of /dev/shm; Docker's own, 64 MiB, unless given."""
    cpus: float | None = None
    memory_bytes: int | None = None
    stop_seconds: int | None = None
    restarts: bool = True
    profile: str | None = None
    scrape: Scrape | None = None
    sysctls: Mapping[str, str] = field(default_factory=dict)
    network_of: str | None = None
    """The service whose network it is in, as a sidecar is in its pod's."""
    capabilities: tuple[str, ...] = ()
    """What a locked container may do all the same."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of .env.example: a variable, a value that is safe to publish, and what a reader has to know."""

    group: str
    name: str
    example: str
    comment: str
    is_secret: bool = False
    names_others: bool = False
    """Whether `${NAME}` in the example stands for the value of a line above; otherwise it is text like any other."""


def exporter(name: str, image: str, port: int, *, of: str, environment: Mapping[str, str]) -> Service:
    """What shows the figures of the service `of` to Prometheus, under the profile `monitoring`."""
    return Service(
        name,
        image,
        environment=environment,
        needs={of: Condition.HEALTHY},
        is_locked=True,
        profile=MONITORING,
        scrape=Scrape(name, port),
    )


def literal(text: str) -> str:
    """Text as Compose has to read it for a container to be given just this, whatever .env says."""
    return text.replace("$", "$$")


def or_default(name: str, value: str) -> str:
    """A value that .env may replace: `${DB_PORT:-5432}`. Raises UsageError for one that cannot stand there.

    A default ends at the first `}`, and a line's end, a quote or a `$` in it are read in other ways than outside: no
    writing of them is known that Compose reads as text. What may be any text is a `literal`.
    """
    if not _DEFAULT.fullmatch(value):
        raise UsageError(
            f"or_default({name!r}, {value!r}): a default in compose.yaml takes letters, digits, blanks and _ . / : @ , + = % - "
            "alone: give any other text by `literal`, which .env does not replace"
        )
    return f"${{{name}:-{value}}}"


@dataclass(frozen=True, slots=True)
class StandIn:
    """What a spec becomes on a developer's machine. Nothing, unless its room says otherwise."""

    services: tuple[Service, ...] = ()
    """The first is what a linked workload waits for."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """What a link sets on a workload in the stack: every variable of its offer and each part of it, by the names that the
    resource has for them, and what else a client needs there."""
    entries: tuple[Entry, ...] = ()
    """Lines of .env.example: the inputs, and the same variables for a process outside the stack."""
    parts: tuple[Entry, ...] = ()
    """The lines of the parts, each by the resource's own name for it: they stand there where a link names the part. A
    value that an input holds is written as that, `${DB_HOST}`."""


_DEFAULT: Final = re.compile(r"[A-Za-z0-9 _./:@,+=%-]*")
MONITORING: Final = "monitoring"
"""The profile of everything that watches the others."""
PROMETHEUS_PORT: Final = 9090
GRAFANA_PORT: Final = 3001
STACK_PORTS: Final = frozenset({PROMETHEUS_PORT, GRAFANA_PORT})
"""Ports of the developer's machine that what watches the others listens on, in every stack."""
