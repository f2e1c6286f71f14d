"""What a client is told when something is wrong: one shape, `{"error": {"code": …, "message": …}}`."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

RETRY_SECONDS = 5
"""When a client may try again while the database or Redis is away."""

CODES = {404: "not_found", 405: "method_not_allowed"}


class ApiError(HTTPException):
    """A refusal with a code that programs can rely on."""

    def __init__(self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status, message, dict(headers or {}))
        self.code = code


class UnavailableError(ApiError):
    """The database or Redis is away: 503, and when to try again."""

    def __init__(self, what: str) -> None:
        super().__init__(503, "unavailable", f"{what} does not answer, try again", {"Retry-After": str(RETRY_SECONDS)})


class UnauthorizedError(ApiError):
    """No token, or one that is not accepted: 401."""

    def __init__(self, message: str) -> None:
        super().__init__(401, "unauthorized", message, {"WWW-Authenticate": "Bearer"})


def error_response(error: HTTPException) -> JSONResponse:
    """The response for a refusal, ours or the framework's."""
    code = error.code if isinstance(error, ApiError) else CODES.get(error.status_code, "error")
    return JSONResponse({"error": {"code": code, "message": error.detail}}, error.status_code, error.headers)


def install_error_handlers(application: FastAPI) -> None:
    """Give the framework's own refusals the same shape."""

    @application.exception_handler(HTTPException)
    async def refuse(_: Request, error: HTTPException) -> JSONResponse:
        return error_response(error)

    @application.exception_handler(RequestValidationError)
    async def refuse_input(_: Request, error: RequestValidationError) -> JSONResponse:
        wrong = "; ".join(f"{'.'.join(map(str, each['loc'][1:])) or 'body'}: {each['msg']}" for each in error.errors())
        return error_response(ApiError(422, "invalid_request", wrong))
