"""What a client is told when something is wrong: one shape, `{"error": {"code": …, "message": …}}`."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

RETRY_SECONDS = 5
"""When a client may try again while the database or Redis is away."""
MOST_ERRORS = 10
"""An answer names so many of the faults of a body; a hostile one has thousands."""
LONGEST_ERROR = 200
"""Characters of one of them: the path to a fault is as long as the client likes."""

CODES = {400: "bad_request", 404: "not_found", 405: "method_not_allowed"}
"""Of the framework's own refusals."""


class ErrorContent(BaseModel):
    """What went wrong."""

    code: str = Field(description="For programs; README.md lists all of them.")
    message: str = Field(description="For people; its words may change.")


class ErrorAnswer(BaseModel):
    """The body of every refusal."""

    error: ErrorContent


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


class InvalidRequestError(ApiError):
    """What was sent cannot be taken as it is: 422."""

    def __init__(self, message: str) -> None:
        super().__init__(422, "invalid_request", message)


def error_response(error: HTTPException) -> JSONResponse:
    """The response for a refusal, ours or the framework's."""
    code = error.code if isinstance(error, ApiError) else CODES.get(error.status_code, "error")
    return JSONResponse({"error": {"code": code, "message": error.detail}}, error.status_code, error.headers)


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """These refusals for a route's documentation."""
    return {status: {"model": ErrorAnswer, "description": HTTPStatus(status).phrase} for status in statuses}


def install_error_handlers(application: FastAPI) -> None:
    """Give the framework's own refusals the same shape."""

    @application.exception_handler(HTTPException)
    async def refuse(_: Request, error: HTTPException) -> JSONResponse:
        return error_response(error)

    @application.exception_handler(RequestValidationError)
    async def refuse_input(_: Request, error: RequestValidationError) -> JSONResponse:
        found = error.errors()
        shown = [f"{'.'.join(map(str, each['loc'][1:])) or 'body'}: {each['msg']}" for each in found[:MOST_ERRORS]]
        wrong = [text if len(text) <= LONGEST_ERROR else f"{text[: LONGEST_ERROR - 1]}…" for text in shown]
        if len(found) > MOST_ERRORS:
            wrong.append(f"and {len(found) - MOST_ERRORS} more")
        return error_response(InvalidRequestError("; ".join(wrong)))
