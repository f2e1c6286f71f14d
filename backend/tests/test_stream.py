"""Websockets on real servers: who gets one, for how long, and how it ends."""

from __future__ import annotations

from contextlib import ExitStack

from hub import MOST_OF_ONE
from tests.conftest import Stack, token
from tests.servers import wait_until
from tests.websocket import closing_code, message, websocket


def test_a_websocket_without_an_accepted_token_is_closed_with_4401(stack: Stack) -> None:
    web = stack.web()
    with websocket(web, bearer="rubbish") as socket:
        assert closing_code(socket) == ([], 4401)


def test_a_websocket_ends_with_its_token(stack: Stack) -> None:
    web = stack.web()
    with websocket(web) as other:
        for lifetime in (2, 8, 32, 128):  # on a busy machine a token may end before its websocket begins
            with websocket(web, bearer=token(hours=lifetime / 3600)) as short:
                watch = web.stopwatch
                messages, code = closing_code(short)
                assert code == 4401
                assert watch.seconds < lifetime + 3
            if messages:
                break
        assert messages[0]["type"] == "summary"
        assert message(other)["type"] == "summary"
        assert "websocket_connections 1.0" in web.get("/metrics").text


def test_one_subject_has_so_many_websockets_and_others_theirs(stack: Stack) -> None:
    web, mine = stack.web(RATE_LIMIT_PER_MINUTE="1000"), token()
    with ExitStack() as opened:
        for _ in range(MOST_OF_ONE):
            message(opened.enter_context(websocket(web, bearer=mine)))
        with websocket(web, bearer=mine) as one_more:
            assert closing_code(one_more) == ([], 1013)
        with websocket(web) as another:
            assert message(another)["type"] == "summary"
    with websocket(web, bearer=mine) as again:
        assert message(again)["type"] == "summary"


def test_a_stopping_server_tells_its_websockets_to_come_again(stack: Stack) -> None:
    web = stack.web()
    with websocket(web) as first, websocket(web) as second:
        message(first)
        message(second)
        watch = web.stopwatch
        web.process.process.terminate()
        for socket in (first, second):
            assert closing_code(socket) == ([{"type": "reconnect"}], 1012)
        wait_until(lambda: watch.seconds >= 0 and web.process.process.poll() is not None, 0.01)
    assert watch.seconds < 5
    assert "Traceback" not in web.process.log()
