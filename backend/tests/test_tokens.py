"""Which tokens are accepted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import jwt
import pytest

from tests.conftest import web_settings
from tests.servers import SECRET, WEB, python
from tokens import Claims, InvalidTokenError, Tokens

TOKENS = Tokens(web_settings())
SOON = datetime.now(UTC) + timedelta(hours=1)
OURS, SHARED = SECRET["JWT_SECRET"], SECRET["SHARED_JWT_SECRET"]


@pytest.mark.parametrize("key", [OURS, SHARED])
def test_a_token_of_this_service_or_the_main_application_is_accepted(key: str) -> None:
    assert TOKENS.verify(jwt.encode({"sub": "ann", "exp": SOON, "aud": "main"}, key, "HS256")) == Claims("ann")


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        (jwt.encode({"sub": "ann", "exp": SOON}, "x" * 32, "HS256"), "not signed by"),
        (jwt.encode({"sub": "ann", "exp": datetime(2020, 1, 1, tzinfo=UTC)}, OURS, "HS256"), "expired"),
        (jwt.encode({"sub": "ann", "exp": datetime(2020, 1, 1, tzinfo=UTC)}, SHARED, "HS256"), "expired"),
        (jwt.encode({"sub": "ann"}, OURS, "HS256"), "malformed"),
        (jwt.encode({"exp": SOON}, OURS, "HS256"), "malformed"),
        (jwt.encode({"sub": "ann", "exp": SOON}, "", "none"), "malformed"),
        (jwt.encode({"sub": "a\0b", "exp": SOON}, OURS, "HS256"), "malformed"),
        (jwt.encode({"sub": "a\ud800", "exp": SOON}, OURS, "HS256"), "malformed"),
        (jwt.encode({"sub": "ann", "email": "a\0@b.c", "exp": SOON}, OURS, "HS256"), "malformed"),
        (jwt.encode({"sub": "ann", "email": "\udfff@b.c", "exp": SOON}, SHARED, "HS256"), "malformed"),
        (jwt.encode({"sub": "ann", "exp": float("inf")}, OURS, "HS256"), "malformed"),
        (jwt.encode({"sub": "ann", "exp": float("nan")}, OURS, "HS256"), "malformed"),
        (jwt.encode({"sub": "ann", "exp": SOON, "nbf": float("inf")}, OURS, "HS256"), "malformed"),
        (jwt.encode({"sub": "ann", "exp": SOON, "iat": float("-inf")}, OURS, "HS256"), "malformed"),
        (jwt.encode({"sub": "ann", "exp": SOON}, OURS * 2, "HS512"), "malformed"),
        ("rubbish", "malformed"),
    ],
)
def test_any_other_token_is_refused_with_the_reason(token: str, reason: str) -> None:
    with pytest.raises(InvalidTokenError, match=reason):
        TOKENS.verify(token)


def test_an_issued_token_lasts_as_long_as_the_settings_say() -> None:
    content = jwt.decode(TOKENS.issue("ann"), OURS, ["HS256"])
    assert content["exp"] - content["iat"] == 24 * 3600


def test_the_command_prints_one_accepted_token() -> None:
    done = python("-m", "issue_token", "--subject", "bob", "--hours", "1", variables=WEB)
    assert TOKENS.verify(done.stdout.strip()) == Claims("bob")


def test_an_accepted_token_says_when_it_ends_however_late() -> None:
    ends = [
        TOKENS.verify(jwt.encode({"sub": "ann", "exp": end}, OURS, "HS256")).expires_at
        for end in (4_102_444_800, 4_102_444_800.9, 10**30)
    ]
    assert ends == [4_102_444_800, 4_102_444_800, 253_402_300_799]
