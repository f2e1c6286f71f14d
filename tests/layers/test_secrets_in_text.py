"""Secrets are recognised by what they look like and by what they are called; ordinary settings are left alone."""

from __future__ import annotations

import random
import re._parser as re_parser
import string
from typing import Final

import pytest

from tests.layers.ordinary_settings import SETTINGS
from twinstack.layers.secret_shapes import SHAPES, SHORTEST, _pattern
from twinstack.layers.secrets_in_text import by_name, by_shape, may_be_secret, secrets_by_line

ALL: Final = string.ascii_letters + string.digits
HEX: Final = "0123456789abcdef"


def made_up(length: int, of: str = ALL) -> str:
    """A key's random part, made here, so that no scanner finds one in this repository."""
    return "".join(random.Random(length).choices(of, k=length))


KEY = "AKIA" + made_up(16, string.ascii_uppercase)
KEYS: Final = {
    "an AWS access key": KEY,
    "a private key": "-----BEGIN RSA PRIVATE " + "KEY-----",
    "an OpenSSH key": "-----BEGIN OPENSSH PRIVATE " + "KEY-----",
    "a PGP key": "-----BEGIN PGP PRIVATE " + "KEY BLOCK-----",
    "a GitHub token": "ghp" + "_" + made_up(36),
    "a GitHub app's token": "ghs" + "_" + made_up(36),
    "a fine-grained GitHub token": "github" + "_pat_" + made_up(82),
    "a GitLab token": "glpat" + "-" + made_up(20),
    "an npm token": "npm" + "_" + made_up(36),
    "a PyPI token": "pypi-" + "AgEIcHlwaS5vcmc" + made_up(60),
    "a Docker token": "dckr" + "_pat_" + made_up(27),
    "a Slack bot's token": "xoxb" + "-" + made_up(12, string.digits) + "-" + made_up(24),
    "a Slack user's token": "xoxp" + "-" + made_up(12, string.digits) + "-" + made_up(24),
    "a Slack webhook": "https://hooks.slack" + ".com/services/T" + made_up(9) + "/B" + made_up(10) + "/" + made_up(24),
    "a SendGrid key": "SG" + "." + made_up(22) + "." + made_up(43),
    "a Stripe key": "sk" + "_live_" + made_up(24),
    "a Stripe test key": "sk" + "_test_" + made_up(24),
    "a restricted Stripe key": "rk" + "_live_" + made_up(24),
    "a Stripe webhook secret": "whsec" + "_" + made_up(32),
    "a Google key": "AIza" + made_up(35),
    "a Google client secret": "GOCSPX" + "-" + made_up(28),
    "an OpenAI project key": "sk-" + "proj-" + made_up(74) + "T3BlbkFJ" + made_up(74),
    "an OpenAI key": "sk-" + made_up(20) + "T3BlbkFJ" + made_up(20),
    "an Anthropic key": "sk-ant-" + "api03-" + made_up(93) + "AA",
    "an OpenRouter key": "sk-or-" + "v1-" + made_up(64, HEX),
    "a Hugging Face token": "hf" + "_" + made_up(34, string.ascii_letters),
    "a Groq key": "gsk" + "_" + made_up(52),
    "a DigitalOcean token": "dop" + "_v1_" + made_up(64, HEX),
    "a Vault token": "hvs" + "." + made_up(95),
    "a Terraform Cloud token": made_up(14) + ".atlas" + "v1." + made_up(64),
    "a Doppler token": "dp" + ".pt." + made_up(43),
    "a Databricks token": "dapi" + made_up(32, HEX),
    "a Grafana token": "glsa" + "_" + made_up(32) + "_" + made_up(8, HEX),
    "a New Relic key": "NRAK" + "-" + made_up(27, string.ascii_uppercase + string.digits),
    "a Sentry token": "sntryu" + "_" + made_up(64, HEX),
    "a Shopify token": "shpat" + "_" + made_up(32, HEX),
    "a Square token": "sq0atp" + "-" + made_up(22),
    "a Twilio key": "SK" + made_up(32, HEX),
    "a Mailgun key": "key" + "-" + made_up(32, HEX),
    "a Mailchimp key": made_up(32, HEX) + "-us" + "12",
    "a Telegram token": made_up(10, string.digits) + ":A" + made_up(34),
    "a Linear key": "lin" + "_api_" + made_up(40),
    "a Notion token": "ntn" + "_" + made_up(46),
    "an Airtable token": "pat" + made_up(14) + "." + made_up(64, HEX),
    "a Postman key": "PMAK" + "-" + made_up(24, HEX) + "-" + made_up(34, HEX),
    "an Azure storage key": "DefaultEndpointsProtocol=https;AccountName=a;AccountKey" + "=" + made_up(86) + "==",
    "an Azure client secret": made_up(3) + "8Q~" + made_up(34),
    "an age key": "AGE-SECRET" + "-KEY-1" + made_up(58, string.ascii_uppercase + string.digits),
    "a Supabase key": "sbp" + "_" + made_up(40, HEX),
    "a JSON web token": "eyJ" + made_up(20) + "." + "eyJ" + made_up(60) + "." + made_up(43),
    "a password in a URL": "postgresql://user:" + "pa55@db:5432/x",
    "a password without a user": "redis://:" + "pa55@cache:6379/0",
}


