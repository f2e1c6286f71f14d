"""Reading a request's body: after its token was accepted, no more than the route takes, and not for ever.

The framework reads and parses a body before it looks at anything else, so that who has no token could fill the memory:
10 MiB of JSON become half a gigabyte of objects. A `GuardedRoute` asks for the token first, and reads within bounds.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from pydantic_core import from_json
from starlette.requests import ClientDisconnect

from admission import OverloadedError
from errors import ApiError, InvalidRequestError
from identity import require_claims

ROUTE_BYTES = 64 * 1024
"""The body of a route that says nothing else: an event of 500 properties with 100 characters each. As JSON it costs
1.5 MiB at worst, so that all that are worked on at once stay below 100 MiB."""
SECONDS = 10.0
"""Until a body is there, whatever its size: less than a kilobyte a second is no client's line."""
HELD_BYTES = 8 * 1024 * 1024
"""All bodies that are being read."""
READERS = 512
"""Bodies that are waited for at once."""
READERS_OF_ONE = 16
"""The same for one subject."""


class TooLargeError(ApiError):
    """A body over the limit: 413."""

    def __init__(self, limit: int) -> None:
        super().__init__(413, "body_too_large", f"the body may have {limit // 1024} KiB")


class Bodies:
    """The bodies that are being read, bounded in number and in sum."""

    def __init__(
        self, held_bytes: int = HELD_BYTES, readers: int = READERS, readers_of_one: int = READERS_OF_ONE
    ) -> None:
        self._held_bytes = held_bytes
        self._readers = readers
        self._readers_of_one = readers_of_one
        self._held = 0
        self._reading: Counter[str] = Counter()

    async def read(self, request: Request, subject: str, limit: int, seconds: float = SECONDS) -> bytes:
        """The whole body.

        Raises:
            TooLargeError: over `limit` bytes, declared or counted.
            ApiError: 408, when it is not there in time; 429, when its subject has others under way.
            OverloadedError: when all that are being read are too many, or too large together.

        """
        declared = request.headers.get("content-length", "")
        if declared.isdecimal() and (len(declared) > 12 or int(declared) > limit):
            raise TooLargeError(limit)
        if self._reading.total() >= self._readers:
            raise OverloadedError
        if self._reading[subject] >= self._readers_of_one:
            message = f"{self._readers_of_one} unfinished requests of yours are waited for"
            raise ApiError(429, "too_many_unfinished", message, {"Retry-After": "1"})
        self._reading[subject] += 1
        body = bytearray()
        try:
            async with asyncio.timeout(seconds):
                async for chunk in request.stream():
                    if len(body) + len(chunk) > limit:
                        raise TooLargeError(limit)
                    if self._held + len(chunk) > self._held_bytes:
                        raise OverloadedError
                    self._held += len(chunk)
                    body += chunk
        except TimeoutError:
            raise ApiError(408, "body_too_slow", f"the body was not there within {seconds:g} s") from None
        except ClientDisconnect:
            raise ApiError(400, "bad_request", "the body ended early") from None
        finally:
            self._held -= len(body)
            self._reading[subject] -= 1
            if not self._reading[subject]:
                del self._reading[subject]
        return bytes(body)


class ReadRequest(Request):
    """A request whose body is there."""

    def __init__(self, request: Request, content: bytes) -> None:
        super().__init__(request.scope, request.receive)
        self._content = content

    async def body(self) -> bytes:
        """The body."""
        return self._content

    async def json(self) -> Any:
        """The body's value; `NaN`, a half surrogate pair, 200 levels and 4300 digits are no JSON here."""
        try:
            return from_json(self._content, allow_inf_nan=False)
        except ValueError as error:
            raise InvalidRequestError(f"body: no JSON: {error}") from None


class GuardedRoute(APIRoute):
    """A route for accepted tokens alone, whose body is read after that is known."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The framework's, with the token and the body before it."""
        handle = super().get_route_handler()
        takes_body = self.body_field is not None

        async def guarded(request: Request) -> Response:
            caller = await require_claims(request)
            if not takes_body:
                return await handle(request)
            services = request.app.state.services
            limit = min(ROUTE_BYTES, services.settings.body_limit_mib * 1024 * 1024)
            with services.admission.waiting():
                content = await services.bodies.read(request, caller.subject, limit)
            return await handle(ReadRequest(request, content))

        return guarded
