"""What a Job is described by."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from twinstack.environment.spec import WorkloadSpec
from twinstack.environment.stand_in import LocalRun


class JobSpec(WorkloadSpec):
    """A Job: one pod that runs to its end, once per release. Its name carries the release.

    Source: Kubernetes, "Jobs".
    """

    deadline_seconds: Annotated[int, Field(ge=10, le=86400)] = 900
    """How long all tries together may take."""
    retries: Annotated[int, Field(ge=0, le=20)] = 3
    """Tries after the first one failed; the wait between them doubles from ten seconds, so that three take a minute."""
    keep_seconds: Annotated[int, Field(ge=60)] = 86400
    """How long the finished Job is kept for its logs."""

    def local_run(self) -> LocalRun:
        return LocalRun(ends=True)
