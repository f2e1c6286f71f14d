"""What `python -m health worker|scheduler` looks at: a file touched while the loop turns.

Both loops stand still while they wait for Redis to come back, which is not an illness: they touch the file there too.
"""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any

import psycopg
import structlog
from celery import bootsteps, signals
from celery.beat import ScheduleEntry, Scheduler, SchedulingError
from celery.worker import state
from celery.worker.consumer import Consumer
from redis.exceptions import RedisError

from database import CONNECT_SECONDS
from health import BEAT_SECONDS, begin, mark_ready, touch
from settings import SchedulerSettings, load
from tasks.task import AWAY, redis

LAST_RUNS = "analytics:beat"
"""In Redis: when each entry of the schedule was last sent."""

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
        begin("worker")
        parent.timer.call_repeatedly(BEAT_SECONDS, touch, ("worker",))


@signals.worker_ready.connect
def note_ready(sender: Any, **_: Any) -> None:
    """The broker has let the worker in: it is ready once the database has, too. Asked again until then."""
    address = load(SchedulerSettings).database_url.get_secret_value()
    try:
        psycopg.connect(address, connect_timeout=CONNECT_SECONDS).close()
    except psycopg.OperationalError as error:
        log.warning("the database does not let the worker in", reason=type(error).__name__)
        sender.timer.call_after(BEAT_SECONDS, note_ready, (sender,))
    else:
        mark_ready("worker")


class PatientConsumer(Consumer):
    """Stays alive while the broker is away."""

    def ensure_connected(self, conn: Any) -> Any:
        """Wait for the broker; told to stop meanwhile, stop."""
        connected = connect_patiently(conn, "worker", state.maybe_shutdown)
        self.first_connection_attempt = False
        return connected


class LivingScheduler(Scheduler):
    """The usual schedule, with a heartbeat, and late rather than never.

    Celery notes in a file when it last sent an entry, and in a cluster the file goes with the pod; and it counts an
    entry as sent when the broker was away. Here the times are kept in Redis, without which nothing can be sent anyway,
    and what could not be sent is tried until it can: of what fell due meanwhile, each entry is sent once.
    """

    def setup_schedule(self) -> None:
        """Take up the schedule where the last scheduler left it."""
        begin("scheduler")
        super().setup_schedule()
        now = self.app.now()
        for name, moment in self._last_runs().items():
            if (entry := self.schedule.get(name.decode())) is not None:
                entry.last_run_at = min(now, datetime.fromisoformat(moment.decode()))
        mark_ready("scheduler")

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Touch the file at least every few seconds."""
        touch("scheduler")
        return min(super().tick(*args, **kwargs), BEAT_SECONDS)

    def apply_entry(self, entry: ScheduleEntry, producer: Any = None) -> None:
        """Send what is due, however long that takes; an entry that cannot be sent at all is left to its next time."""
        log.info("sending a due task", entry=entry.name, task=entry.task)
        while True:
            touch("scheduler")
            try:
                self.apply_async(entry, producer=producer, advance=False)
                break
            except SchedulingError as error:
                if not isinstance(error.__context__, AWAY):
                    log.exception("a due task cannot be sent", entry=entry.name)
                    return
                log.warning("the broker is away", entry=entry.name, reason=type(error.__context__).__name__)
                time.sleep(BEAT_SECONDS)
        # Its own next time counts from now: what fell due while this waited is what has just been sent.
        self.schedule[entry.name].last_run_at = self.app.now()
        self._note(entry.name)

    def _ensure_connected(self) -> Any:
        return connect_patiently(self.connection, "scheduler")

    def _last_runs(self) -> dict[bytes, bytes]:
        while True:
            try:
                return redis().hgetall(LAST_RUNS)
            except RedisError as error:
                log.warning("the broker is away", reason=type(error).__name__)
                touch("scheduler")
                time.sleep(BEAT_SECONDS)

    def _note(self, name: str) -> None:
        try:
            redis().hset(LAST_RUNS, name, self.app.now().isoformat())
        except RedisError as error:  # then, at worst, the next scheduler sends it a second time
            log.warning("when a task was sent could not be noted", entry=name, reason=type(error).__name__)
