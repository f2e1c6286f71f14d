"""At most so many requests of one client a minute and an hour, counted in Redis for all replicas together."""

from __future__ import annotations

import asyncio
import math
import time
from typing import Any

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.aio.storage import RedisStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from redis.asyncio import Redis
from redis.exceptions import RedisError
from starlette.types import ASGIApp, Receive, Scope, Send

from errors import ApiError, UnavailableError, error_response
from settings import SchedulerSettings

UNLIMITED = frozenset({"/health", "/health/ready", "/metrics"})


class RateLimit:
    """Both limits, asked at once. A request that one of them refuses still counts for the other."""

    def __init__(self, redis: Redis, settings: SchedulerSettings) -> None:
        # The storage takes the pool and leaves the address alone; it wants one to know which server it speaks to.
        options: dict[str, Any] = {"connection_pool": redis.connection_pool}
        storage = RedisStorage("async+redis://", implementation="redispy", **options)
        self._limiter = SlidingWindowCounterRateLimiter(storage)
        self._items: tuple[RateLimitItem, ...] = (
            RateLimitItemPerMinute(settings.rate_limit_per_minute),
            RateLimitItemPerHour(settings.rate_limit_per_hour),
        )

    async def seconds_to_wait(self, client: str) -> int:
        """Count a request of `client`: 0 when it may pass, else the seconds until it is worth another try."""
        allowed = await asyncio.gather(*(self._limiter.hit(item, client) for item in self._items))
        waits = [
            await self._wait(item, client) for item, passed in zip(self._items, allowed, strict=True) if not passed
        ]
        return max(waits, default=0)

    async def _wait(self, item: RateLimitItem, client: str) -> int:
        window = await self._limiter.get_window_stats(item, client)
        return max(1, math.ceil(window.reset_time - time.time()))


class RateLimitMiddleware:
    """Refuses with 429 and Retry-After what is over a limit: by the token's subject, else by address."""

    def __init__(self, app: ASGIApp, limit: RateLimit) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in {"http", "websocket"} and scope["path"] not in UNLIMITED:
            refusal = await self._refusal(scope)
            if refusal is not None:
                await error_response(refusal)(scope, receive, send)
                return
        await self._app(scope, receive, send)

    async def _refusal(self, scope: Scope) -> ApiError | None:
        try:
            wait = await self._limit.seconds_to_wait(_client(scope))
        except (RedisError, OSError):
            # A websocket goes on to its route, which closes it with a code that a browser can see.
            return UnavailableError("the rate limiter") if scope["type"] == "http" else None
        if wait:
            return ApiError(429, "rate_limited", f"too many requests, wait {wait} s", {"Retry-After": str(wait)})
        return None


def _client(scope: Scope) -> str:
    claims = scope["state"]["claims"]
    if claims is not None:
        return f"subject:{claims.subject}"
    address = scope.get("client")
    return f"address:{address[0] if address else 'unknown'}"
