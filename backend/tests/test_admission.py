"""What is more than can be done is refused at once, and nothing that keeps the pod alive is."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from fastapi import FastAPI

from admission import NEVER_SHED, RETRY_SECONDS, Admission, AdmissionMiddleware, OverloadedError
from errors import install_error_handlers
from tests.servers import until


async def test_one_more_is_refused_and_those_before_it_are_served() -> None:
    application, admission, go = FastAPI(), Admission(at_once=2), asyncio.Event()
    install_error_handlers(application)
    application.add_middleware(AdmissionMiddleware, admission=admission)

    @application.get("/api/slow")
    async def slow() -> str:
        await go.wait()
        return "done"

    for path in NEVER_SHED:
        application.add_api_route(path, lambda: "well")

    async with httpx.AsyncClient(transport=httpx.ASGITransport(application), base_url="http://test") as client:
        served = [asyncio.create_task(client.get("/api/slow")) for _ in range(2)]
        await until(lambda: admission.in_work == 2)
        refused = await client.get("/api/slow")
        assert (refused.status_code, refused.headers["retry-after"]) == (503, str(RETRY_SECONDS))
        assert refused.json()["error"]["code"] == "overloaded"
        assert [(await client.get(path)).status_code for path in sorted(NEVER_SHED)] == [200] * len(NEVER_SHED)
        go.set()
        assert [(await each).json() for each in served] == ["done"] * 2
        assert (await client.get("/api/slow")).status_code == 200
    assert admission.in_work == 0


@contextmanager
def place(admission: Admission) -> Iterator[None]:
    admission.enter()
    with admission.held():
        yield


async def test_who_waits_for_a_client_takes_no_place_and_may_find_none_afterwards() -> None:
    admission = Admission(at_once=1)
    with place(admission):
        with admission.waiting(), place(admission):
            assert admission.in_work == 1
        with pytest.raises(OverloadedError):
            admission.enter()
    with pytest.raises(OverloadedError), place(admission), admission.waiting():
        admission.enter()
    assert admission.in_work == 1, "the one that came meanwhile"


async def test_a_failure_gives_its_place_back() -> None:
    admission = Admission(at_once=1)
    with pytest.raises(LookupError), place(admission), admission.waiting():
        raise LookupError
    assert admission.in_work == 0
