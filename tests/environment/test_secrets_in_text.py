"""Secrets are recognised; what only sounds like one is left alone."""

from __future__ import annotations

import pytest

from twinstack.environment.secrets_in_text import looks_like_a_secret, secrets_by_line

KEY = "AKIA" + "ABCDEFGHIJKLMNOP"


@pytest.mark.parametrize(
    ("key", "value", "what"),
    [
        ("note", f"use {KEY}", "an AWS access key"),
        ("note", "-----BEGIN RSA PRIVATE " + "KEY-----", "a private key"),
        ("note", "ghp_" + "a1" * 18, "a GitHub token"),
        ("note", "xoxb-" + "1234567890", "a Slack token"),
        ("note", "SG." + "a" * 22 + "." + "b" * 43, "a SendGrid key"),
        ("note", "eyJhbGciOiJI." + "eyJzdWIiOiIx.abc", "a JSON web token"),
        ("address", "postgresql://user:" + "pa55@db:5432/x", "a password in a URL"),
        ("DB_PASSWORD", "correct-horse", "what seems to be a secret"),
        ("api_key", "0123456789abcdef", "what seems to be a secret"),
        ("SENTRY_DSN", "https://abc@sentry.io/1", "what seems to be a secret"),
    ],
)
def test_a_secret_is_recognised(key: str, value: str, what: str) -> None:
    assert looks_like_a_secret(key, value) == what


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("JWT_ALGORITHM", "HS256"),
        ("url", "https://api.example.com"),
        ("url", "postgresql://user@db/x"),
        ("password_version", "2"),
        ("password", ""),
        ("token", "true"),
        ("secret", "arn:aws:secretsmanager:eu-central-1:111122223333:secret:x"),
        ("api_key", "${FROM_ELSEWHERE}"),
        ("password", "from the team that runs it"),
        ("tokens_per_minute", "100"),
    ],
)
def test_what_only_sounds_like_one_is_left_alone(key: str, value: str) -> None:
    assert looks_like_a_secret(key, value) is None


def test_comments_and_keys_are_searched_too() -> None:
    assert list(secrets_by_line(f"a: 1\n# {KEY}\n{KEY}: b\n")) == [(2, "an AWS access key"), (3, "an AWS access key")]
