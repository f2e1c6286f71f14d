"""Bodies are read for accepted tokens alone, within bounds of size, time, number and sum; what is in them too."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI, Request

from admission import AT_ONCE, OverloadedError
from application import create_application
from bodies import READERS_OF_ONE, ROUTE_BYTES, Bodies
from errors import LONGEST_ERROR, MOST_ERRORS, ApiError, install_error_handlers
from tests.conftest import token, web_settings
from tests.servers import until
from text import DEEPEST, MOST_VALUES


@pytest.fixture
async def application() -> AsyncIterator[FastAPI]:
    """The whole application, with neither database nor Redis."""
    application = create_application(web_settings(RATE_LIMIT_PER_MINUTE="100000", RATE_LIMIT_PER_HOUR="100000"), "1")
    yield application
    await application.state.services.close()


@pytest.fixture
async def client(application: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(application)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as it:
        yield it


class Chunks:
    """A body that notes how much of it was read."""

    def __init__(self, chunk: bytes, number: int) -> None:
        self.chunk, self.number, self.read = chunk, number, 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for _ in range(self.number):
            self.read += 1
            yield self.chunk


def signed() -> dict[str, str]:
    return {"Authorization": f"Bearer {token()}", "Content-Type": "application/json"}


@pytest.mark.parametrize("authorization", [None, "Bearer rubbish", "Basic YTpi"])
@pytest.mark.parametrize("path", ["/api/events", "/api/exports"])
async def test_without_an_accepted_token_nothing_of_a_body_is_read(
    client: httpx.AsyncClient, path: str, authorization: str | None
) -> None:
    body = Chunks(b"[" * 65536, 100)
    headers = {"Content-Type": "application/json"} | ({"Authorization": authorization} if authorization else {})
    answer = await client.post(path, content=body, headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"], body.read) == (401, "unauthorized", 0)


async def test_over_the_rate_nothing_of_a_body_is_read() -> None:
    application = create_application(web_settings(RATE_LIMIT_PER_MINUTE="1"), "1")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(application), base_url="http://test") as client:
        headers, body = signed(), Chunks(b"x", 10)
        await client.get("/api/exports", headers=headers)
        answer = await client.post("/api/events", content=body, headers=headers)
    assert (answer.status_code, body.read) == (429, 0)
    await application.state.services.close()


async def test_a_body_over_the_routes_limit_is_refused_by_its_stated_length(client: httpx.AsyncClient) -> None:
    for length in (ROUTE_BYTES + 1, 10**30):
        body = Chunks(b"x", 10)
        answer = await client.post("/api/events", content=body, headers=signed() | {"Content-Length": str(length)})
        message = f"the body may have {ROUTE_BYTES // 1024} KiB"
        assert (answer.status_code, body.read) == (413, 0)
        assert answer.json() == {"error": {"code": "body_too_large", "message": message}}


async def test_a_longer_body_in_chunks_is_refused_by_counting(client: httpx.AsyncClient) -> None:
    body = Chunks(b"x" * 8192, 1000)
    answer = await client.post("/api/events", content=body, headers=signed())
    assert answer.status_code == 413
    assert body.read == ROUTE_BYTES // 8192 + 1


async def test_a_body_of_the_limit_is_looked_at(client: httpx.AsyncClient) -> None:
    text = json.dumps({"name": "a", "properties": {"x": ""}})
    body = text.replace('""', '"' + "x" * (ROUTE_BYTES - len(text)) + '"').encode()
    assert len(body) == ROUTE_BYTES
    answer = await client.post("/api/events", content=body, headers=signed())
    assert answer.json()["error"]["code"] == "unavailable", "all was right but for the database"


def unfinished(first: bytes = b"", forever: bool = True) -> Request:
    """A request whose body never ends, or ends with its client."""
    waiting = [{"type": "http.request", "body": first, "more_body": True}]

    async def receive() -> dict[str, object]:
        if waiting:
            return waiting.pop()
        if forever:
            await asyncio.Event().wait()
        return {"type": "http.disconnect"}

    return Request({"type": "http", "headers": [], "method": "POST", "path": "/"}, receive)


async def test_an_unfinished_body_has_a_deadline() -> None:
    with pytest.raises(ApiError) as refused:
        await Bodies().read(unfinished(b"x"), "ann", 10, seconds=0.1)
    assert (refused.value.status_code, refused.value.code) == (408, "body_too_slow")


async def test_a_body_whose_client_left_is_no_error_of_ours() -> None:
    with pytest.raises(ApiError) as refused:
        await Bodies().read(unfinished(b"x", forever=False), "ann", 10)
    assert refused.value.status_code == 400


async def test_all_bodies_together_are_bounded_and_given_back() -> None:
    bodies = Bodies(held_bytes=100)
    first = asyncio.create_task(bodies.read(unfinished(b"x" * 60), "ann", 100))
    await asyncio.sleep(0)
    with pytest.raises(OverloadedError):
        await bodies.read(unfinished(b"x" * 60), "bob", 100)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    with pytest.raises(ApiError) as refused:
        await bodies.read(unfinished(b"x" * 60), "bob", 100, seconds=0.05)
    assert refused.value.status_code == 408, "there is room again"
    assert (bodies._held, bodies._reading) == (0, {})


async def test_one_subject_and_all_together_have_so_many_unfinished_bodies() -> None:
    bodies = Bodies(readers=READERS_OF_ONE + 1)
    waiting = [asyncio.create_task(bodies.read(unfinished(), "ann", 9)) for _ in range(READERS_OF_ONE)]
    await asyncio.sleep(0)
    with pytest.raises(ApiError) as refused:
        await bodies.read(unfinished(), "ann", 9)
    assert (refused.value.status_code, refused.value.code) == (429, "too_many_unfinished")
    waiting.append(asyncio.create_task(bodies.read(unfinished(), "bob", 9)))
    await asyncio.sleep(0)
    with pytest.raises(OverloadedError):
        await bodies.read(unfinished(), "eve", 9)
    for each in waiting:
        each.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)


NESTED = '{"name":"a","properties":{"x":%s}}'

HOSTILE = {
    "NUL": NESTED % r'"\u0000"',
    "NUL in a key": r'{"name":"a","properties":{"\u0000":1}}',
    "NUL deep in a key": NESTED % r'[{"a\u0000b":[]}]',
    "half a pair": NESTED % r'"\ud800"',
    "the other half": NESTED % r'"\udc00\ud800"',
    "half a pair in a key": r'{"name":"a","properties":{"\ud800":1}}',
    "half a pair in a name nobody knows": r'{"name":"a","\ud800":1}',
    "NaN": NESTED % "NaN",
    "Infinity": NESTED % "[-Infinity]",
    "1e400": NESTED % "1e400",
    "-1e400, deep": NESTED % '[[{"a":-1e400}]]',
    "400 digits": NESTED % ("9" * 400),
    "5000 digits": NESTED % ("9" * 5000),
    "too deep": NESTED % ("[" * DEEPEST + "]" * DEEPEST),
    "very deep": NESTED % ("[" * 16000 + "]" * 16000),
    "too many": NESTED % json.dumps([0] * MOST_VALUES),
    "very many lists": NESTED % ("[" + ",".join(["[]"] * 20000) + "]"),
    "a long key": NESTED % json.dumps({"k" * 1000: 1}),
    "no UTF-8": b'{"name":"a\xff"}',
    "UTF-16": '{"name":"a"}'.encode("utf-16"),
    "nothing": "",
    "no JSON": "{",
    "a list": "[]",
    "16,000 lists, 3 deep": "[" + ",".join(["[[[]]]"] * 8000) + "]",
    "no object": NESTED % "1" + "}",
    "properties that are a list": '{"name":"a","properties":[1]}',
    "a name with NUL": r'{"name":"a\u0000"}',
    "an id with NUL": r'{"name":"a","id":"\u0000"}',
    "an id that is a number": '{"name":"a","id":1e400}',
}


@pytest.mark.parametrize("kind", HOSTILE)
async def test_what_the_database_cannot_hold_is_the_clients_mistake(client: httpx.AsyncClient, kind: str) -> None:
    begun = time.process_time()
    answer = await client.post("/api/events", content=HOSTILE[kind], headers=signed())
    assert time.process_time() - begun < 0.5
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid_request"), answer.text
    assert len(answer.text) < 1000


async def test_what_is_within_the_bounds_passes(client: httpx.AsyncClient) -> None:
    properties = {
        "deep": json.loads("[" * (DEEPEST - 1) + "]" * (DEEPEST - 1)),
        "many": [None, True, 1.5, -0.0, 2**63, "é\U0001f600\ufffe"],
        "more": dict.fromkeys((f"k{number}" for number in range(MOST_VALUES - 20)), "v"),
    }
    answer = await client.post("/api/events", json={"name": "a", "properties": properties}, headers=signed())
    assert answer.json()["error"]["code"] == "unavailable", "all was right but for the database"


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
async def test_a_body_of_another_type_is_refused(client: httpx.AsyncClient, content_type: str) -> None:
    answer = await client.post(
        "/api/events", content=b'{"name":"a"}', headers=signed() | {"Content-Type": content_type}
    )
    assert answer.status_code == 422


@pytest.mark.parametrize(
    "path", ["/api/exports/%00", "/api/exports/%ED%A0%80", "/api/exports/x", "/api/summary?days=1e400"]
)
async def test_a_hostile_path_is_refused(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path, headers=signed())).status_code == 422


async def test_an_answer_names_some_of_the_faults_and_is_short() -> None:
    application = FastAPI()
    install_error_handlers(application)

    @application.post("/")
    async def picky(numbers: dict[str, int]) -> None:
        del numbers

    async with httpx.AsyncClient(transport=httpx.ASGITransport(application), base_url="http://test") as client:
        answer = await client.post("/", json={f"{number:03}{'k' * 5000}": "x" for number in range(300)})
    assert answer.status_code == 422
    faults = answer.json()["error"]["message"].split("; ")
    assert [fault[:3] for fault in faults] == [f"{number:03}" for number in range(MOST_ERRORS)] + ["and"]
    assert faults[-1] == f"and {300 - MOST_ERRORS} more"
    assert max(map(len, faults)) == LONGEST_ERROR


async def test_a_slow_body_takes_no_place_from_who_is_served(application: FastAPI, client: httpx.AsyncClient) -> None:
    """As many unfinished requests as there are places, of as many subjects, and the next one is served."""

    class Never:
        async def __aiter__(self) -> AsyncIterator[bytes]:
            yield b"{"
            await asyncio.Event().wait()

    slow, services = [], application.state.services
    for _ in range(AT_ONCE + 4):
        slow.append(asyncio.create_task(client.post("/api/events", content=Never(), headers=signed())))
        if len(slow) % 16 == 0:
            await until(lambda: services.bodies._reading.total() == len(slow))
    await until(lambda: services.bodies._reading.total() == AT_ONCE + 4)
    assert services.admission.in_work == 0
    answer = await client.get(f"/api/exports/{uuid4()}", headers=signed())
    assert answer.json()["error"]["code"] == "unavailable"
    for each in slow:
        each.cancel()
    await asyncio.gather(*slow, return_exceptions=True)
    assert services.admission.in_work == 0
