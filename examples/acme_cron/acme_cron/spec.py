"""What a CronJob is described by."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from twinstack.environment import WorkloadSpec
from twinstack.local import LocalRun


class CronSpec(WorkloadSpec):
    """A CronJob: one pod that runs to its end, started by the clock, never two at a time.

    Source: Kubernetes, "CronJob".
    """

    schedule: Annotated[str, Field(pattern=r"^[\d*/,-]+( [\dA-Za-z*/,-]+){4}$", examples=["0 3 * * *"])]
    """When it starts: minute, hour, day, month, weekday."""
    time_zone: Annotated[str, Field(pattern=r"^[A-Za-z]+(/[A-Za-z_-]+)*$", examples=["Europe/Berlin"])] = "Etc/UTC"
    """Whose clock the schedule means."""
    deadline_seconds: Annotated[int, Field(ge=10, le=86400)] = 3600
    """How long one run may take, with its retries."""
    retries: Annotated[int, Field(ge=0, le=20)] = 2
    """Tries after the first one failed; the wait between them doubles from ten seconds."""

    def local_run(self) -> LocalRun:
        return LocalRun(ends=True)
