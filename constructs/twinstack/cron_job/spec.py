"""What a CronJob is described by."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from twinstack.environment.schedule import Schedule, TimeZone
from twinstack.environment.spec import WorkloadSpec
from twinstack.environment.stand_in import LocalRun


class Concurrency(StrEnum):
    """What happens when it is time and the run before has not ended."""

    FORBID = "forbid"
    """This time is left out."""
    REPLACE = "replace"
    """The run before is ended, and a new one begins."""
    ALLOW = "allow"
    """Both run."""


class CronJobSpec(WorkloadSpec):
    """A CronJob: a pod that runs to its end whenever its schedule says so.

    By hand it is run by `kubectl create job --from=cronjob/NAME NAME-now`, with the same variables, identity and ways, and on a
    developer's machine by `docker compose run --rm NAME`.

    Source: Kubernetes, "CronJob".
    """

    schedule: Schedule
    """When it runs: minute, hour, day, month, weekday; or `@hourly`, `@daily`, `@weekly`, `@monthly`."""
    time_zone: TimeZone = "Etc/UTC"
    """Whose clock the schedule means. Where that changes between summer and winter, an hour comes twice or not at all."""
    concurrency: Concurrency = Concurrency.FORBID
    """What happens when it is time and the run before has not ended."""
    suspended: bool = False
    """Whether it starts nothing for now; what runs goes on."""
    deadline_seconds: Annotated[int, Field(ge=10, le=7 * 86400)] = 3600
    """How long one run may take, with all its tries."""
    retries: Annotated[int, Field(ge=0, le=20)] = 2
    """Tries after the first one failed; the wait between them doubles from ten seconds."""
    late_seconds: Annotated[int, Field(ge=10, le=86400)] = 300
    """How much later than its time a run may still begin; after that this time is left out. Without a limit Kubernetes gives a
    schedule up for good that has missed a hundred times.
    """
    keep_succeeded: Annotated[int, Field(ge=0, le=100)] = 3
    """How many runs that ended well are kept for their logs."""
    keep_failed: Annotated[int, Field(ge=0, le=100)] = 3
    """How many that failed."""
    stop_seconds: Annotated[int, Field(ge=5, le=3600)] = 60
    """How long a run that is ended may take to roll back what it has begun."""

    def local_run(self) -> LocalRun:
        return LocalRun(ends=True)
