"""The Celery application: how tasks travel, the same for who sends and who works.

A team's own code adds tasks in `tasks`; the web process sends by name, so it loads none of what tasks need.
"""

from __future__ import annotations

import asyncio
from typing import Any

from celery import Celery
from kombu.exceptions import OperationalError
from pydantic import SecretStr

from deadline import within
from errors import UnavailableError

QUEUE = "celery"
ASIDE = "analytics:aside"
"""The list in Redis of what was in the queue and is no task, the newest first: see `queue_messages`."""
SOFT_LIMIT_SECONDS = 270
HARD_LIMIT_SECONDS = 300
LONGEST_COUNTDOWN_SECONDS = 60
VISIBILITY_SECONDS = LONGEST_COUNTDOWN_SECONDS + HARD_LIMIT_SECONDS + 60
"""How long a task may be unacknowledged before another worker gets it, which is how long those of a dead worker wait.

Above the longest countdown and the longest task together, with a minute to spare. A task that waits for a free child as
well may be done twice: each of them leaves the same behind when it is.
"""
SEND_SECONDS = 4


def celery_application(url: SecretStr) -> Celery:
    """A Celery application on this broker. Results are not kept: tasks write theirs to the database."""
    application = Celery("tasks", broker=url.get_secret_value(), set_as_current=False)
    application.conf.update(
        task_default_queue=QUEUE,
        task_serializer="json",
        accept_content=["json"],
        task_ignore_result=True,
        enable_utc=True,
        timezone="UTC",
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        task_soft_time_limit=SOFT_LIMIT_SECONDS,
        task_time_limit=HARD_LIMIT_SECONDS,
        broker_pool_limit=2,
        broker_connection_timeout=2,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport_options={
            "visibility_timeout": VISIBILITY_SECONDS,
            "socket_connect_timeout": 2,
            "socket_timeout": 10,  # above the worker's blocking read
            "socket_keepalive": True,
            "health_check_interval": 25,
        },
        task_publish_retry_policy={"max_retries": 1, "interval_start": 0, "interval_step": 0.2, "interval_max": 0.2},
    )
    return application


class TaskQueue:
    """Sends tasks from the web process without holding up its loop."""

    def __init__(self, url: SecretStr) -> None:
        self._application = celery_application(url)

    async def send(self, task: str, *arguments: Any) -> None:
        """Put a task into the queue.

        Raises:
            UnavailableError: when the broker does not take it in time.

        """
        try:
            await within(SEND_SECONDS, asyncio.to_thread(self._application.send_task, task, arguments))
        except (OperationalError, OSError, TimeoutError) as error:
            raise UnavailableError("the task queue") from error

    def close(self) -> None:
        """Close the connections."""
        self._application.close()
