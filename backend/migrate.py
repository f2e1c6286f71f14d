"""`python -m migrate`: bring the tables up to date, then prove that the application's role can work with them."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import structlog
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, select, text
from sqlalchemy.exc import OperationalError, ProgrammingError

from database import synchronous_engine
from logs import configure_logs
from schema import events
from settings import MigrationSettings, load

WAIT_SECONDS = 60
"""How long the database may take to appear."""
LOCK = 4_711_004
"""The advisory lock that makes a second migration wait for the first."""

log = structlog.get_logger()


class MigrationError(Exception):
    """The migration did not happen; the text says why."""


def wait_for(engine: Engine, seconds: float = WAIT_SECONDS) -> Connection:
    """A connection, as soon as the database gives one.

    Raises:
        MigrationError: when it gave none for so long.

    """
    end = time.monotonic() + seconds
    while True:
        try:
            return engine.connect()
        except OperationalError as error:
            reason = str(error.orig).splitlines()[0]
            if time.monotonic() >= end:
                raise MigrationError(f"no connection within {seconds:.0f} s: {reason}") from None
            log.warning("the database is not there yet", reason=reason)
            time.sleep(1)


def upgrade(connection: Connection) -> None:
    """Run what has not run yet, alone."""
    connection.execute(text(f"SET lock_timeout = '{WAIT_SECONDS}s'"))
    connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": LOCK})
    connection.commit()
    configuration = Config()
    configuration.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    configuration.attributes["connection"] = connection
    command.upgrade(configuration, "head")
    connection.commit()


def migrate(settings: MigrationSettings) -> None:
    """Upgrade as the master user, then read a table as the application."""
    engine = synchronous_engine(settings.database_admin_url, "analytics-migration")
    with wait_for(engine) as connection:
        upgrade(connection)
    engine.dispose()  # ends the session, and with it the lock
    application = synchronous_engine(settings.database_url, "analytics-migration")
    try:
        with application.connect() as connection:
            connection.execute(select(events.c.id).limit(1))
    except (OperationalError, ProgrammingError) as error:
        reason = str(error.orig).splitlines()[0]
        raise MigrationError(f"the application's role cannot work with the tables: {reason}") from None
    finally:
        application.dispose()


def main() -> int:
    """0 when the tables are up to date, 1 when not."""
    settings = load(MigrationSettings)
    configure_logs("migration", settings.environment)
    try:
        migrate(settings)
    except (MigrationError, OperationalError) as error:
        log.error("the migration failed", reason=str(error).splitlines()[0])  # noqa: TRY400  no traceback is of use
        return 1
    log.info("the tables are up to date")
    return 0


if __name__ == "__main__":
    sys.exit(main())
