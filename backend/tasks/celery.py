"""`celery -A tasks worker|beat`: the tasks, their schedule, and the processes that run them.

Delivered at least once: each task may run again, so each leaves the same behind when it does.
"""

from __future__ import annotations

import os
import sys
from typing import Any

from celery import signals
from celery.schedules import crontab

from broker import celery_application
from bucket import Bucket
from logs import configure_logs
from queue_messages import CarefulTransport
from reports import report_errors
from settings import SchedulerSettings, WorkerSettings, load
from tasks.events import count_event, count_left_behind, mark_minute, publish_summary, this_minute
from tasks.exports import finish, write_export
from tasks.heartbeat import WorkerHeartbeat
from tasks.mail import message, send_once
from tasks.task import ReliableTask

IS_SCHEDULER = "beat" in sys.argv
"""The scheduler runs no task and is given no secrets, so it must not ask for them."""

settings = load(SchedulerSettings if IS_SCHEDULER else WorkerSettings)

app = celery_application(settings.redis_url)
app.set_current()
assert app.steps is not None
app.steps["worker"].add(WorkerHeartbeat)
app.conf.update(
    broker_transport=f"{CarefulTransport.__module__}:{CarefulTransport.__name__}",
    worker_consumer="tasks.heartbeat:PatientConsumer",
    worker_send_task_events=False,
    beat_scheduler="tasks.heartbeat:LivingScheduler",
    beat_schedule={"record-minute": {"task": "tasks.record_minute", "schedule": crontab()}},
)


@signals.setup_logging.connect
def set_up_logs(**_: Any) -> None:
    """Celery leaves the logs alone when somebody else sets them up."""
    configure_logs("scheduler" if IS_SCHEDULER else "worker", settings.environment)


class MinuteTask(ReliableTask):
    """A task that is told for which minute it was sent; a schedule's own arguments never change."""

    abstract = True

    def apply_async(self, args: Any = None, kwargs: Any = None, *positional: Any, **options: Any) -> Any:
        """Send it with the minute now, unless this is a later try."""
        return super().apply_async(args, {"minute": this_minute(), **(kwargs or {})}, *positional, **options)


@app.task(base=ReliableTask, name="tasks.roll_up")
def roll_up(event_id: str) -> None:
    """Count an event and publish the new summary."""
    count_event(event_id)
    publish_summary(forecast=settings.enable_predictive_analytics)


@app.task(base=MinuteTask, name="tasks.record_minute", bind=True)
def record_minute(self: MinuteTask, minute: str) -> None:
    """Every minute: note it, count what was left behind and refresh the summary."""
    mark_minute(minute, self.request.id)
    count_left_behind()
    publish_summary(forecast=settings.enable_predictive_analytics)


if not IS_SCHEDULER:
    assert isinstance(settings, WorkerSettings)
    report_errors(settings, os.environ.get("VERSION", "0"))
    _bucket = Bucket(settings.exports_bucket, settings.aws_region)
    _sender, _key = settings.from_email, settings.sendgrid_api_key.get_secret_value()

    class ExportTask(ReliableTask):
        """An export that failed for good says so to who asked for it."""

        abstract = True

        def give_up(self, error: Exception, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
            """Mark the export, beside the row in `failed_tasks`."""
            super().give_up(error, args, kwargs)
            finish(args[0], "failed")

    @app.task(base=ExportTask, name="tasks.export")
    def export(export_id: str) -> None:
        """Write an export to the bucket, and tell by mail where an address is known."""
        email = write_export(export_id, _bucket)
        if email:
            send_mail.delay(f"export:{export_id}", email, "Your export is ready", "It waits for you in analytics.")

    @app.task(base=ReliableTask, name="tasks.send_mail")
    def send_mail(mail_id: str, to: str, subject: str, text: str) -> None:
        """Send a mail once; without a SendGrid key, none."""
        if _key:
            send_once(mail_id, message(_sender, to, subject, text), _key)
