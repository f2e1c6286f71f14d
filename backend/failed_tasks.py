"""`python -m failed_tasks list|retry ID`: the tasks that failed for good."""

from __future__ import annotations

import argparse
import sys

from sqlalchemy import Engine, delete, select

import schema
from broker import celery_application
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


def main() -> int:
    """0 when done, 1 when there is no such task."""
    parser = argparse.ArgumentParser(prog="failed_tasks", description="The tasks that failed for good.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="print them")
    commands.add_parser("retry", help="send one again").add_argument("id")
    arguments = parser.parse_args()
    settings = load(SchedulerSettings)
    engine = synchronous_engine(settings.database_url, "analytics-failed-tasks")
    return show(engine) if arguments.command == "list" else retry(engine, settings, arguments.id)


if __name__ == "__main__":
    sys.exit(main())
