"""What the routes work with, made once for the process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Self

from fastapi import Depends
from redis.asyncio import Redis
from starlette.requests import HTTPConnection

import redis_client
from admission import Admission
from bodies import Bodies
from broker import TaskQueue
from bucket import Bucket
from database import Database
from hub import Hub
from settings import WebSettings
from summary import Summaries
from watch import DATABASE, REDIS, Watch


@dataclass(frozen=True, slots=True)
class Services:
    """Connections are made when first used: nothing here needs the database or Redis to be there."""

    settings: WebSettings
    version: str
    database: Database
    redis: Redis
    watch: Watch
    hub: Hub
    summaries: Summaries
    queue: TaskQueue
    bucket: Bucket
    admission: Admission
    bodies: Bodies

    @classmethod
    def create(cls, settings: WebSettings, version: str) -> Self:
        """The real ones, from the settings."""
        database = Database(settings.database_url)
        redis = redis_client.connect(settings.redis_url)
        summaries = Summaries(database, forecast=settings.enable_predictive_analytics)
        return cls(
            settings=settings,
            version=version,
            database=database,
            redis=redis,
            watch=Watch({DATABASE: database.check, REDIS: redis.ping}, settings.readiness_outage_seconds),
            hub=Hub(redis, summaries.forget),
            summaries=summaries,
            queue=TaskQueue(settings.redis_url),
            bucket=Bucket(settings.exports_bucket, settings.aws_region),
            admission=Admission(),
            bodies=Bodies(),
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
