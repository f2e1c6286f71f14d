"""What a client may not do: too large, without a token, too often."""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable, Iterator

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.service import configuration
from tests.service.client import Client
from tests.service.minute import Minute
from tests.service.processes import MIB, PATIENCE_SECONDS
from tests.service.service import Web

pytestmark = pytest.mark.service

BAD_TOKENS: dict[str, Callable[[Client], str]] = {
    "none": lambda client: "",
    "garbage": lambda client: "not.a.token",
    "signed with another key": lambda client: client.sign(key="x" * 64),
    "expired": lambda client: client.sign(exp=int(time.time()) - 3600),
    "without exp": lambda client: client.sign(exp=None),
    "without sub": lambda client: client.sign(sub=None),
    "another algorithm": lambda client: client.sign(algorithm="HS512"),
    "unsigned": lambda client: client.sign(algorithm="none"),
}


def test_a_body_declared_over_the_limit_is_refused_before_it_is_sent(
    web: Web, shown: Callable[[str, str], None]
) -> None:
    limit = configuration.environment().edge.body_limit_mib * MIB
    connection = http.client.HTTPConnection("127.0.0.1", web.port, timeout=PATIENCE_SECONDS)
    connection.putrequest("POST", "/api/events")
    connection.putheader("Authorization", f"Bearer {web.client().token}")
    connection.putheader("Content-Type", "application/json")
    connection.putheader("Content-Length", str(limit + 1))
    connection.endheaders()
    assert connection.getresponse().status == 413
    connection.close()
    shown("body over the limit, declared", "413 before the body is sent")


def test_a_chunked_body_over_the_limit_is_refused(web: Web, shown: Callable[[str, str], None]) -> None:
    limit = configuration.environment().edge.body_limit_mib * MIB

    def pieces() -> Iterator[bytes]:
        for _ in range(limit // MIB + 1):
            yield b" " * MIB

    answer = web.client().post("/api/events", content=pieces(), headers={"Content-Type": "application/json"})
    assert answer.status_code == 413, answer.text
    assert set(answer.json()["error"]) == {"code", "message"}
    shown("body over the limit, chunked", "413")


@pytest.mark.parametrize("kind", BAD_TOKENS)
def test_a_bad_token_is_refused(kind: str, web: Web) -> None:
    client = web.client()
    answer = client.get("/api/summary", token=BAD_TOKENS[kind](client))
    assert answer.status_code == 401, answer.text
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert set(answer.json()["error"]) == {"code", "message"}


@pytest.mark.parametrize("kind", ["expired", "signed with another key"])
def test_a_bad_token_opens_no_websocket(kind: str, web: Web) -> None:
    client = web.client()
    token = BAD_TOKENS[kind](client)
    try:
        with client.websocket(token) as websocket:
            closed = websocket.wait_closed()
            assert closed is not None
            assert closed.code == 4401
            assert not websocket.received
    except InvalidStatus as refused:
        assert refused.response.status_code == 403
    except ConnectionClosed as closed:
        assert closed.rcvd is not None
        assert closed.rcvd.code == 4401


def test_tokens_of_the_main_application_and_of_issue_token_are_accepted(
    web: Web, shown: Callable[[str, str], None]
) -> None:
    client = web.client()
    assert client.get("/api/summary", token=client.sign(key="SHARED_JWT_SECRET")).status_code == 200
    status, printed = web.run(["python", "-m", "issue_token", "--subject", client.subject, "--hours", "1"])
    assert status == 0, printed
    assert client.get("/api/summary", token=printed.strip()).status_code == 200
    shown("tokens", f"{len(BAD_TOKENS)} bad ones 401; shared secret's and issue_token's accepted")


def test_a_client_over_the_rate_is_told_when_to_come_back_and_let_in_then(
    minute: Minute, web: Web, shown: Callable[[str, str], None]
) -> None:
    allowed = int(web.variables["RATE_LIMIT_PER_MINUTE"])
    statuses = [answer.status_code for answer in minute.answers_over_the_rate]
    assert statuses == [200] * allowed + [429]
    refused = minute.answers_over_the_rate[-1]
    seconds = int(refused.headers["retry-after"])
    assert 1 <= seconds <= 60
    assert set(refused.json()["error"]) == {"code", "message"}
    assert minute.health_over_the_rate == 200
    assert minute.other_client_meanwhile == 200
    time.sleep(max(0.0, minute.refused_at + seconds - time.time()))
    assert minute.limited.get("/api/summary").status_code == 200
    shown("over the rate", f"429 after {allowed}, Retry-After {seconds} s, let in then; others are not kept out")
