"""Whatever is sent to the real web process, it stays under its memory limit and answers its probe within a second.

`pytest tests/test_hostile.py -s` prints the peak of memory and the slowest probe of each case, docs/service-limits.md.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from admission import AT_ONCE
from bodies import READERS_OF_ONE, ROUTE_BYTES
from bodies import SECONDS as BODY_SECONDS
from connections import HEAD_BYTES, HEAD_FIELDS, HEAD_SECONDS, most_connections
from database import ANSWER_SECONDS
from summary import FRESH_SECONDS
from tests.conftest import Stack, Web, token
from tests.hostile import MIB, Watched, connection, event, head, is_closed, status_of
from tests.servers import wait_until

LIMIT_MIB = 512
"""What `backend.resources.limits.memory` gives the pod in every environment."""
PROBE_SECONDS = 1.0

TEN_MIB = 10 * MIB - 100
DEEP = b"[" + b",".join([b"[" * 300 + b"]" * 300] * 16000) + b"]"
WIDE = b"[" + b",".join([b"[]"] * 3_300_000) + b"]"
WIDEST_TAKEN = b'{"name":"a","properties":{"x":[' + b",".join([b"[]"] * 21_000) + b"]}}"


@pytest.fixture
def web(stack: Stack) -> Web:
    return stack.web(RATE_LIMIT_PER_MINUTE="1000000", RATE_LIMIT_PER_HOUR="1000000")


@pytest.fixture
def watched(web: Web, request: pytest.FixtureRequest) -> Iterator[Watched]:
    """The process, watched during the test and found within its bounds after it."""
    with Watched(web) as it:
        time.sleep(0.3)
        yield it
        time.sleep(0.3)
    sys.stdout.write(f"\n{request.node.name}: peak {it.peak_mib:.0f} MiB, slowest probe {it.slowest * 1000:.0f} ms")
    assert it.peak_mib < LIMIT_MIB
    assert it.slowest < PROBE_SECONDS
    assert web.process.process.poll() is None
    assert "Traceback" not in web.process.log()


def at_once(web: Web, request: Callable[[], bytes], number: int) -> list[int]:
    """The statuses of so many of these at the same time."""

    def one(_: int) -> int:
        with connection(web) as opened:
            return status_of(opened, request())

    with ThreadPoolExecutor(number) as pool:
        return [*pool.map(one, range(number))]


@pytest.mark.parametrize("body", [DEEP, WIDE], ids=["deep", "wide"])
def test_large_bodies_without_a_token(watched: Watched, body: bytes) -> None:
    assert set(at_once(watched.web, lambda: event(body, signed=False), 8)) == {401}


@pytest.mark.parametrize("body", [DEEP, WIDE], ids=["deep", "wide"])
def test_large_bodies_with_a_token(watched: Watched, body: bytes) -> None:
    assert set(at_once(watched.web, lambda: event(body, signed=True), 8)) == {413}


@pytest.mark.parametrize("body", [b"[" * ROUTE_BYTES, WIDEST_TAKEN], ids=["deep", "wide"])
def test_the_worst_bodies_that_are_read(watched: Watched, body: bytes) -> None:
    for _ in range(4):
        statuses = at_once(watched.web, lambda: event(body, signed=True), 40)
        assert set(statuses) <= {422, 503}
        assert 422 in statuses


def test_unfinished_bodies(watched: Watched) -> None:
    """100 without a token, 100 with one each, and more of one subject than it may have."""
    web, mine = watched.web, token()
    with ExitStack() as stack:
        begun, watch = time.monotonic(), web.stopwatch
        unsigned = [stack.enter_context(connection(web)) for _ in range(100)]
        for opened in unsigned:
            assert status_of(opened, event(b"[" * 60_000, signed=False, length=TEN_MIB)) == 401
        signed = [stack.enter_context(connection(web)) for _ in range(100)]
        for number, opened in enumerate(signed):
            opened.sendall(event(b"[" * 60_000, signed=True, length=61_000))
            if number % 16 == 15:  # all at once would be more than is admitted
                time.sleep(0.2)
                with connection(web) as probe:
                    assert status_of(probe, head("GET", "/health")) == 200
        begin = head("POST", "/api/events", bearer=mine, Content_Type="application/json", Content_Length=9) + b"{"
        own = [stack.enter_context(connection(web)) for _ in range(READERS_OF_ONE + 1)]
        for opened in own:
            opened.sendall(begin)
        answers = Counter(status_of(opened) for opened in own)
        assert set(answers) <= {408, 429, 503}
        assert answers[429] + answers[503] >= 1, "one is too many, whichever the server comes to last"
        ends = Counter(status_of(opened) for opened in signed)
        assert set(ends) <= {408, 503}, "on a slow machine some find more in work than is admitted"
        assert ends[408] > len(signed) / 2
        assert time.monotonic() - begun >= BODY_SECONDS
        assert watch.seconds < 3 * BODY_SECONDS
        assert all(is_closed(opened) for opened in unsigned + signed)


def test_bodies_that_are_larger_together_than_what_may_be_read(watched: Watched) -> None:
    with ExitStack() as stack:
        opened = [stack.enter_context(connection(watched.web)) for _ in range(200)]
        for each in opened:
            each.sendall(event(b"[" * (ROUTE_BYTES - 100), signed=True, length=ROUTE_BYTES))
        statuses = {status_of(each) for each in opened}
    assert statuses == {408, 503}


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(head("GET", "/health", X="x" * (HEAD_BYTES + 1)), id="one of 32 KiB"),
        pytest.param(head("GET", "/health", X="x" * 60 * MIB), id="one of 60 MiB"),
        pytest.param(head("GET", f"/{'x' * 2 * MIB}"), id="an address of 2 MiB"),
        pytest.param(head("GET", "/health", **{f"X{n}": "x" for n in range(HEAD_FIELDS)}), id="100 and 1"),
        pytest.param(head("GET", "/health", **{f"X{n}": "x" * 1000 for n in range(90)}), id="90 of 1 KiB"),
    ],
)
def test_headers_that_are_too_large(watched: Watched, sent: bytes) -> None:
    assert set(at_once(watched.web, lambda: sent, 4)) == {431}


def test_headers_that_are_just_small_enough(web: Web) -> None:
    with connection(web) as opened:
        fields = {f"X{n}": "x" * 200 for n in range(HEAD_FIELDS - 2)}
        assert status_of(opened, head("GET", "/health", **fields)) == 200
        assert status_of(opened, head("GET", "/health")) == 200, "the same connection"


def test_trailers_and_framing_without_end(watched: Watched) -> None:
    begin = head("POST", "/api/events", bearer=token(), Content_Type="application/json", Transfer_Encoding="chunked")
    for endless in (b"1\r\n{\r\n0\r\n" + b"X: y\r\n" * MIB, b"1;" + b"x" * 20 * MIB):
        with connection(watched.web) as opened:
            try:
                opened.sendall(begin + endless)
            except (BrokenPipeError, ConnectionResetError):
                continue
            assert is_closed(opened)


def test_heads_that_never_end_and_connections_that_say_nothing(watched: Watched) -> None:
    with ExitStack() as stack:
        watch = watched.web.stopwatch
        silent = [stack.enter_context(connection(watched.web)) for _ in range(200)]
        slow = [stack.enter_context(connection(watched.web)) for _ in range(200)]
        for opened in slow:
            opened.sendall(b"GET /health HTTP/1.1\r\nX: " + b"x" * 16_000)
        assert {status_of(opened) for opened in slow} == {408}
        assert all(is_closed(opened) for opened in silent + slow)
        assert watch.seconds < HEAD_SECONDS + 5


def test_more_connections_than_there_may_be_cost_those_that_wait_longest(watched: Watched) -> None:
    most = most_connections()
    with ExitStack() as stack:
        opened = [stack.enter_context(connection(watched.web)) for _ in range(most + 50)]
        watch = watched.web.stopwatch
        assert status_of(opened[-1], head("GET", "/health")) == 200
        assert is_closed(opened[0])
        assert watch.seconds < HEAD_SECONDS / 2, "for the others, and not because its time was over"


def test_an_unread_body_is_thrown_away_for_a_while_and_the_connection_goes_on(web: Web) -> None:
    with connection(web) as opened:
        assert status_of(opened, event(b"[" * MIB, signed=False)) == 401
        assert status_of(opened, head("GET", "/health")) == 200


def test_what_is_no_http_is_answered_in_the_shape_of_all_errors(web: Web) -> None:
    for sent in (b"\x16\x03\x01\r\n\r\n", head("GET", "/health", Transfer_Encoding="x", Content_Length="1")):
        with connection(web) as opened:
            opened.sendall(sent)
            answer = b""
            while part := opened.recv(65536):
                answer += part
        status, _, content = answer.partition(b"\r\n\r\n")
        assert status.startswith(b"HTTP/1.1 400 ")
        assert json.loads(content)["error"]["code"] == "bad_request"


def test_more_than_can_be_done_is_refused_at_once_and_the_rest_is_served(stack: Stack, watched: Watched) -> None:
    """PostgreSQL stands still, so that what was admitted waits: everything else is refused meanwhile.

    What is admitted waits for some seconds and no longer: on a machine too busy to ask in that time it is asked anew.
    """
    web = watched.web
    summary = head("GET", "/api/summary", bearer=token())

    def ask(_: int) -> tuple[int, float]:
        with connection(web) as opened:
            begun = time.monotonic()
            return status_of(opened, summary), time.monotonic() - begun

    def refused() -> float:
        found = re.search(
            r'http_requests_total{method="OTHER",route="shed",status="503"} (\S+)', web.get("/metrics").text
        )
        return float(found[1]) if found else 0.0

    def more_than_can_be_done(pool: ThreadPoolExecutor) -> bool:
        """Whether all was asked while as many as are admitted waited."""
        assert ask(0)[0] == 200
        time.sleep(2 * FRESH_SECONDS)  # else that reading answers
        before = refused()
        stack.postgres.freeze()
        try:
            asked = [pool.submit(ask, number) for number in range(AT_ONCE + 40)]
            time.sleep(1)
            wait_until(lambda: sum(each.done() for each in asked) >= 40)
            shed = [each.result() for each in asked if each.done()]
            with connection(web) as opened:
                paths = [
                    ("HEAD", "/api/summary"),
                    ("GET", "/api/summary"),
                    ("GET", "/health"),
                    ("GET", "/health/ready"),
                ]
                others = [status_of(opened, head(method, path, bearer=token())) for method, path in paths]
            is_valid = sum(not each.done() for each in asked) == AT_ONCE
        finally:
            stack.postgres.freeze(thaw=True)
        served = [each.result() for each in asked if each.result() not in shed]
        assert all(status == 200 or (status, seconds >= ANSWER_SECONDS) == (503, True) for status, seconds in served)
        if is_valid:
            assert {status for status, _ in shed} == {503}
            assert others == [503, 503, 200, 200], "on one connection"
            assert refused() - before == 42
        return is_valid

    with ThreadPoolExecutor(AT_ONCE + 40) as pool:
        wait_until(lambda: more_than_can_be_done(pool))
    assert ask(0)[0] == 200
