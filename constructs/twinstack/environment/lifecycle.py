"""How long pods take to come and go, and how their health is asked: the specs that workloads share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from twinstack.environment.model import Finding, Model
from twinstack.environment.stand_in import Health, literal
from twinstack.environment.text import check_command


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
    def local(self) -> Health:
        """The same question in the local stack."""
        return Health(tuple(map(literal, self.command)), self.period_seconds, self.timeout_seconds, retries=3)
