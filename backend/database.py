"""PostgreSQL, with a bound on everything: connecting, waiting for a connection, a statement, an answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg
from pydantic import SecretStr
from sqlalchemy import URL, Engine, Executable, Row, create_engine, make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import create_async_engine

from deadline import within
from errors import UnavailableError

CONNECT_SECONDS = 2
POOL_SECONDS = 3
STATEMENT_SECONDS = 4
ANSWER_SECONDS = 4
"""A whole query of a request, whatever it waits for."""
TASK_STATEMENT_SECONDS = 240
"""A statement of a task; below the task's own limit."""


def database_url(url: SecretStr) -> URL:
    """The variable's URL for SQLAlchemy; libpq's parameters (`sslmode`, …) stay."""
    return make_url(url.get_secret_value()).set(drivername="postgresql+psycopg")


def _connect_arguments(application: str, statement_seconds: int) -> dict[str, Any]:
    return {
        "application_name": application,
        "connect_timeout": CONNECT_SECONDS,
        "options": f"-c statement_timeout={statement_seconds}s -c idle_in_transaction_session_timeout=300s",
        "keepalives_idle": 30,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 10_000,  # milliseconds: a server that vanished without a word
    }


def synchronous_engine(url: SecretStr, application: str) -> Engine:
    """The engine of a process that does one thing at a time: a task, a migration, a command."""
    return create_engine(
        database_url(url),
        pool_size=1,
        max_overflow=1,
        pool_timeout=POOL_SECONDS,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args=_connect_arguments(application, TASK_STATEMENT_SECONDS),
    )


class Database:
    """The web process's connections: ten at most, each statement its own transaction."""

    def __init__(self, url: SecretStr) -> None:
        self._url = url
        self.engine = create_async_engine(
            database_url(url),
            isolation_level="AUTOCOMMIT",  # no request needs two statements, and a round trip is saved at both ends
            pool_size=10,
            max_overflow=0,  # one more that is closed again after a burst would cost a login each time
            pool_timeout=POOL_SECONDS,
            pool_pre_ping=True,
            hide_parameters=True,
            connect_args=_connect_arguments("analytics-web", STATEMENT_SECONDS),
        )

    async def rows(self, statement: Executable) -> Sequence[Row[*tuple[Any, ...]]]:
        """Run one statement and return its rows.

        Raises:
            UnavailableError: when the database does not answer in time.

        """
        try:
            return await within(ANSWER_SECONDS, self._rows(statement))
        except (OperationalError, InterfaceError, PoolTimeoutError, TimeoutError) as error:
            raise UnavailableError("the database") from error
        except DBAPIError as error:
            if error.connection_invalidated:
                raise UnavailableError("the database") from error
            raise

    async def _rows(self, statement: Executable) -> Sequence[Row[*tuple[Any, ...]]]:
        async with self.engine.connect() as connection:
            result = await connection.execute(statement)
            return result.all() if result.returns_rows else []

    async def check(self) -> None:
        """Open a new connection and use it, so that a password that no longer fits shows while old connections work."""
        address = self._url.get_secret_value()
        async with await psycopg.AsyncConnection.connect(address, connect_timeout=CONNECT_SECONDS) as connection:
            await connection.execute("SELECT 1")

    async def close(self) -> None:
        """Close the connections."""
        await self.engine.dispose()
