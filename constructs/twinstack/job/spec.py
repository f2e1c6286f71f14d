"""What a Job is described by."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from twinstack.environment.model import Finding
from twinstack.environment.spec import WorkloadSpec
from twinstack.environment.stand_in import LocalRun


class When(StrEnum):
    """On which side of a release a Job runs."""

    BEFORE = "before"
    """Before the new version serves, which waits for its end: a migration."""
    AFTER = "after"
    """Once everything of the release is ready: a smoke test, a cache to fill, an index to build."""


class OnFailure(StrEnum):
    """What it means that a Job has failed."""

    RETURN = "return"
    """The release has failed, and the one before it is applied again."""
    REPORT = "report"
    """The release stands; the failure is told, and remembered with the release."""


class JobSpec(WorkloadSpec):
    """A Job: one pod that runs to its end, once per release, before the new version serves or after. Its name carries the release.

    What is run by hand alone is a `cron_job` with `suspended: true`.

    Source: Kubernetes, "Jobs".
    """

    when: When = Field(default=When.BEFORE, json_schema_extra={"base_only": True})
    """Before the release serves, or after all of it is ready. A return to a former release runs neither."""
    on_failure: OnFailure = OnFailure.RETURN
    """What it means that a Job after a release has failed; what waits for one before it cannot go on in any case."""
    deadline_seconds: Annotated[int, Field(ge=10, le=86400)] = 900
    """How long all tries together may take."""
    retries: Annotated[int, Field(ge=0, le=20)] = 3
    """Tries after the first one failed; the wait between them doubles from ten seconds, so that three take a minute."""
    keep_seconds: Annotated[int, Field(ge=60)] = 86400
    """How long the finished Job is kept for its logs."""

    def rules(self) -> Iterator[Finding]:
        yield from super().rules()
        if self.when is When.BEFORE and self.on_failure is OnFailure.REPORT:
            yield Finding(
                "TW637",
                "a release cannot go on past a Job that it waits for",
                ("on_failure",),
                given="report, of a Job before the release",
                allowed="`return`, or `report` beside `when: after`",
                fix="remove the line, or run the Job after the release",
            )

    def local_run(self) -> LocalRun:
        return LocalRun(ends=True, comes_last=self.when is When.AFTER)
