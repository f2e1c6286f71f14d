"""How a request is sent: what is asked again by itself, and what is told when there is no answer."""

from __future__ import annotations

import email.utils
import threading
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final

import httpx2 as httpx

from twinstack.api_server.connection import Connection
from twinstack.errors import TwinstackError


class Requests:
    """Sends requests over one pool of connections, from any number of threads."""

    def __init__(self, connection: Connection, failure: Callable[[str, int], TwinstackError]) -> None:
        """`failure` makes what is raised of a message and a status: 0 where there is no answer."""
        self._http = connection.http
        self._failure = failure
        self._extensions = {"sni_hostname": connection.server_name} if connection.server_name else {}
        self._clock: tuple[datetime, float] | None = None
        self._counting = threading.Lock()
        self.sent: int = 0
        """How many requests were sent so far, those that were asked again by themselves included."""

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()

    def send(
        self,
        method: str,
        path: str,
        *,
        parameters: Mapping[str, str] | None = None,
        content: str = "",
        content_type: str = "",
    ) -> httpx.Response:
        """The answer, whatever its status. Raises the client's error where there is none.

        Asked again by itself: over a connection that the server closed while it was unused, but for what creates; and
        where the server says when (Retry-After), which is its way to say that it is busy.
        """
        headers = {"Content-Type": content_type} if content_type else {}
        attempt = 0
        while True:
            attempt += 1
            with self._counting:
                self.sent += 1
            try:
                response = self._http.request(
                    method,
                    path,
                    params=parameters or None,
                    content=content.encode(),
                    headers=headers,
                    extensions=self._extensions,
                )
            except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError) as error:
                if method == "POST" or attempt >= _TRIES:
                    raise self._failure(f"the API server did not answer to {method} {path}: {error}", 0) from error
                continue
            except httpx.HTTPError as error:
                raise self._failure(f"the API server did not answer to {method} {path}: {error}", 0) from error
            self._read_clock(response)
            wait = response.headers.get("retry-after", "")
            if response.status_code not in _BUSY or not wait.isdigit() or attempt >= _TRIES:
                return response
            time.sleep(min(float(wait), _LONGEST_WAIT_SECONDS))

    @contextmanager
    def stream(
        self, path: str, parameters: Mapping[str, str], *, silence_seconds: float | None
    ) -> Generator[httpx.Response]:
        """An answer that is read as it comes; `silence_seconds` is how long it may say nothing, None for ever."""
        timeout = httpx.Timeout(_CONNECT_SECONDS, read=silence_seconds)
        with self._counting:
            self.sent += 1
        with self._http.stream(
            "GET", path, params=parameters, timeout=timeout, extensions=self._extensions
        ) as response:
            self._read_clock(response)
            yield response

    def server_time(self) -> datetime:
        """The server's time by what it last said, and the time that passed here since; within two seconds."""
        if self._clock is None or time.monotonic() - self._clock[1] > _CLOCK_KEPT_SECONDS:
            self.send("GET", "/version")
        if self._clock is None:
            raise self._failure("the API server does not say what time it is (no Date in its answer)", 0)
        said, then = self._clock
        return said + timedelta(seconds=time.monotonic() - then)

    def _read_clock(self, response: httpx.Response) -> None:
        said = response.headers.get("date")
        if said:
            self._clock = email.utils.parsedate_to_datetime(said), time.monotonic()


_BUSY: Final = frozenset({429, 500, 502, 503, 504})
_TRIES: Final = 3
_LONGEST_WAIT_SECONDS: Final = 10.0
_CONNECT_SECONDS: Final = 10.0
_CLOCK_KEPT_SECONDS: Final = 60.0
