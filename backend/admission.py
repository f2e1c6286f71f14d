"""How many requests are worked on at once: one more is refused at once rather than slowly, and the others are served.

Without a bound a process that is asked for more than it can do answers all of it late: after seconds, when nobody waits
any longer. The bound is a count, because each request costs its share of one processor: the last of so many admitted
waits for those before it, and no longer.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from starlette.types import ASGIApp, Receive, Scope, Send

from errors import ApiError, error_response

ADMISSION = "admission"
"""Where the lifespan's state has it, which the server hands to its protocols: what is refused there costs the least."""
ADMITTED = "admitted"
"""In a request's state when the protocol has taken a place for it."""
AT_ONCE = 128
"""Requests in work: at a thousandth of a processor second each, the last of them has its answer in a good eighth of a
second. At 200 requests a second a standstill of 0.6 s refuses none; many times what the database's ten connections are
busy with."""
RETRY_SECONDS = 1
NEVER_SHED = frozenset({"/health", "/health/ready", "/metrics"})
"""What keeps the pod alive and tells that it is overloaded; no rate bounds it either."""


class OverloadedError(ApiError):
    """There is more to do than can be done: 503, and when to try again."""

    def __init__(self) -> None:
        message = "there is more to do than can be done, try again"
        super().__init__(503, "overloaded", message, {"Retry-After": str(RETRY_SECONDS)})


class Admission:
    """Counts the requests that are worked on."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self.at_once = at_once
        self.in_work = 0

    @property
    def is_full(self) -> bool:
        """Whether one more would be refused."""
        return self.in_work >= self.at_once

    def enter(self) -> None:
        """Take a place, which `held` gives back.

        Raises:
            OverloadedError: when there is none.

        """
        if self.is_full:
            raise OverloadedError
        self.in_work += 1

    @contextmanager
    def held(self) -> Generator[None]:
        """The place that was taken, as long as this lasts."""
        try:
            yield
        finally:
            self.in_work -= 1

    @contextmanager
    def waiting(self) -> Generator[None]:
        """Give the place up while the client is waited for: slow clients keep nobody out.

        Raises:
            OverloadedError: when there is none left afterwards.

        """
        self.in_work -= 1
        try:
            yield
        except BaseException:
            self.in_work += 1  # taken back by who gave it up, without asking: it only ends now
            raise
        self.in_work += 1
        if self.in_work > self.at_once:
            raise OverloadedError


class AdmissionMiddleware:
    """Refuses what finds no place. A websocket takes none, since it lasts: the hub counts those."""

    def __init__(self, app: ASGIApp, admission: Admission) -> None:
        self._app = app
        self._admission = admission

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or scope["path"] in NEVER_SHED:
            await self._app(scope, receive, send)
            return
        is_admitted = scope.get("state", {}).get(ADMITTED, False)
        if not is_admitted and self._admission.is_full:
            await error_response(OverloadedError())(scope, receive, send)
            return
        if scope["type"] == "websocket":
            await self._app(scope, receive, send)
            return
        if not is_admitted:
            self._admission.enter()
        with self._admission.held():
            await self._app(scope, receive, send)
