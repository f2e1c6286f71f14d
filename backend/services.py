"""What the routes work with, made once for the process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Self

from fastapi import Depends
from redis.asyncio import Redis
from starlette.requests import HTTPConnection

import redis_client
from broker import TaskQueue
from bucket import Bucket
from database import Database
from hub import Hub
from settings import WebSettings


@dataclass(frozen=True, slots=True)
class Services:
    """Connections are made when first used: nothing here needs the database or Redis to be there."""

    settings: WebSettings
    version: str
    database: Database
    redis: Redis
    hub: Hub
    queue: TaskQueue
    bucket: Bucket

    @classmethod
    def create(cls, settings: WebSettings, version: str) -> Self:
        """The real ones, from the settings."""
        redis = redis_client.connect(settings.redis_url)
        return cls(
            settings=settings,
            version=version,
            database=Database(settings.database_url),
            redis=redis,
            hub=Hub(redis),
            queue=TaskQueue(settings.redis_url),
            bucket=Bucket(settings.exports_bucket, settings.aws_region),
        )

    async def close(self) -> None:
        """Close the connections."""
        self.queue.close()
        await self.redis.aclose()
        await self.redis.connection_pool.disconnect()
        await self.database.close()


async def services_of(connection: HTTPConnection) -> Services:
    """The services of the application that serves this request; `async`, since others are run in a thread."""
    return connection.app.state.services


ServicesOf = Annotated[Services, Depends(services_of)]
