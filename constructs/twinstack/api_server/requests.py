"""How a request is sent: what is asked again by itself, and what is told when there is no answer."""

from __future__ import annotations

import email.utils
import threading
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode

from urllib3 import BaseHTTPResponse
from urllib3.exceptions import HTTPError, ProtocolError
from urllib3.util import Timeout

from twinstack.api_server.connection import CONNECT_SECONDS, Connection
from twinstack.api_server.response import Response
from twinstack.api_server.stream import Streamed
from twinstack.errors import TwinstackError


class Requests:
    """Sends requests over one pool of connections, from any number of threads."""

    def __init__(self, connection: Connection, failure: Callable[[str, int], TwinstackError]) -> None:
        """`failure` makes what is raised of a message and a status: 0 where there is no answer."""
        self._http, self._url, self._credential = connection.http, connection.url.rstrip("/"), connection.credential
        self._failure = failure
        self.headers: dict[str, str] = {"User-Agent": "twinstack"}
        """What every request has."""
        self._clock: tuple[datetime, float] | None = None
        self._counting = threading.Lock()
        self.sent: int = 0
        """How many requests were sent so far, those that were asked again by themselves included."""

    def close(self) -> None:
        """Closes the connections."""
        self._http.clear()

    def send(
        self,
        method: str,
        path: str,
        *,
        parameters: Mapping[str, str] | None = None,
        content: str = "",
        content_type: str = "",
    ) -> Response:
        """The answer, whatever its status. Raises the client's error where there is none.

        Asked again by itself: over a connection that the server closed while it was unused, but for what creates; where
        the server says when (Retry-After), which is its way to say that it is busy; and once with a new token.
        """
        headers = {"Accept-Encoding": "gzip", **({"Content-Type": content_type} if content_type else {})}
        authorization, attempt = self._authorization(), 0
        while True:
            attempt += 1
            with self._counting:
                self.sent += 1
            try:
                response = self._once(method, path, parameters, content.encode(), {**headers, **authorization})
            except ProtocolError as error:
                if method == "POST" or attempt >= _TRIES:
                    raise self._failure(f"the API server did not answer to {method} {path}: {error}", 0) from error
                continue
            except (HTTPError, OSError) as error:
                raise self._failure(f"the API server did not answer to {method} {path}: {error}", 0) from error
            is_refused = response.status == HTTPStatus.UNAUTHORIZED and attempt < _TRIES
            if is_refused and (other := self._authorization(authorization)):
                authorization = other
                continue
            wait = response.headers.get("retry-after", "")
            if response.status not in _BUSY or not wait.isdigit() or attempt >= _TRIES:
                return response
            time.sleep(min(float(wait), _LONGEST_WAIT_SECONDS))

    @contextmanager
    def stream(self, path: str, parameters: Mapping[str, str], *, silence_seconds: float | None) -> Generator[Streamed]:
        """An answer that is read as it comes; `silence_seconds` is how long it may say nothing, None for ever."""
        authorization = self._authorization()
        response = self._opened(path, parameters, authorization, silence_seconds)
        if response.status == HTTPStatus.UNAUTHORIZED and (other := self._authorization(authorization)):
            response.close()
            response = self._opened(path, parameters, other, silence_seconds)
        try:
            self._read_clock(response.headers)
            yield Streamed(response)
        finally:
            # Whatever is left of it would be read by the next request.
            response.close()

    def _opened(
        self, path: str, parameters: Mapping[str, str], authorization: Mapping[str, str], silence_seconds: float | None
    ) -> BaseHTTPResponse:
        with self._counting:
            self.sent += 1
        return self._http.urlopen(
            "GET",
            self._place(path, parameters),
            headers={**self.headers, **authorization},
            redirect=False,
            preload_content=False,
            timeout=Timeout(connect=CONNECT_SECONDS, read=silence_seconds),
        )

    def _once(
        self, method: str, path: str, parameters: Mapping[str, str] | None, body: bytes, headers: Mapping[str, str]
    ) -> Response:
        found = self._http.urlopen(
            method,
            self._place(path, parameters),
            body=body or None,
            headers={**self.headers, **headers},
            redirect=False,
        )
        self._read_clock(found.headers)
        return Response(found.status, found.data, found.headers, f"{method} {path}")

    def _place(self, path: str, parameters: Mapping[str, str] | None) -> str:
        return f"{self._url}{path}{f'?{urlencode(parameters)}' if parameters else ''}"

    def _authorization(self, refused: Mapping[str, str] | None = None) -> dict[str, str]:
        """Who asks; with `refused` another way to say it, empty where there is none."""
        if self._credential is None:
            return {}
        former = (refused or {}).get("Authorization", "")
        found = self._credential.header(former)
        return {} if found == former else {"Authorization": found}

    def server_time(self) -> datetime:
        """The server's time by what it last said, and the time that passed here since; within two seconds."""
        if self._clock is None or time.monotonic() - self._clock[1] > _CLOCK_KEPT_SECONDS:
            self.send("GET", "/version")
        if self._clock is None:
            raise self._failure("the API server does not say what time it is (no Date in its answer)", 0)
        said, then = self._clock
        return said + timedelta(seconds=time.monotonic() - then)

    def _read_clock(self, headers: Mapping[str, str]) -> None:
        said = headers.get("date")
        if said:
            self._clock = email.utils.parsedate_to_datetime(said), time.monotonic()


_BUSY: Final = frozenset({429, 500, 502, 503, 504})
_TRIES: Final = 3
_LONGEST_WAIT_SECONDS: Final = 10.0
_CLOCK_KEPT_SECONDS: Final = 60.0
