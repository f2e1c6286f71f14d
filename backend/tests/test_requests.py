"""What the application does with a request before any server is asked; none is running here."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI, Request

from application import create_application
from body_limit import BodyLimitMiddleware
from errors import install_error_handlers
from observation import ObservationMiddleware
from tests.conftest import token, web_settings

MIB = 1024 * 1024


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    """The body limit and the observation before a route that reads the body."""
    application = FastAPI()
    install_error_handlers(application)
    application.add_middleware(BodyLimitMiddleware, mebibytes=1)
    application.add_middleware(ObservationMiddleware)

    @application.post("/api/echo/{name}")
    async def echo(request: Request, name: str) -> dict[str, int]:
        return {name: len(await request.body())}

    @application.get("/api/broken")
    async def broken() -> None:
        raise RuntimeError("not for the client")

    async with httpx.AsyncClient(transport=httpx.ASGITransport(application), base_url="http://test") as it:
        yield it


async def test_a_body_of_the_limit_passes(client: httpx.AsyncClient) -> None:
    assert (await client.post("/api/echo/n", content=b"x" * MIB)).json() == {"n": MIB}


async def test_a_longer_body_is_refused_by_its_stated_length(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/echo/n", content=b"x" * (MIB + 1))
    assert answer.status_code == 413
    assert answer.json() == {"error": {"code": "body_too_large", "message": "the body may have 1 MiB"}}


async def test_a_longer_body_in_chunks_is_refused_by_counting(client: httpx.AsyncClient) -> None:
    sent = 0

    async def chunks() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(64):
            sent += 1
            yield b"x" * (MIB // 8)

    answer = await client.post("/api/echo/n", content=chunks())
    assert answer.status_code == 413
    assert answer.json()["error"]["code"] == "body_too_large"
    assert sent < 64


async def test_a_request_id_that_could_forge_a_line_is_replaced(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/echo/n", headers={"X-Request-ID": 'x" , "admin": "1'})
    assert answer.headers["x-request-id"].isalnum()


async def test_an_unexpected_error_tells_the_client_only_the_request_id(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/broken", headers={"X-Request-ID": "abc-2"})
    assert answer.status_code == 500
    assert answer.json()["error"] == {"code": "internal", "message": "something went wrong here, request abc-2"}


@pytest.fixture
async def service() -> AsyncIterator[httpx.AsyncClient]:
    """The whole application, with neither database nor Redis."""
    application = create_application(web_settings(), "1.2.3")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(application), base_url="http://test") as it:
        yield it
    await application.state.services.close()


async def test_health_needs_nothing_else(service: httpx.AsyncClient) -> None:
    answer = await service.get("/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "version": "1.2.3"})


async def test_readiness_names_what_is_down_and_shows_no_address(service: httpx.AsyncClient) -> None:
    answer = await service.get("/health/ready")
    assert answer.status_code == 503
    down = "down: no connection"
    assert answer.json() == {"status": "not ready", "database": down, "redis": down}


async def test_without_redis_no_request_passes_unlimited(service: httpx.AsyncClient) -> None:
    answer = await service.get("/api/summary", headers={"Authorization": f"Bearer {token()}"})
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"
    assert answer.json()["error"]["code"] == "unavailable"


async def test_metrics_count_by_route_template_and_leave_out_what_is_away(service: httpx.AsyncClient) -> None:
    await service.get("/health")
    await service.get("/api/exports/00000000-0000-0000-0000-000000000001")
    text = (await service.get("/metrics")).text
    assert 'http_requests_total{method="GET",route="/health",status="200"}' in text
    assert 'http_request_duration_seconds_count{method="GET",route="/health"}' in text
    assert "websocket_connections 0.0" in text
    assert "/api/exports/0" not in text
    assert "celery_queue_length" not in text
    assert "\nfailed_tasks" not in text
