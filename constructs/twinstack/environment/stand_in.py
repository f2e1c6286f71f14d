"""What stands in for a spec on a developer's machine: containers, and what fills the variables of a link there.

The names are Docker Compose's own. Source: Compose Specification, "Services top-level elements", "Interpolation".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field

from twinstack.environment.model import Model
from twinstack.environment.quantities import Port


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

    @property
    def test(self) -> list[str]:
        """As Compose writes it: `["CMD", …]`; one string alone is for the container's shell."""
        return ["CMD-SHELL" if len(self.command) == 1 else "CMD", *self.command]


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
    files: tuple[File, ...] = ()
    needs: Mapping[str, Condition] = field(default_factory=dict)
    health: Health | None = None
    user: str | None = None
    is_locked: bool = False
    """Runs as in the cluster: read-only but for /tmp, without capabilities."""
    temporary: tuple[str, ...] = ("/tmp",)  # noqa: S108  a folder in the container
    """Where a locked container may write."""
    cpus: float | None = None
    memory_bytes: int | None = None
    stop_seconds: int | None = None
    restarts: bool = True
    profile: str | None = None
    scrape: Scrape | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of .env.example: a variable, a value that is safe to publish, and what a reader has to know."""

    group: str
    name: str
    example: str
    comment: str
    is_secret: bool = False


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


def or_default(name: str, value: str) -> str:
    """A value that .env may replace: `${JWT_ALGORITHM:-HS256}`."""
    return f"${{{name}:-{value.replace('$', '$$')}}}"


@dataclass(frozen=True, slots=True)
class StandIn:
    """What a spec becomes on a developer's machine. Nothing, unless its room says otherwise."""

    services: tuple[Service, ...] = ()
    """The first is what a linked workload waits for."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """What a link sets on a workload in the stack: every variable of its offer, and what else a client needs there."""
    entries: tuple[Entry, ...] = ()
    """Lines of .env.example: the inputs, and the same variables for a process outside the stack."""


MONITORING: Final = "monitoring"
"""The profile of everything that watches the others."""
