"""Writing an export to the bucket."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from typing import IO

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
    with tempfile.TemporaryFile() as file:
        with engine().connect() as connection:
            write_csv(connection, file)
        file.seek(0)
        bucket.write(export_key(export_id), file)
    return finish(export_id, "done")


def write_csv(connection: Connection, file: IO[bytes]) -> None:
    """Stream the rows: an export is larger than the worker's memory."""
    text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow([column.name for column in COLUMNS])
    query = select(*COLUMNS).order_by(events.c.received_at, events.c.id)
    for row in connection.execution_options(yield_per=BATCH).execute(query):
        writer.writerow([row.id, row.received_at.isoformat(), row.name, json.dumps(row.properties)])
    text.detach()


def finish(export_id: str, status: str) -> str | None:
    """Note how an export ended; the caller's e-mail address, if the token had one."""
    statement = update(exports).where(exports.c.id == export_id).values(status=status).returning(exports.c.email)
    with engine().begin() as connection:
        return connection.execute(statement).scalar_one_or_none()
