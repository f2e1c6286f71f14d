"""What is secret is hidden wherever it stands, and nothing else is."""

from __future__ import annotations

import json

import pytest

from twinstack.changes.masking import hidden, masked, masked_argument
from twinstack.delivery.terraform import SENSITIVE

SECRET = "8fK2mQ9xLz41"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("auth_token", SECRET),
        ("url", f"postgres://user:{SECRET}@host/db"),
        ("environment", {"DB_PASSWORD": SECRET}),
        ("env", [{"name": "API_TOKEN", "value": SECRET}]),
        ("container_definitions", json.dumps([{"environment": [{"name": "DB_PASSWORD", "value": SECRET}]}])),
        ("data", f"host: db\npassword: {SECRET}\n"),
        ("data", f"HOST=db\nDB_PASSWORD='{SECRET}'\n"),
    ],
)
def test_a_secret_is_hidden(name: str, value: object) -> None:
    told = json.dumps(masked(name, value))
    assert SECRET not in told
    assert SENSITIVE in told


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("password_wo_version", 2),
        ("policy", '{"Version": "1", "Statement": [{"Action": "secretsmanager:GetSecretValue"}]}'),
        ("data", "host: db\nport: 5432\n"),
        ("instance_class", "db.m7g.large"),
        ("kms_key_id", "aws_kms_key.database.arn"),
    ],
)
def test_what_is_no_secret_stays_as_it_is_written(name: str, value: object) -> None:
    assert masked(name, value) == value


def test_of_a_file_only_the_lines_with_secrets_are_hidden() -> None:
    assert masked("data", f"host: db\npassword: {SECRET}\nport: 1\n") == f"host: db\npassword: {SENSITIVE}\nport: 1\n"


def test_what_the_provider_only_writes_is_hidden_whatever_it_is() -> None:
    assert masked_argument("aws_db_instance", "password_wo", "x") == SENSITIVE
    assert masked_argument("aws_db_instance", "password_wo", None) is None
    assert masked_argument("aws_db_instance", "engine", "postgres") == "postgres"


def test_of_a_secret_object_only_the_keys_are_told() -> None:
    assert hidden({"a": "x", "b": None}) == {"a": SENSITIVE, "b": None}
