"""The tables. Only the migrations create or change them; the application's role may change rows."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Index,
    MetaData,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

metadata = MetaData()

NOW = text("now()")
TODAY = text("(now() AT TIME ZONE 'UTC')::date")

events = Table(
    "events",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("properties", JSONB, nullable=False),
    Column("subject", Text, nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False, server_default=NOW),
    Column("day", Date, nullable=False, server_default=TODAY),
    Column("rolled_up", Boolean, nullable=False, server_default=text("false")),
)
Index("events_received_at", events.c.received_at)
Index("events_waiting", events.c.received_at, postgresql_where=text("NOT rolled_up"))

daily_counts = Table(
    "daily_counts",
    metadata,
    Column("day", Date, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("count", BigInteger, nullable=False),
)

exports = Table(
    "exports",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("subject", Text, nullable=False),
    Column("email", Text),
    Column("status", Text, nullable=False, server_default=text("'pending'")),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=NOW),
)

failed_tasks = Table(
    "failed_tasks",
    metadata,
    Column("id", Text, primary_key=True),
    Column("task", Text, nullable=False),
    Column("arguments", JSONB, nullable=False),
    Column("error", Text, nullable=False),
    Column("traceback", Text, nullable=False),
    Column("failed_at", DateTime(timezone=True), nullable=False, server_default=NOW),
)

beat_minutes = Table(
    "beat_minutes",
    metadata,
    Column("minute", DateTime(timezone=True), primary_key=True),
    Column("task_ids", ARRAY(Text), nullable=False),  # more than one: two schedulers are running
)

mails = Table(
    "mails",
    metadata,
    Column("id", Text, primary_key=True),
    Column("sent_at", DateTime(timezone=True), nullable=False, server_default=NOW),
)
