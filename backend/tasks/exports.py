"""Writing an export to the bucket."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator

from sqlalchemy import Connection, select, update

from bucket import Bucket, export_key
from schema import events, exports
from tasks.task import engine

COLUMNS = (events.c.id, events.c.received_at, events.c.name, events.c.properties)
BATCH = 1000


def write_export(export_id: str, bucket: Bucket) -> str | None:
    """Write all events as CSV; return the address that wants to know, if it was not told yet.

    The object is replaced when it is done again.
    """
    with engine().connect() as connection:
        bucket.write(export_key(export_id), csv_parts(connection))
    return finish(export_id, "done")


def csv_parts(connection: Connection) -> Iterator[bytes]:
    """The rows as they come from the database: an export is larger than the worker's memory, and than its disk.

    A file in /tmp would be the node's disk, which it shares with every other pod.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([column.name for column in COLUMNS])
    query = select(*COLUMNS).order_by(events.c.received_at, events.c.id)
    for rows in connection.execution_options(yield_per=BATCH).execute(query).partitions():
        writer.writerows([row.id, row.received_at.isoformat(), row.name, json.dumps(row.properties)] for row in rows)
        yield _taken(text)
    yield _taken(text)


def _taken(text: io.StringIO) -> bytes:
    written = text.getvalue().encode()
    text.seek(0)
    text.truncate()
    return written


def finish(export_id: str, status: str) -> str | None:
    """Note how an export ended; the caller's e-mail address, if the token had one."""
    statement = update(exports).where(exports.c.id == export_id).values(status=status).returning(exports.c.email)
    with engine().begin() as connection:
        return connection.execute(statement).scalar_one_or_none()
