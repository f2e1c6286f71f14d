"""The kind of task that is tried again, and that ends where a person finds it."""

from __future__ import annotations

import random
from functools import cache
from traceback import format_exception
from typing import Any

from celery import Task
from kombu.exceptions import OperationalError as BrokerError
from psycopg.errors import QueryCanceled
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import Engine
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import InterfaceError, OperationalError

from broker import LONGEST_COUNTDOWN_SECONDS
from database import synchronous_engine
from schema import failed_tasks
from settings import SchedulerSettings, load

MAX_RETRIES = 5
FIRST_WAIT_SECONDS = 2
LONGEST_WAIT_SECONDS = LONGEST_COUNTDOWN_SECONDS
LONGEST_TEXT = 10_000

AWAY = (OperationalError, InterfaceError, RedisError, BrokerError, ConnectionError)
"""The database or Redis is away: not the task's fault, so it is tried until it is back."""


@cache
def engine() -> Engine:
    """The process's database connections; made after the worker forked, since one cannot be shared."""
    return synchronous_engine(load(SchedulerSettings).database_url, "analytics-worker")


@cache
def redis() -> Redis:
    """The process's connection to Redis, for what is published."""
    address = load(SchedulerSettings).redis_url.get_secret_value()
    return Redis.from_url(address, socket_connect_timeout=2, socket_timeout=2, protocol=2)


class ReliableTask(Task):
    """Tried again with growing, scattered waits, MAX_RETRIES times; then a row in `failed_tasks`."""

    abstract = True
    max_retries = None  # counted here: while something is away there is no bound

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the task once; an error makes it a later try."""
        try:
            return self._attempt(args, kwargs)
        except AWAY as error:  # the place for failed tasks may be what is away, so giving up is tried again too
            if _is_too_slow(error):
                raise
            raise self.retry(exc=error, countdown=wait_seconds(self.request.retries)) from error

    def _attempt(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        try:
            return self.run(*args, **kwargs)
        except Exception as error:
            if isinstance(error, AWAY) and not _is_too_slow(error):
                raise
            if self.request.retries < MAX_RETRIES:
                raise self.retry(exc=error, countdown=wait_seconds(self.request.retries)) from error
            self.give_up(error, args, kwargs)
            raise

    def give_up(self, error: Exception, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Keep what a person needs to understand it and to send it again."""
        values = {
            "task": self.name,
            "arguments": {"args": list(args), "kwargs": kwargs},
            "error": f"{type(error).__name__}: {error}"[:LONGEST_TEXT],
            "traceback": "".join(format_exception(error))[-LONGEST_TEXT:],
        }
        statement = insert(failed_tasks).values(id=self.request.id, **values)
        with engine().begin() as connection:
            connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=values))


def _is_too_slow(error: Exception) -> bool:
    """Whether the database ended the statement for its length: it would be as long the next time."""
    return isinstance(error, OperationalError) and isinstance(error.orig, QueryCanceled)


def wait_seconds(retries: int) -> int:
    """2, 4, 8 … seconds and at most a minute, scattered over the upper half so that tries do not come together."""
    longest = min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2 ** min(retries, 10))
    return max(1, round(random.uniform(longest / 2, longest)))  # noqa: S311  no secret
