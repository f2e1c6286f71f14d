"""Tokens: signed by this service or by the main application, with an end and a subject.

A rotation of a key refuses nobody. While it goes through, some pods know the former key alone and some know both; so
what knows both accepts both, and goes on signing with the former one until the last pod without the new one is gone.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt

from settings import WebSettings
from text import is_storable

LATEST = 253_402_300_799
"""The end of the year 9999: an `exp` may be any number."""


class InvalidTokenError(Exception):
    """A token that is not accepted; the text says why and may be shown."""


@dataclass(frozen=True, slots=True)
class Claims:
    """Who asks, as the token says."""

    subject: str
    email: str | None = None
    expires_at: float = field(default=math.inf, compare=False)
    """Seconds since 1970."""


class Tokens:
    """Signs and checks tokens: two keys and their former values are accepted, only JWT_SECRET signs.

    While JWT_SECRET_PREVIOUS is given, it signs for the first JWT_OVERLAP_SECONDS of the process: a rollout is over or
    taken back by then, and tokens of the former key have ended long before the next rotation takes it away.
    """

    def __init__(self, settings: WebSettings, clock: Callable[[], float] = time.monotonic) -> None:
        self._algorithm = settings.jwt_algorithm
        self._hours = settings.jwt_expiration_hours
        self._current = settings.jwt_secret.get_secret_value()
        self._former = settings.jwt_secret_previous.get_secret_value()
        shared, former = settings.shared_jwt_secret, settings.shared_jwt_secret_previous
        keys = (self._current, shared.get_secret_value(), self._former, former.get_secret_value())
        self._keys = tuple(dict.fromkeys(filter(None, keys)))
        self._clock = clock
        self._overlap_ends = clock() + settings.jwt_overlap_seconds

    @property
    def _signing(self) -> str:
        return self._former if self._former and self._clock() < self._overlap_ends else self._current

    def issue(self, subject: str, *, hours: float | None = None, claims: Mapping[str, str] | None = None) -> str:
        """A token for `subject`, valid for JWT_EXPIRATION_HOURS unless told otherwise."""
        now = datetime.now(UTC)
        end = now + timedelta(hours=self._hours if hours is None else hours)
        return jwt.encode({**(claims or {}), "sub": subject, "iat": now, "exp": end}, self._signing, self._algorithm)

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
            except (
                jwt.InvalidTokenError,
                ValueError,
                OverflowError,
                RecursionError,
            ):  # JSON's own, too: `exp: Infinity`
                raise InvalidTokenError("the token is malformed") from None
            return _claims(content)
        raise InvalidTokenError("the token is not signed by this service or the main application")


def _claims(content: Mapping[str, Any]) -> Claims:
    """What an accepted token says, when the database can hold it: whoever may sign may still be wrong."""
    subject, email = content["sub"], content.get("email")
    email = email if isinstance(email, str) else None
    if not is_storable(subject) or not is_storable(email or ""):
        raise InvalidTokenError("the token is malformed")
    return Claims(subject, email, float(min(int(content["exp"]), LATEST)))
