"""Who asks: the token is read and checked once for each request, before limits and routes."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from errors import UnauthorizedError
from tokens import Claims, InvalidTokenError, Tokens

SUBPROTOCOL = "analytics.v1"
BEARER_SUBPROTOCOL = "bearer."
"""A websocket's token comes as a subprotocol: browsers send no headers there, and an address ends in access logs."""


class IdentityMiddleware:
    """Puts what the token says, or why it is refused, into the request's state."""

    def __init__(self, app: ASGIApp, tokens: Tokens) -> None:
        self._app = app
        self._tokens = tokens

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in {"http", "websocket"}:
            state = scope.setdefault("state", {})
            state["claims"], state["refusal"] = None, "a bearer token is needed"
            if token := _token(scope):
                try:
                    state["claims"] = self._tokens.verify(token)
                except InvalidTokenError as error:
                    state["refusal"] = str(error)
        await self._app(scope, receive, send)


def _token(scope: Scope) -> str | None:
    if scope["type"] == "websocket":
        for offered in scope.get("subprotocols", ()):
            if offered.startswith(BEARER_SUBPROTOCOL):
                return offered.removeprefix(BEARER_SUBPROTOCOL)
        return None
    scheme, _, token = Headers(scope=scope).get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def claims(connection: HTTPConnection) -> Claims | None:
    """What the accepted token says, if there is one."""
    return connection.state.claims


async def require_claims(connection: HTTPConnection) -> Claims:
    """What the accepted token says.

    Raises:
        UnauthorizedError: without one.

    """
    found = claims(connection)
    if found is None:
        raise UnauthorizedError(connection.state.refusal)
    return found


Caller = Annotated[Claims, Depends(require_claims)]
