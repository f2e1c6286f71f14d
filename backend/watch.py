"""What the process knows of PostgreSQL and Redis: it looks by itself, so that who asks for its health costs nothing.

Each look opens a new connection to the database, because a password that no longer fits shows only there. A login for
each answer instead would be several a second: every load balancer node and the kubelet ask.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

import psycopg
import structlog
from redis.exceptions import AuthenticationError, RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

from deadline import within

DATABASE = "database"
REDIS = "redis"
CHECK_SECONDS = 2
"""How long an answer may take."""
WELL_SECONDS = 10.0
"""Between two looks while all is well: one login in so long for each process."""
ILL_SECONDS = 2.0
"""Between two looks while something is away, and until the database was there for the first time."""

Check = Callable[[], Coroutine[Any, Any, object]]

log = structlog.get_logger()


class Watch:
    """Looks at what the process depends on, and decides what an outage means for its readiness.

    Until the database has let it in once it is not ready: a process with a wrong password never is, and stops the
    rollout that brought it. From then on an outage counts only once it has lasted `outage_seconds`: all replicas see
    the same failover, and if each left the load balancer for it, nobody would be left to answer. Redis is told and
    never counts, since what is read needs none.
    """

    def __init__(
        self, checks: Mapping[str, Check], outage_seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._checks = checks
        self._outage_seconds = outage_seconds
        self._clock = clock
        self._last_success: float | None = None
        self.states: dict[str, str] = dict.fromkeys(checks, "down: not asked yet")

    @property
    def is_ready(self) -> bool:
        """Whether the process should be sent requests."""
        return self._last_success is not None and self._clock() - self._last_success <= self._outage_seconds

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            await self.look()
            well = all(state == "ok" for state in self.states.values())
            await asyncio.sleep(WELL_SECONDS if well else ILL_SECONDS)

    async def look(self) -> None:
        """Ask everything once, all at the same time; a change is a line in the log."""
        begun = self._clock()
        found = await asyncio.gather(*(_state(check) for check in self._checks.values()))
        for name, state in zip(self._checks, found, strict=True):
            if state != self.states[name]:
                (log.info if state == "ok" else log.warning)("a dependency changed", dependency=name, state=state)
            self.states[name] = state
        if self.states[DATABASE] == "ok":
            self._last_success = begun


async def _state(check: Check) -> str:
    """`ok`, or a reason in our own words: a driver's may hold addresses and names."""
    try:
        await within(CHECK_SECONDS, check())
    except (TimeoutError, RedisTimeoutError, psycopg.errors.ConnectionTimeout):
        return f"down: no answer within {CHECK_SECONDS} s"
    except AuthenticationError:
        return "down: login refused"
    except psycopg.OperationalError as error:
        refused = "authentication" in str(error) or "does not exist" in str(error)
        return f"down: {'login refused' if refused else 'no connection'}"
    except (psycopg.Error, RedisError, OSError):
        return "down: no connection"
    return "ok"
