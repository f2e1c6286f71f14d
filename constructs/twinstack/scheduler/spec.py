"""What a scheduler is described by."""

from typing import Annotated

from pydantic import Field

from twinstack.environment.lifecycle import HealthCommand
from twinstack.environment.metrics import MeasuredSpec
from twinstack.environment.stand_in import LocalRun


class SchedulerSpec(MeasuredSpec):
    """A scheduler: one pod, replaced only after the old one is gone, so that nothing is started twice.

    Source: Celery User Guide, "Periodic Tasks" ("only a single scheduler is running").
    """

    health: Annotated[HealthCommand, Field(json_schema_extra={"base_only": True})]
    """Exits with 0 while the schedule is kept."""
    grace_seconds: Annotated[int, Field(ge=5, le=600)] = 30
    """Seconds between the order to stop and the kill."""

    def local_run(self) -> LocalRun:
        return LocalRun(health=self.health.local, scrape=self.scrape, stop_seconds=self.grace_seconds)
