"""Tokens: signed by this service or by the main application, with an end and a subject."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import jwt

from settings import WorkerSettings


class InvalidTokenError(Exception):
    """A token that is not accepted; the text says why and may be shown."""


@dataclass(frozen=True, slots=True)
class Claims:
    """Who asks, as the token says."""

    subject: str
    email: str | None = None


class Tokens:
    """Signs and checks tokens; two keys are accepted, only JWT_SECRET signs."""

    def __init__(self, settings: WorkerSettings) -> None:
        self._algorithm = settings.jwt_algorithm
        self._hours = settings.jwt_expiration_hours
        self._keys = (settings.jwt_secret.get_secret_value(), settings.shared_jwt_secret.get_secret_value())

    def issue(self, subject: str, *, hours: float | None = None, claims: Mapping[str, str] | None = None) -> str:
        """A token for `subject`, valid for JWT_EXPIRATION_HOURS unless told otherwise."""
        now = datetime.now(UTC)
        end = now + timedelta(hours=self._hours if hours is None else hours)
        return jwt.encode({**(claims or {}), "sub": subject, "iat": now, "exp": end}, self._keys[0], self._algorithm)

    def verify(self, token: str) -> Claims:
        """What an accepted token says.

        Raises:
            InvalidTokenError: for any other.

        """
        for key in self._keys:
            try:
                content = jwt.decode(
                    token,
                    key,
                    algorithms=[self._algorithm],
                    options={"require": ["exp", "sub"], "verify_aud": False},  # audiences are the main application's
                )
            except jwt.InvalidSignatureError:
                continue
            except jwt.ExpiredSignatureError:
                raise InvalidTokenError("the token has expired") from None
            except jwt.InvalidTokenError:
                raise InvalidTokenError("the token is malformed") from None
            email = content.get("email")
            return Claims(content["sub"], email if isinstance(email, str) else None)
        raise InvalidTokenError("the token is not signed by this service or the main application")
