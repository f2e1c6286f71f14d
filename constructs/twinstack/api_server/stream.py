"""What an API server sends line by line for as long as it is asked: a watch's events, a container's log."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from http import HTTPStatus
from types import TracebackType
from typing import TYPE_CHECKING, Final, NamedTuple, Self

from urllib3.exceptions import HTTPError

from twinstack.api_server.answer import JsonObject, answer_of
from twinstack.api_server.response import Response
from twinstack.errors import TwinstackError

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse


class WatchEvent(NamedTuple):
    """What happened to an object."""

    type: str
    """`ADDED`, `MODIFIED` or `DELETED`."""
    object: JsonObject


class Streamed:
    """An answer that is still coming."""

    def __init__(self, response: BaseHTTPResponse) -> None:
        self._response = response
        self.status: int = response.status

    @property
    def connected(self) -> socket.socket | None:
        """What it comes by."""
        found = getattr(self._response.connection, "sock", None)
        return found if isinstance(found, socket.socket) else None

    def chunks(self) -> Iterator[bytes]:
        """Its parts, as they come: each at once, also where something in between has made one long answer of them."""
        if getattr(self._response, "chunked", False):
            yield from self._response.stream(_LARGEST_CHUNK)
            return
        while part := self._response.read1(_LARGEST_CHUNK):
            yield part

    def read(self) -> Response:
        """All of it, once it has ended."""
        return Response(self.status, self._response.read(), self._response.headers)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a stream comes from: how it is opened, and what is raised where the server refuses it."""

    open: Callable[[Mapping[str, str]], AbstractContextManager[Streamed]]
    failure: Callable[[str, int], TwinstackError]


class Lines:
    """The lines of one answer, as they come. Any thread may close it, which ends the loop over it at once."""

    def __init__(self, source: Source, parameters: Mapping[str, str]) -> None:
        self._source, self._parameters = source, parameters
        self._closed = threading.Event()
        self._socket: socket.socket | None = None
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def closed(self) -> bool:
        """Whether it was closed on this side."""
        return self._closed.is_set()

    def close(self) -> None:
        """Ends it. A thread that waits for the next line goes on with what comes after its loop."""
        with self._lock:
            self._closed.set()
            if self._socket is not None:
                # Not the TLS socket's own shutdown: that takes the reading thread's decryption away under it.
                with contextlib.suppress(OSError):
                    socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def __iter__(self) -> Iterator[str]:
        """The lines, each without its end. Raises the client's error where the server refuses, or goes away."""
        try:
            for line in self._read(self._parameters):
                yield line.decode(errors="replace")
        except (HTTPError, OSError) as error:
            if not self.closed:
                raise self._source.failure(f"the API server went away while it was read from: {error}", 0) from error

    def _read(self, parameters: Mapping[str, str]) -> Iterator[bytes]:
        with self._source.open(parameters) as response:
            with self._lock:
                self._socket = response.connected
                if self.closed:
                    return
            try:
                if response.status != HTTPStatus.OK:
                    answer = answer_of(response.read())
                    raise self._source.failure(answer.refusal, answer.status)
                rest = b""
                for chunk in response.chunks():
                    *whole, rest = (rest + chunk).split(b"\n")
                    yield from whole
                    if self.closed:
                        return
                if rest:
                    yield rest
            finally:
                with self._lock:
                    self._socket = None


class Watch(Lines):
    """The events of a kind, from one version of its collection on.

    It goes on over a dropped connection and over a server that is away, from where it was. Where the server no longer
    has that much history (410 Gone) it lists anew: every object there is comes as `MODIFIED`, every one that is gone as
    `DELETED`. It ends when it is closed, and raises the client's error where the server refuses it.

    Source: Kubernetes documentation, "Kubernetes API Concepts: Efficient detection of changes".
    """

    def __init__(
        self,
        source: Source,
        parameters: Mapping[str, str],
        since: str,
        listed: Callable[[], tuple[list[JsonObject], str]],
    ) -> None:
        super().__init__(source, {**parameters, **_WATCH})
        self._since, self._listed = since, listed
        self._known: dict[str, JsonObject] = {}
        self._failures = 0

    def events(self) -> Iterator[WatchEvent]:
        """The events as they come, until it is closed."""
        if not self._since:
            yield from self._anew()
        while not self.closed:
            try:
                yield from self._connected()
            except (HTTPError, OSError):
                self._pause()
            except TwinstackError as error:
                status = getattr(error, "status", 0)
                if self.closed:
                    return
                if status == HTTPStatus.GONE:
                    yield from self._anew()
                elif status in _PASSING:
                    self._pause()
                else:
                    raise

    def _connected(self) -> Iterator[WatchEvent]:
        for line in self._read({**self._parameters, "resourceVersion": self._since}):
            event = json.loads(line)
            found = event["object"]
            if event["type"] == "ERROR":
                raise self._source.failure(found.get("message", ""), int(found.get("code") or 0))
            self._failures = 0
            self._since = found["metadata"]["resourceVersion"]
            if event["type"] != "BOOKMARK":
                yield self._noted(event["type"], found)

    def _anew(self) -> Iterator[WatchEvent]:
        objects, version = self._listed()
        first, self._since = not self._since, version
        there = {one["metadata"]["uid"] for one in objects}
        gone = [one for uid, one in self._known.items() if uid not in there]
        for one in gone:
            yield self._noted("DELETED", one)
        for one in objects:
            yield self._noted("ADDED" if first else "MODIFIED", one)

    def _noted(self, kind: str, found: JsonObject) -> WatchEvent:
        uid = found["metadata"]["uid"]
        if kind == "DELETED":
            self._known.pop(uid, None)
        else:
            metadata = {key: found["metadata"].get(key) for key in ("name", "namespace", "uid", "resourceVersion")}
            self._known[uid] = {"apiVersion": found.get("apiVersion"), "kind": found.get("kind"), "metadata": metadata}
        return WatchEvent(kind, found)

    def _pause(self) -> None:
        """Longer each time, but the first: a connection that merely ended is opened again at once."""
        if self._failures:
            self._closed.wait(min(_LONGEST_PAUSE_SECONDS, 0.05 * 2**self._failures))
        self._failures += 1


# Bookmarks keep the version young; ten minutes are less than any load balancer's patience with an open request.
_WATCH: Final = {"watch": "true", "allowWatchBookmarks": "true", "timeoutSeconds": "300"}
_PASSING: Final = frozenset({0, 408, 429, 500, 502, 503, 504})
"""A server that is away for now, restarting or busy: asked again, and again."""
_LONGEST_PAUSE_SECONDS: Final = 2.0
_LARGEST_CHUNK: Final = 2**16
