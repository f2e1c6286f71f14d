"""Whether the process works, and whether it can serve."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import psycopg
from fastapi import APIRouter
from fastapi.responses import JSONResponse
from redis.exceptions import AuthenticationError, RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

from deadline import within
from services import Services, ServicesOf

CHECK_SECONDS = 2

router = APIRouter()


@router.get("/health")
async def health(services: ServicesOf) -> dict[str, str]:
    """The process works. Nothing else is asked: a restart would not bring the database back."""
    return {"status": "ok", "version": services.version}


@router.get("/health/ready")
async def ready(services: ServicesOf) -> JSONResponse:
    """The database accepts a new connection and Redis answers; both are asked at once."""
    database, redis = await asyncio.gather(_state(services.database.check()), _state(_ping(services)))
    is_ready = database == redis == "ok"
    content = {"status": "ready" if is_ready else "not ready", "database": database, "redis": redis}
    return JSONResponse(content, 200 if is_ready else 503)


async def _ping(services: Services) -> None:
    await services.redis.ping()


async def _state(check: Coroutine[Any, Any, None]) -> str:
    """`ok`, or a reason in our own words: a driver's may hold addresses and names."""
    try:
        await within(CHECK_SECONDS, check)
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
