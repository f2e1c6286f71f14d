"""What a worker is described by."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from twinstack.environment.lifecycle import HealthCommand
from twinstack.environment.metrics import MeasuredSpec
from twinstack.environment.model import Finding
from twinstack.environment.queues import WorkerScale, check_queue
from twinstack.environment.stand_in import LocalRun


class WorkerSpec(MeasuredSpec):
    """A worker: a Deployment without a Service. TERM lets it finish what it does.

    Sources: Celery User Guide, "Stopping the worker"; Kubernetes, "Termination of Pods".
    """

    scale: WorkerScale
    """How many replicas run, and when one is added."""
    task_limit_seconds: Annotated[int, Field(ge=1, le=43200)]
    """How long one task may take at most; a pod that is to stop is given this and a minute more."""
    health: Annotated[HealthCommand, Field(json_schema_extra={"base_only": True})]
    """Exits with 0 while the worker takes tasks."""

    @property
    def autoscaler_name(self) -> str:
        """`analytics-worker-hpa`."""
        return f"{self.kubernetes_name}-hpa"

    @property
    def grace_seconds(self) -> int:
        """Seconds between the order to stop and the kill."""
        return self.task_limit_seconds + 60

    def review(self) -> Iterator[Finding]:
        yield from super().review()
        yield from check_queue(self, self.scale)
        for link in self.links:
            patience = link.resource.redelivers_after_seconds
            if patience is not None and self.task_limit_seconds > patience:
                yield Finding(
                    "TW356",
                    f"{link.resource.key} would give a long task to a second worker",
                    ("task_limit_seconds",),
                    given=f"{self.task_limit_seconds} seconds",
                    allowed=f"at most {patience}: a task that is not acknowledged by then is given to another worker as well, "
                    "also one that only waits behind a long one",
                    fix=f"raise Celery's `visibility_timeout` over {self.task_limit_seconds} in the application, and say so",
                    warning=True,
                    acknowledgeable=True,
                )

    def local_run(self) -> LocalRun:
        return LocalRun(health=self.health.local, scrape=self.scrape, stop_seconds=self.grace_seconds)
