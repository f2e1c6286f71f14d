"""At most so many requests of one client a minute and an hour, counted in Redis for all replicas together.

Both limits are one question to Redis. While Redis is away each process counts by itself: what only reads needs no
Redis, and must not fail for want of it.
"""

from __future__ import annotations

import hashlib
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

from redis.asyncio import Redis
from redis.exceptions import RedisError
from starlette.types import ASGIApp, Receive, Scope, Send

from admission import NEVER_SHED
from deadline import within
from errors import ApiError, error_response
from settings import SchedulerSettings

ANSWER_SECONDS = 1.5
AWAY_SECONDS = 5.0
"""How long nobody asks Redis again after it did not answer: the wait for it is one request's, not each one's."""
NETWORK_BITS = 64
"""Of an IPv6 address: what one customer is given at least. Source: RFC 6177, section 2."""
MOST_CLIENTS = 20_000
"""That a process counts by itself; of more, those that came first are forgotten: some 10 MiB."""
KEY = "analytics:rate:"

SCRIPT = """
local time = redis.call('TIME')
local now = tonumber(time[1]) + tonumber(time[2]) / 1000000
local longest, answers = 0, {}
for i = 1, #ARGV, 2 do
  local limit, seconds = tonumber(ARGV[i]), tonumber(ARGV[i + 1])
  longest = math.max(longest, seconds)
  local number = math.floor(now / seconds)
  local held = redis.call('HMGET', KEYS[1], 'w' .. i, 'c' .. i, 'f' .. i)
  local window, current, former = tonumber(held[1]) or number, tonumber(held[2]) or 0, tonumber(held[3]) or 0
  if window < number then
    former = window == number - 1 and current or 0
    current = 0
  end
  local passed = now - number * seconds
  local left = limit - current - math.floor(former * (1 - passed / seconds))
  answers[#answers + 1] = {left, current, former, math.floor(passed * 1000)}
  if left > 0 then
    redis.call('HSET', KEYS[1], 'w' .. i, number, 'c' .. i, current + 1, 'f' .. i, former)
  end
end
redis.call('EXPIRE', KEYS[1], 2 * longest)
return answers
"""
"""One hash for each client: for each limit the number of its window, what is counted in it, and in the one before."""


@dataclass(frozen=True, slots=True)
class Limit:
    """So many requests in any so many seconds.

    Counted in windows of that length; of the window before, the share that is not yet so long ago counts too.
    """

    requests: int
    seconds: int

    def left(self, current: int, former: int, passed: float) -> int:
        """How many more may come, `passed` seconds after the window began."""
        return self.requests - current - math.floor(former * (1 - passed / self.seconds))

    def wait(self, current: int, former: int, passed: float) -> int:
        """The seconds until one more may come."""
        if current < self.requests:
            seconds = self._share_gone(former, self.requests - current) - passed
        else:
            seconds = self.seconds - passed + self._share_gone(current, self.requests)
        return max(1, math.floor(seconds + 1e-6) + 1)  # after that moment, not at it

    def _share_gone(self, former: int, room: int) -> float:
        """When in the next window the share of `former` first leaves room for less than `room`."""
        return self.seconds * max(0.0, 1 - room / former) if former else 0.0


class OwnCount:
    """The same in this process's memory, for as long as Redis is away."""

    def __init__(self, limits: Sequence[Limit], clock: Callable[[], float] = time.time) -> None:
        self._limits = limits
        self._clock = clock
        self._counts: dict[str, list[tuple[int, int, int]]] = {}

    def seconds_to_wait(self, client: str) -> int:
        """Count a request."""
        now, wait = self._clock(), 0
        counts = self._counts.pop(client, None) or [(0, 0, 0)] * len(self._limits)
        self._counts[client] = counts  # the last one now
        if len(self._counts) > MOST_CLIENTS:
            del self._counts[next(iter(self._counts))]
        for place, limit in enumerate(self._limits):
            number, passed = int(now // limit.seconds), now % limit.seconds
            window, current, former = counts[place]
            if window < number:
                current, former = 0, current if window == number - 1 else 0
            if limit.left(current, former, passed) > 0:
                current += 1
            else:
                wait = max(wait, limit.wait(current, former, passed))
            counts[place] = (number, current, former)
        return wait


class RateLimit:
    """Both limits, asked at once. A request that one of them refuses still counts for the other.

    The replicas' own counts are not each other's, so that while Redis is away a client has up to its rate at each.
    """

    def __init__(self, redis: Redis, settings: SchedulerSettings) -> None:
        self._limits = (Limit(settings.rate_limit_per_minute, 60), Limit(settings.rate_limit_per_hour, 3600))
        self._arguments = [number for limit in self._limits for number in (limit.requests, limit.seconds)]
        self._script = redis.register_script(SCRIPT)
        self._own = OwnCount(self._limits)
        self._away_until = 0.0

    async def seconds_to_wait(self, client: str) -> int:
        """Count a request of `client`: 0 when it may pass, else the seconds until it is worth another try."""
        key = KEY + hashlib.blake2b(client.encode(), digest_size=16).hexdigest()  # as long as it likes, kept in short
        now = time.monotonic()
        if now < self._away_until:
            return self._own.seconds_to_wait(key)
        if self._away_until:
            self._away_until = now + AWAY_SECONDS  # so that this request alone finds out
        try:
            seconds = await within(ANSWER_SECONDS, self._shared(key))
        except (RedisError, OSError):
            self._away_until = time.monotonic() + AWAY_SECONDS
            return self._own.seconds_to_wait(key)
        self._away_until = 0.0
        return seconds

    async def _shared(self, key: str) -> int:
        answers = await self._script(keys=[key], args=self._arguments)
        waits = (
            limit.wait(current, former, milliseconds / 1000)
            for limit, (left, current, former, milliseconds) in zip(self._limits, answers, strict=True)
            if left <= 0
        )
        return max(waits, default=0)


class RateLimitMiddleware:
    """Refuses with 429 and Retry-After what is over a limit: by the token's subject, else by address."""

    def __init__(self, app: ASGIApp, limit: RateLimit) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in {"http", "websocket"} and scope["path"] not in NEVER_SHED:
            wait = await self._limit.seconds_to_wait(client_of(scope))
            if wait:
                refusal = ApiError(429, "rate_limited", f"too many requests, wait {wait} s", {"Retry-After": str(wait)})
                await error_response(refusal)(scope, receive, send)
                return
        await self._app(scope, receive, send)


def client_of(scope: Scope) -> str:
    """Who is counted: the subject of an accepted token, else the address, of IPv6 the network."""
    claims = scope["state"]["claims"]
    if claims is not None:
        return f"subject:{claims.subject}"
    client = scope.get("client")
    return f"address:{network_of(client[0]) if client else 'unknown'}"


def network_of(address: str) -> str:
    """An IPv6 address's network, since one customer has all of it; an IPv4 address as it is, however it is written."""
    try:
        parsed = ip_address(address)
    except ValueError:  # a proxy's word for it
        return address
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return f"{IPv6Address(int(parsed) >> (128 - NETWORK_BITS) << (128 - NETWORK_BITS))}/{NETWORK_BITS}"
