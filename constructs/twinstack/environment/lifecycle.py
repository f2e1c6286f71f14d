"""How long pods take to come and go, and how their health is asked: the specs that workloads share."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from twinstack.environment.model import Model
from twinstack.environment.stand_in import Health


class HealthCommand(Model):
    """Asks a container's health by running a command in it, for pods that serve no HTTP."""

    command: Annotated[tuple[str, ...], Field(min_length=1)]
    """Exits with 0 while the container is well."""
    period_seconds: Annotated[int, Field(ge=5, le=600)] = 30
    """How often it is asked."""
    timeout_seconds: Annotated[int, Field(ge=1, le=60)] = 5
    """How long an answer may take."""

    @property
    def local(self) -> Health:
        """The same question in the local stack."""
        return Health(self.command, self.period_seconds, self.timeout_seconds, retries=3)
