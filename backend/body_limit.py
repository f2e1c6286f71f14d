"""No request body over the limit is read, whether it says its length or comes in chunks."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from errors import ApiError, error_response


class BodyLimitMiddleware:
    """Answers 413 to a body over so many MiB, in the shape of all errors (Starlette's own limit answers plain text)."""

    def __init__(self, app: ASGIApp, mebibytes: int) -> None:
        self._app = app
        self._limit = mebibytes * 1024 * 1024
        self._message = f"the body may have {mebibytes} MiB"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        length = Headers(scope=scope).get("content-length", "")
        if length.isdecimal() and int(length) > self._limit:
            await error_response(self._refusal())(scope, receive, send)
            return
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._limit:
                raise self._refusal()  # the framework lets its own kind of refusal through while it reads a body
            return message

        await self._app(scope, counted, send)

    def _refusal(self) -> ApiError:
        return ApiError(413, "body_too_large", self._message)
