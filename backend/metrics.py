"""What Prometheus reads from the web process."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from fastapi import APIRouter, Response
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from redis.exceptions import RedisError
from sqlalchemy import func, select
from starlette.exceptions import HTTPException

from broker import ASIDE, QUEUE
from deadline import within
from schema import failed_tasks
from services import Services, ServicesOf

SCRAPE_SECONDS = 2

REQUESTS = Counter("http_requests_total", "Requests answered.", ("method", "route", "status"))
DURATION = Histogram("http_request_duration_seconds", "Time until a request was answered.", ("method", "route"))

router = APIRouter()


@router.get("/metrics", include_in_schema=False)
async def metrics(services: ServicesOf) -> Response:
    """The process's own figures, and those of the queue and the failed tasks; what is away is left out."""
    scrape = CollectorRegistry()
    Gauge("websocket_connections", "Websockets open.", registry=scrape).set(services.hub.connected)
    up = Gauge("dependency_up", "Whether the last look at a dependency found it.", ("dependency",), registry=scrape)
    for dependency, state in services.watch.states.items():
        up.labels(dependency).set(state == "ok")
    length, aside, failed = await asyncio.gather(
        _value(_length(services, QUEUE)), _value(_length(services, ASIDE)), _value(_failed_tasks(services))
    )
    if length is not None:
        Gauge("celery_queue_length", "Tasks that wait for a worker.", registry=scrape).set(length)
    if aside is not None:
        Gauge("queue_messages_aside", "What was in the queue and is no task.", registry=scrape).set(aside)
    if failed is not None:
        Gauge("failed_tasks", "Tasks that failed for good and wait for a person.", registry=scrape).set(failed)
    return Response(generate_latest(REGISTRY) + generate_latest(scrape), media_type=CONTENT_TYPE_LATEST)


async def _value(reading: Coroutine[Any, Any, int]) -> int | None:
    try:
        return await within(SCRAPE_SECONDS, reading)
    except (RedisError, OSError, HTTPException):
        return None


async def _length(services: Services, key: str) -> int:
    return int(await services.redis.llen(key))


async def _failed_tasks(services: Services) -> int:
    return (await services.database.rows(select(func.count()).select_from(failed_tasks)))[0][0]