@pytest.mark.parametrize("what", KEYS)
def test_a_key_is_known_by_what_it_looks_like(what: str) -> None:
    value = KEYS[what]
    for text in (value, f"use {value} for now", f'"{value}"'):
        assert by_shape(text) is not None
        assert [line for line, _ in secrets_by_line(f"a: 1\n# {text}\n")] == [2]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "60gp0byfz2dvffa45cxl20p1scy9xbpf"),
        ("SECRET_KEY", "changethis"),
        ("DJANGO_SECRET_KEY", "django-insecure-#&x"),
        ("FLASK_SECRET_KEY", "dev"),
        ("SECRET_KEY_BASE", "abc"),
        ("RAILS_MASTER_KEY", "abc"),
        ("JWT_SECRET", "hunter2"),
        ("NEXTAUTH_SECRET", "hunter2"),
        ("JWT_SIGNING_KEY", "hunter2"),
        ("SIGNING_KEY", "hunter2"),
        ("ENCRYPTION_KEY", "hunter2"),
        ("FIELD_ENCRYPTION_KEY_V2", "hunter2"),
        ("FERNET_KEY", "hunter2"),
        ("STRIPE_SECRET_KEY", "from-the-dashboard"),
        ("DB_PASSWORD", "correct-horse"),
        ("DB_PASSWORD", "12345678"),
        ("DB_PASS", "correct-horse"),
        ("SMTP_PWD", "correct-horse"),
        ("api_key", "0123456789abcdef"),
        ("apiKey", "0123456789abcdef"),
        ("client-secret", "0123456789abcdef"),
        ("AWS_SECRET_ACCESS_KEY", "abc"),
        ("SENTRY_DSN", "https://abc@sentry.io/1"),
        ("STORAGE_CONNECTION_STRING", "Endpoint=x"),
        ("STRIPE_KEY", "q8" + made_up(22)),
        ("POSTMARK_KEY", "3f2504e0-4f89-41d3-9a0c-0305e82c3301"),
        ("SEGMENT_WRITE_KEY", "q8" + made_up(30)),
        ("APP_KEY", "base64:" + made_up(43) + "="),
        ("DATADOG_KEY", made_up(32, HEX)),
        ("HASH_SALT", made_up(32)),
        ("NEXT_PUBLIC_KEY_OF_STRIPE", KEYS["a Stripe key"]),
    ],
)
def test_a_secret_is_known_by_its_name(name: str, value: str) -> None:
    assert by_shape(value) or by_name(name, value)


def test_ordinary_settings_are_left_alone() -> None:
    assert len(SETTINGS) > 300
    assert [f"{name}={value}" for name, value in SETTINGS if by_shape(value) or by_name(name, value)] == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("password", ""),
        ("token", "true"),
        ("secret", "arn:aws:secretsmanager:eu-central-1:111122223333:secret:x"),
        ("api_key", "${FROM_ELSEWHERE}"),
        ("api_key", "<your key>"),
        ("password", "from the team that runs it"),
        ("password", "DATABASE_PASSWORD"),
        ("url", "postgresql://user@db/x"),
        ("url", "postgresql://user:${PASSWORD}@db/x"),
        ("url", "postgresql://user:<password>@db/x"),
        ("note", "AKIAIOSFODNN7" + "EXAMPLE"),
        ("note", "sk_live_" + "x" * 24),
    ],
)
def test_what_stands_where_a_secret_would_stand_is_none(name: str, value: str) -> None:
    assert by_shape(value) is None
    assert by_name(name, value) is None


@pytest.mark.parametrize("value", ["Tr0ub4dor&3", "hunter2hunter2", "Passw0rd", KEYS["an npm token"]])
def test_what_could_be_a_password_is_not_repeated(value: str) -> None:
    assert may_be_secret("account", value)


@pytest.mark.parametrize(
    "value",
    [
        "db.t9z.micro", "123456789012", "eu-centrall-1", "10.0.0.0/33", "arn:aws:iam::123456789012:role/Admin", "1.36.2",
        "PostgreSQL", "registry.example.com/Team/App:1.0", "ca-central-1c", "2026-11-28", "MyNiceRoleName",
        "subnet-0a1", "latest", "128MB", "redis7.1",
    ],
)  # fmt: skip
def test_an_odd_value_that_could_be_none_is_repeated(value: str) -> None:
    assert not may_be_secret("account", value)


def test_comments_and_keys_are_searched_too() -> None:
    assert list(secrets_by_line(f"a: 1\n# {KEY}\n{KEY}: b\n")) == [(2, "an AWS access key"), (3, "an AWS access key")]


def test_nothing_shorter_than_the_shortest_shape_is_one() -> None:
    widths = {
        shape.what: re_parser.parse(_pattern(shape.alone, shape.before, shape.marks, shape.rest).pattern).getwidth()[0]
        for shape in SHAPES
    }
    assert min(widths.values()) == SHORTEST
