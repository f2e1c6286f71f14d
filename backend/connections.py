"""The wire: how long and how large a request's head may be, and how many connections there are.

`uvicorn --http connections:BoundedProtocol`. Uvicorn's protocol on httptools bounds neither: a header of any size is
kept, and a connection that never ends its head stays for ever. An edge cuts both; this holds without one.
"""

from __future__ import annotations

import asyncio
import json
import resource
from collections import Counter as Count
from ipaddress import ip_address
from typing import Any

from prometheus_client import Counter
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from admission import ADMISSION, ADMITTED, NEVER_SHED, RETRY_SECONDS, OverloadedError
from metrics import REQUESTS
from rate_limit import network_of

HEAD_BYTES = 32 * 1024
"""Of a request's line and headers together; nginx takes 4 times 8 KiB, an Application Load Balancer 64 KiB in all but 16
KiB in one. A token has some hundred bytes."""
HEAD_FIELDS = 100
HEAD_SECONDS = 10.0
"""From a connection's beginning, or a head's first byte, until the head is there."""
FRAMING = 8
"""Bytes of a chunked body's framing for each of its own: a chunk of one byte has five of them."""
LINGER_BYTES = 10 * 1024 * 1024
"""Of a body that nobody wants any more: read and thrown away, since a client that is cut while it sends may never see
the answer. What the edge lets through."""
LINGER_SECONDS = 5.0
MOST = 2048
"""Connections at once; with a head each some 90 MiB. Of more, the one goes that has been without a request for longest."""
MOST_OF_ONE = 100
"""Of one public address or network: an edge's is private, and everybody's."""
SPARE_FILES = 128
"""Descriptors left for everything that is no client."""

CLOSED = Counter("http_connections_closed_total", "Connections closed before a request was there.", ("reason",))


class Connections:
    """The open connections of the process, those without a request in the order in which they have been so."""

    def __init__(self, most: int = MOST, most_of_one: int = MOST_OF_ONE) -> None:
        self.most = most
        self.most_of_one = most_of_one
        self.waiting: dict[BoundedProtocol, None] = {}
        self._all: dict[BoundedProtocol, str] = {}
        self._of: Count[str] = Count()

    def add(self, connection: BoundedProtocol) -> str:
        """Take a new one in, in the place of one that waits if need be; else the reason why not."""
        client = _public(connection.client)
        if client and self._of[client] >= self.most_of_one:
            return "too many of one"
        if len(self._all) >= self.most:
            if not self.waiting:
                return "too many"
            next(iter(self.waiting)).drop("too many")
        self._all[connection] = client
        self.waiting[connection] = None
        if client:
            self._of[client] += 1
        return ""

    def remove(self, connection: BoundedProtocol) -> None:
        """It is closed, or a websocket now."""
        self.waiting.pop(connection, None)
        if client := self._all.pop(connection, ""):
            self._of[client] -= 1
            if not self._of[client]:
                del self._of[client]


def most_connections() -> int:
    """MOST, or fewer where the process may not have so many files open."""
    allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MOST if allowed == resource.RLIM_INFINITY else max(1, min(MOST, allowed - SPARE_FILES))


CONNECTIONS = Connections(most_connections())
"""Uvicorn makes the protocols; what they share is here."""


