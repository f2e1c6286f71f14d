"""Redis, with a bound on everything and few connections."""

from __future__ import annotations

from pydantic import SecretStr
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

CONNECT_SECONDS = 2
ANSWER_SECONDS = 2


def connect(url: SecretStr) -> Redis:
    """The web process's client; it connects when first used, and anew after Redis was away."""
    pool = BlockingConnectionPool.from_url(
        url.get_secret_value(),
        max_connections=20,
        timeout=ANSWER_SECONDS,  # waiting for one of them
        socket_connect_timeout=CONNECT_SECONDS,
        socket_timeout=ANSWER_SECONDS,
        retry=Retry(NoBackoff(), 1),  # once: a connection that Redis closed since its last use
        protocol=2,
    )
    return Redis.from_pool(pool)
