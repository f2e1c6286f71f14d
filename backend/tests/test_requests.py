"""What the application does with a request before any server is asked; none is running here."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from application import create_application
from errors import install_error_handlers
from observation import ObservationMiddleware
from tests.conftest import token, web_settings
from tests.servers import WEB


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    """The observation before routes that do nothing or fail."""
    application = FastAPI()
    install_error_handlers(application)
    application.add_middleware(ObservationMiddleware)

    @application.get("/api/nothing")
    async def nothing() -> None:
        return

    @application.get("/api/broken")
    async def broken() -> None:
        raise RuntimeError("not for the client")

    async with httpx.AsyncClient(transport=httpx.ASGITransport(application), base_url="http://test") as it:
        yield it


async def test_a_request_id_that_could_forge_a_line_is_replaced(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/nothing", headers={"X-Request-ID": 'x" , "admin": "1'})
    assert answer.headers["x-request-id"].isalnum()


async def test_an_unexpected_error_tells_the_client_only_the_request_id(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/broken", headers={"X-Request-ID": "abc-2"})
    assert answer.status_code == 500
    assert answer.json()["error"] == {"code": "internal", "message": "something went wrong here, request abc-2"}


@pytest.fixture
async def application() -> AsyncIterator[FastAPI]:
    """The whole application, with neither database nor Redis."""
    application = create_application(web_settings(), "1.2.3")
    yield application
    await application.state.services.close()


@pytest.fixture
async def service(application: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(application), base_url="http://test") as it:
        yield it


async def test_health_needs_nothing_else(service: httpx.AsyncClient) -> None:
    answer = await service.get("/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "version": "1.2.3"})


async def test_readiness_names_what_is_down_and_shows_no_address(
    application: FastAPI, service: httpx.AsyncClient
) -> None:
    await application.state.services.watch.look()
    answer = await service.get("/health/ready")
    assert answer.status_code == 503
    down = "down: no connection"
    assert answer.json() == {"status": "not ready", "database": down, "redis": down}


async def test_without_redis_no_request_passes_unlimited(service: httpx.AsyncClient) -> None:
    allowed = int(WEB["RATE_LIMIT_PER_MINUTE"])
    headers = {"Authorization": f"Bearer {token()}"}
    answers = [await service.get("/api/exports", headers=headers) for _ in range(allowed + 2)]
    assert [answer.status_code for answer in answers] == [405] * allowed + [429] * 2


async def test_without_the_database_a_request_is_told_when_to_come_again(service: httpx.AsyncClient) -> None:
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


async def test_the_document_names_every_refusal_of_each_route_in_the_shape_of_all_errors(
    service: httpx.AsyncClient,
) -> None:
    document = (await service.get("/openapi.json")).json()
    refusals = {
        (method, path): {status for status in operation["responses"] if status >= "400"}
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if path.startswith("/api/")
    }
    always = {"401", "422", "429", "503"}
    assert refusals == {
        ("post", "/api/events"): always | {"400", "408", "413"},
        ("get", "/api/summary"): always,
        ("post", "/api/exports"): always | {"404"},
        ("get", "/api/exports/{export_id}"): always | {"404"},
    }
    shapes = {
        answer["content"]["application/json"]["schema"]["$ref"]
        for path, operations in document["paths"].items()
        for operation in operations.values()
        for status, answer in operation["responses"].items()
        if path.startswith("/api/") and status >= "400"
    }
    assert shapes == {"#/components/schemas/ErrorAnswer"}
