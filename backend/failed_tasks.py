"""`python -m failed_tasks list|retry ID|aside`: the tasks that failed for good, and what is none."""

from __future__ import annotations

import argparse
import sys

from redis import Redis
from sqlalchemy import Engine, delete, select

import schema
from broker import ASIDE, celery_application
from database import synchronous_engine
from settings import SchedulerSettings, load

FAILED = schema.failed_tasks


def show(engine: Engine) -> int:
    """Print one line for each, the oldest first, without arguments, which may be private."""
    with engine.connect() as connection:
        rows = connection.execute(select(FAILED).order_by(FAILED.c.failed_at)).all()
    for row in rows:
        print(f"{row.id}  {row.failed_at:%Y-%m-%d %H:%M:%S}  {row.task}  {row.error.splitlines()[0]}")
    return 0


def retry(engine: Engine, settings: SchedulerSettings, task_id: str) -> int:
    """Send one again under its old id; the row goes once the broker has it."""
    with engine.begin() as connection:
        row = connection.execute(select(FAILED).where(FAILED.c.id == task_id).with_for_update()).first()
        if row is None:
            print(f"no failed task {task_id}", file=sys.stderr)
            return 1
        application = celery_application(settings.redis_url)
        application.send_task(row.task, row.arguments["args"], row.arguments["kwargs"], task_id=row.id)
        connection.execute(delete(FAILED).where(FAILED.c.id == task_id))
    return 0


def aside(settings: SchedulerSettings, *, forget: bool) -> int:
    """Print what was in the queue and is no task, one a line, escaped: it may be anything."""
    with Redis.from_url(settings.redis_url.get_secret_value(), socket_timeout=5, protocol=2) as client:
        for item in client.lrange(ASIDE, 0, -1):
            print(ascii(item)[2:-1])
        if forget:
            client.delete(ASIDE)
    return 0


def main() -> int:
    """0 when done, 1 when there is no such task."""
    parser = argparse.ArgumentParser(prog="failed_tasks", description="The tasks that failed for good.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="print them")
    commands.add_parser("retry", help="send one again").add_argument("id")
    put_aside = commands.add_parser("aside", help="print what was in the queue and is no task")
    put_aside.add_argument("--forget", action="store_true", help="and delete it")
    arguments = parser.parse_args()
    settings = load(SchedulerSettings)
    if arguments.command == "aside":
        return aside(settings, forget=arguments.forget)
    engine = synchronous_engine(settings.database_url, "analytics-failed-tasks")
    return show(engine) if arguments.command == "list" else retry(engine, settings, arguments.id)


if __name__ == "__main__":
    sys.exit(main())
