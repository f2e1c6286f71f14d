"""How long pods take to come and go, and how their health is asked: the specs that workloads share."""

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

from twinstack.environment.model import Finding, Model
from twinstack.environment.stand_in import Health, literal
from twinstack.environment.text import check_command

HttpPath = Annotated[str, Field(pattern=r"^/[!-~]*$")]


class ServiceHealth(Model):
    """How a service's health is asked: by HTTP (`live` and `ready`), by a connection (`tcp`), by gRPC or by a command."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        json_schema_extra={"examples": [{"live": "/live", "ready": "/ready"}]}
    )

    live: HttpPath | None = None
    """The path that answers while the process works; must ask nothing of what a restart would not bring back."""
    ready: HttpPath | None = None
    """The path that answers while the service can serve. What all replicas share must not fail it at once: see
    `unready_after_seconds`.
    """
    tcp: bool = False
    """Well is what takes a connection on its port. That says little: prefer a path where there is one."""
    grpc: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{0,200}$")] | None = None
    """The name by which the server's standard health service (grpc.health.v1) is asked; empty for the server as a whole."""
    command: tuple[str, ...] = ()
    """The program that exits with 0 while the container is well, and its arguments, each an item."""
    restart_after_seconds: Annotated[int, Field(ge=30, le=3600)] = 90
    """How long it may be unwell (`live` may fail) before the container is restarted."""
    unready_after_seconds: Annotated[int, Field(ge=10, le=3600)] = 30
    """How long `ready` may fail before the pod is sent nothing more. All replicas lose a database in the same moment: a
    service whose `ready` asks for one needs more than its failover takes, or leaves nobody to answer.
    """

    def rules(self) -> Iterator[Finding]:
        yield from check_command(self.command, ("command",))
        paths = [name for name in ("live", "ready") if getattr(self, name) is not None]
        others = {"tcp": self.tcp, "grpc": self.grpc is not None, "command": bool(self.command)}
        ways = [*(["live and ready"] if paths else []), *(name for name, said in others.items() if said)]
        if len(ways) != 1 or len(paths) == 1:
            yield Finding(
                "TW616",
                "it is not said in one way how its health is asked",
                given=", ".join(paths + [name for name, said in others.items() if said]) or "nothing",
                allowed="`live` and `ready` (paths), or one of `tcp: true`, `grpc` and `command`",
                fix="add the other path"
                if ways == ["live and ready"]
                else "keep one way, the paths where there are any"
                if ways
                else "add `live` and `ready`, or `tcp: true` for what speaks no HTTP",
            )

    @property
    def commands(self) -> Mapping[str, tuple[str, ...]]:
        """What a container runs for it, by field."""
        return {"command": self.command}


class HealthCommand(Model):
    """Asks a container's health by running a command in it, for pods that serve no HTTP."""

    command: Annotated[tuple[str, ...], Field(min_length=1)]
    """The program and its arguments, each an item; `[sh, -c, "…"]` where it takes a shell. Exits with 0 while the container
    is well; must ask nothing of what a restart would not bring back."""
    ready: Annotated[tuple[str, ...], Field(min_length=1)] | None = None
    """Exits with 0 once the container was let in by what it needs, so that a rollout may go on; `command` unless given."""
    period_seconds: Annotated[int, Field(ge=5, le=600)] = 30
    """How often it is asked."""
    timeout_seconds: Annotated[int, Field(ge=1, le=60)] = 5
    """How long an answer may take."""
    restart_after_seconds: Annotated[int, Field(ge=5, le=3600)] = 90
    """How long it may be unwell before the container is restarted."""

    def rules(self) -> Iterator[Finding]:
        yield from check_command(self.command, ("command",))
        yield from check_command(self.ready or (), ("ready",))

    @property
    def commands(self) -> Mapping[str, tuple[str, ...]]:
        """What a container runs for it, by field."""
        return {"command": self.command, "ready": self.ready or ()}

    @property
    def local(self) -> Health:
        """The same question in the local stack."""
        return Health(tuple(map(literal, self.command)), self.period_seconds, self.timeout_seconds, retries=3)
