"""Counting events, and telling the websockets."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select, text, true, update
from sqlalchemy.dialects.postgresql import insert

from schema import beat_minutes, daily_counts, events
from summary import CHANNEL, REALTIME_DAYS, counts_since, first_day, json_of, realtime_message, summarize, today
from tasks.task import engine, redis

LEFT_BEHIND = text("now() - interval '1 minute'")
PUBLISHING = text("SELECT pg_advisory_xact_lock(hashtext('analytics:summary'))")
"""One at a time from the reading to the publishing: else what was read first could be published last, and every page would
show a former total until the next minute."""


def count_event(event_id: str) -> None:
    """Count an event unless it is counted; the mark and the count are one transaction, so a repeat does nothing."""
    with engine().begin() as connection:
        waiting = update(events).where(events.c.id == event_id, ~events.c.rolled_up)
        row = connection.execute(waiting.values(rolled_up=true()).returning(events.c.day, events.c.name)).first()
        if row is not None:
            connection.execute(_add(insert(daily_counts).values(day=row.day, name=row.name, count=1)))


def count_left_behind() -> None:
    """Count the events whose task was never sent, because the process ended or the broker was away."""
    left = select(events.c.id).where(~events.c.rolled_up, events.c.received_at < LEFT_BEHIND)
    marked = (
        update(events)
        .where(events.c.id.in_(left.limit(10_000).with_for_update(skip_locked=True)))
        .values(rolled_up=true())
        .returning(events.c.day, events.c.name)
        .cte("marked")
    )
    counts = (
        select(marked.c.day, marked.c.name, func.count())
        .group_by(marked.c.day, marked.c.name)
        .order_by(marked.c.day, marked.c.name)  # in one order, so that two of these never wait for each other
    )
    with engine().begin() as connection:
        connection.execute(_add(insert(daily_counts).from_select(["day", "name", "count"], counts)))


def _add(statement: Any) -> Any:
    return statement.on_conflict_do_update(
        index_elements=["day", "name"], set_={"count": daily_counts.c.count + statement.excluded.count}
    )


def publish_summary(*, forecast: bool) -> None:
    """Tell every web process the summary as it is now."""
    last = today()
    with engine().begin() as connection:
        connection.execute(PUBLISHING)
        rows = connection.execute(counts_since(first_day(REALTIME_DAYS, last))).all()
        redis().publish(CHANNEL, realtime_message(json_of(summarize(rows, REALTIME_DAYS, last, forecast=forecast))))


def this_minute() -> str:
    """The minute now, as a task's argument."""
    return datetime.now(UTC).replace(second=0, microsecond=0).isoformat()


def mark_minute(minute: str, task_id: str) -> None:
    """Note that the scheduler fired in this minute; done again for the same task, it changes nothing."""
    statement = insert(beat_minutes).values(minute=datetime.fromisoformat(minute), task_ids=[task_id])
    noted = func.array_append(func.array_remove(beat_minutes.c.task_ids, task_id), task_id)
    with engine().begin() as connection:
        connection.execute(statement.on_conflict_do_update(index_elements=["minute"], set_={"task_ids": noted}))
