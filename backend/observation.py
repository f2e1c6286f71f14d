"""One access line and one measurement for each request, and its id."""

from __future__ import annotations

import re
import time
from uuid import uuid4

import sentry_sdk
import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from errors import ApiError, error_response
from metrics import DURATION, REQUESTS

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")

log = structlog.get_logger()


class ObservationMiddleware:
    """The outermost: nothing that happens to a request escapes it, and no error leaves without an answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        request_id = _request_id(scope)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        status = 0
        begin = time.perf_counter()

        async def observed(message: Message) -> None:
            nonlocal status
            if message["type"].endswith("response.start"):
                status = message["status"]
                MutableHeaders(scope=message)["x-request-id"] = request_id
            elif message["type"] == "websocket.close":
                status = message["code"]
            await send(message)

        try:
            await self._app(scope, receive, observed)
        except Exception as error:  # the last to see it: logged, reported and answered here
            log.exception("a request failed")
            sentry_sdk.capture_exception(error)
            if status == 0 and scope["type"] == "http":
                internal = ApiError(500, "internal", f"something went wrong here, request {request_id}")
                await error_response(internal)(scope, receive, observed)
        self._record(scope, status, time.perf_counter() - begin)

    @staticmethod
    def _record(scope: Scope, status: int, seconds: float) -> None:
        method = scope.get("method", "WEBSOCKET")
        if scope["type"] == "http":
            method = method if method in METHODS else "OTHER"
            route = getattr(scope.get("route"), "path", "unmatched")
            REQUESTS.labels(method, route, str(status)).inc()
            DURATION.labels(method, route).observe(seconds)
        client = scope.get("client")
        log.info(
            "request",
            method=method,
            path=scope["path"],
            status=status,
            milliseconds=round(seconds * 1000, 1),
            client=client[0] if client else None,
        )


def _request_id(scope: Scope) -> str:
    """The one that a proxy gave, if it is harmless in a log, or a new one."""
    given = Headers(scope=scope).get("x-request-id", "")
    return given if REQUEST_ID.fullmatch(given) else uuid4().hex
