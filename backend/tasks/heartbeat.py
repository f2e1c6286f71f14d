"""What `python -m health worker|scheduler` looks at: a file touched while the loop turns.

Both loops stand still while they wait for Redis to come back, which is not an illness: they touch the file there too.
"""

from __future__ import annotations

from typing import Any

import structlog
from celery import bootsteps
from celery.beat import PersistentScheduler
from celery.worker import state
from celery.worker.consumer import Consumer

from health import BEAT_SECONDS, touch

log = structlog.get_logger()


def connect_patiently(connection: Any, process: str, waiting: Any = None) -> Any:
    """Connect to the broker, however long that takes, and stay alive meanwhile."""

    def failed(error: Exception, seconds: float) -> None:
        log.warning("the broker is away", reason=type(error).__name__, next_try_seconds=seconds)

    def wait() -> None:
        touch(process)
        if waiting is not None:
            waiting()

    touch(process)
    return connection.ensure_connection(failed, max_retries=None, interval_max=10, callback=wait)


class WorkerHeartbeat(bootsteps.StartStopStep):
    """Touches the file from the worker's own loop."""

    requires = ("celery.worker.components:Timer",)

    def start(self, parent: Any) -> None:
        """Begin with the worker."""
        touch("worker")
        parent.timer.call_repeatedly(BEAT_SECONDS, touch, ("worker",))


class PatientConsumer(Consumer):
    """Stays alive while the broker is away."""

    def ensure_connected(self, conn: Any) -> Any:
        """Wait for the broker; told to stop meanwhile, stop."""
        connected = connect_patiently(conn, "worker", state.maybe_shutdown)
        self.first_connection_attempt = False
        return connected


class LivingScheduler(PersistentScheduler):
    """The usual schedule, with a heartbeat."""

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Touch the file at least every few seconds."""
        touch("scheduler")
        return min(super().tick(*args, **kwargs), BEAT_SECONDS)

    def _ensure_connected(self) -> Any:
        return connect_patiently(self.connection, "scheduler")