class BoundedProtocol(HttpToolsProtocol):
    """Uvicorn's protocol, bounded: what a head may have, when it must be there, what is read of an unwanted body."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._fields = 0
        self._head_bytes = 0
        self._framing = 0
        """Bytes of the message that are not its body's."""
        self._body_bytes = 0
        self._in_head = False
        self._in_message = False
        self._unwanted = 0
        """Bytes of an unwanted body so far."""
        self._refusal: tuple[int, str, str] | None = None
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Find a place for it, and wait for its first head."""
        super().connection_made(transport)
        if reason := CONNECTIONS.add(self):
            self.drop(reason)
        else:
            self._expect(HEAD_SECONDS, self._head_is_late)

    def connection_lost(self, exc: Exception | None) -> None:
        """It is gone."""
        CONNECTIONS.remove(self)
        self._expect_nothing()
        super().connection_lost(exc)

    def drop(self, reason: str) -> None:
        """Close it without a word."""
        CLOSED.labels(reason).inc()
        CONNECTIONS.remove(self)
        self.transport.abort()

    def data_received(self, data: bytes) -> None:
        """Feed the parser, and look at what is left unfinished afterwards."""
        if self.transport.is_closing():
            return
        body = self._body_bytes
        super().data_received(data)
        if not self._in_message or self.transport.is_closing():
            return
        surfaced = self._body_bytes - body if self._body_bytes >= body else self._body_bytes
        self._framing += max(0, len(data) - surfaced)
        if self._framing > HEAD_BYTES + FRAMING * self._body_bytes:
            self._refuse(*TOO_LARGE)
        elif self._in_head:
            if self._deadline is None:
                self._expect(HEAD_SECONDS, self._head_is_late)
        elif self.cycle is not None and self.cycle.response_complete:
            self._unwanted += len(data)
            if self._unwanted > LINGER_BYTES:
                self.drop("unwanted body")

    def handle_websocket_upgrade(self) -> None:
        """From here on it is another protocol's."""
        CONNECTIONS.remove(self)
        self._expect_nothing()
        super().handle_websocket_upgrade()

    def on_message_begin(self) -> None:
        """A request begins."""
        self._fields = self._head_bytes = self._framing = self._body_bytes = self._unwanted = 0
        self._in_head = self._in_message = True
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        """A part of the address."""
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header, or a trailer, which would be kept with them."""
        self._fields += 1
        self._count(len(name) + len(value))
        if self._in_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The head is there: the request is served."""
        self._in_head = False
        self._expect_nothing()
        CONNECTIONS.waiting.pop(self, None)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A part of the body."""
        self._body_bytes += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """All of the request is there."""
        self._in_message = False
        if self.cycle is not None and self.cycle.response_complete:
            self._expect_nothing()
        super().on_message_complete()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        """Serve a request, or refuse it here, where that costs a tenth: what refuses must not be what is overloaded.

        It is counted like all others, and leaves no line in the log.
        """
        admission = self.app_state.get(ADMISSION)
        if admission is None or cycle.scope["path"] in NEVER_SHED:
            super()._start_asgi_task(cycle, app)
        elif not admission.is_full:
            admission.enter()
            cycle.scope["state"][ADMITTED] = True
            super()._start_asgi_task(cycle, app)
        else:
            SHED.inc()
            cycle.response_started = cycle.response_complete = True
            head, content = OVERLOADED
            self.transport.write(head if cycle.scope["method"] == "HEAD" else head + content)
            if not cycle.keep_alive:
                self.transport.close()
            self.on_response_complete()

    def on_response_complete(self) -> None:
        """It is answered: the next one, or the rest of a body that nobody reads."""
        super().on_response_complete()
        if self.transport.is_closing() or not self.cycle.response_complete:
            return
        CONNECTIONS.waiting[self] = None
        if self._in_message and not self._in_head:
            self._expect(LINGER_SECONDS, lambda: self.drop("unwanted body"))

    def send_400_response(self, msg: str) -> None:
        """What the parser, or a count above, refused: in the shape of all errors."""
        status, code, message = self._refusal or (400, "bad_request", msg)
        self._refuse(status, code, message)

    def _count(self, size: int) -> None:
        self._head_bytes += size
        if self._head_bytes > HEAD_BYTES or self._fields > HEAD_FIELDS:
            self._refusal = TOO_LARGE
            raise ValueError(TOO_LARGE[1])  # the parser stops, and the protocol refuses

    def _head_is_late(self) -> None:
        if self._in_head:
            self._refuse(408, "headers_too_slow", f"the headers were not there within {HEAD_SECONDS:g} s")
        else:
            self.drop("no request")

    def _refuse(self, status: int, code: str, message: str) -> None:
        CLOSED.labels(code).inc()
        if self.cycle is None or self.cycle.response_complete:
            self.transport.write(b"".join(_answer(status, code, message, "connection: close\r\n")))
        self.transport.close()

    def _expect(self, seconds: float, otherwise: Any) -> None:
        self._expect_nothing()
        self._deadline = self.loop.call_later(seconds, otherwise)

    def _expect_nothing(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


def _public(peer: tuple[str, int] | None) -> str:
    """The network of a peer that is nobody's edge; empty for one that may be."""
    try:
        return network_of(peer[0]) if peer and ip_address(peer[0]).is_global else ""
    except ValueError:
        return ""


def _answer(status: int, code: str, message: str, headers: str) -> tuple[bytes, bytes]:
    """The head and the content of an answer in the shape of all errors."""
    content = json.dumps({"error": {"code": code, "message": message}}).encode()
    head = f"content-type: application/json\r\ncontent-length: {len(content)}\r\n{headers}\r\n"
    return STATUS_LINE[status] + head.encode(), content


_overloaded = OverloadedError()
OVERLOADED = _answer(503, _overloaded.code, _overloaded.detail, f"retry-after: {RETRY_SECONDS}\r\n")
SHED = REQUESTS.labels("OTHER", "shed", "503")
TOO_LARGE = (431, "headers_too_large", f"the headers may have {HEAD_BYTES // 1024} KiB and {HEAD_FIELDS} fields")
