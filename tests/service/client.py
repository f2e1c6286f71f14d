"""A client of the service: requests with a token, and a websocket whose messages are read in the background."""

from __future__ import annotations

import contextlib
import json
import queue
import threading
import time
import uuid
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

import httpx
import jwt
import websockets.sync.client
from websockets.exceptions import ConnectionClosed
from websockets.frames import Close
from websockets.typing import Subprotocol

from tests.service.processes import PATIENCE_SECONDS


class Client:
    """Requests to one address, signed in as one subject."""

    def __init__(self, url: str, variables: Mapping[str, str], subject: str | None = None) -> None:
        self.url = url
        self.variables = variables
        self.subject = subject or f"subject-{uuid.uuid4()}"
        self.token = self.sign()
        self.http = httpx.Client(base_url=url, timeout=PATIENCE_SECONDS)
        self.websockets: list[Websocket] = []

    def sign(self, *, key: str = "JWT_SECRET", algorithm: str = "HS256", **claims: Any) -> str:
        """A token; a claim of None is left out."""
        whole = {"sub": self.subject, "exp": int(time.time()) + 3600, **claims}
        kept = {name: value for name, value in whole.items() if value is not None}
        return jwt.encode(kept, self.variables.get(key, key) if algorithm != "none" else "", algorithm)

    def request(self, method: str, path: str, *, token: str | None = None, **options: Any) -> httpx.Response:
        """A request with this token, or its own; with an empty one, none."""
        headers = {**options.pop("headers", {})}
        if token != "":
            headers["Authorization"] = f"Bearer {token or self.token}"
        return self.http.request(method, path, headers=headers, **options)

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.request("GET", path, **options)

    def post(self, path: str, **options: Any) -> httpx.Response:
        return self.request("POST", path, **options)

    def send_event(self, name: str, identifier: str | None = None) -> httpx.Response:
        event = {"name": name, "properties": {"page": "/"}}
        return self.post("/api/events", json=event if identifier is None else event | {"id": identifier})

    def count(self, name: str) -> int:
        """How many events of this name the summary has."""
        answer = self.get("/api/summary", params={"days": 7})
        assert answer.status_code == 200, answer.text
        return answer.json()["by_name"].get(name, 0)

    def websocket(self, token: str | None = None) -> Websocket:
        """A websocket, open until it or this client is closed."""
        opened = Websocket(f"ws{self.url.removeprefix('http')}/ws", self.token if token is None else token)
        self.websockets.append(opened)
        return opened

    def close(self) -> None:
        self.http.close()
        for websocket in self.websockets:
            websocket.close()


class Websocket:
    """A connected websocket. Its messages and its end are kept as they come."""

    def __init__(self, url: str, token: str) -> None:
        protocols = [Subprotocol("analytics.v1"), Subprotocol(f"bearer.{token}")]
        self._opened = contextlib.ExitStack()
        opening = websockets.sync.client.connect(
            url, subprotocols=protocols, proxy=None, open_timeout=PATIENCE_SECONDS, ping_timeout=PATIENCE_SECONDS
        )
        self.connection = self._opened.enter_context(opening)
        self.messages: queue.Queue[dict[str, Any]] = queue.Queue()
        self.received: list[dict[str, Any]] = []
        self.closed: Close | None = None
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def subprotocol(self) -> str | None:
        return self.connection.subprotocol

    def next(self, kind: str) -> dict[str, Any]:
        """The next message of this type; others before it are passed over."""
        end = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                message = self.messages.get(timeout=max(0.0, end - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"no {kind} within {PATIENCE_SECONDS} s; closed: {self.closed}") from None
            if message["type"] == kind:
                return message

    def wait_closed(self) -> Close | None:
        """How the other side closed it; None where it was cut."""
        self._reader.join(PATIENCE_SECONDS)
        assert not self._reader.is_alive(), f"the websocket is still open after {PATIENCE_SECONDS} s"
        return self.closed

    def close(self) -> None:
        self._opened.close()
        self._reader.join(PATIENCE_SECONDS)

    def _read(self) -> None:
        with contextlib.suppress(ConnectionClosed):
            for text in self.connection:
                message = json.loads(text)
                self.received.append(message)
                self.messages.put(message)
        if self.connection.protocol.close_rcvd is not None:
            self.closed = self.connection.protocol.close_rcvd

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()
