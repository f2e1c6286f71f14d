"""What shared secrets become on AWS."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.aws.documents import analytics

PROVIDED = {"SHARED_JWT_SECRET", "SENDGRID_API_KEY", "SENTRY_DSN", "NEW_RELIC_LICENSE_KEY"}


def test_each_variable_is_a_secret_of_its_own_under_a_known_name() -> None:
    secrets = analytics().find("aws_secretsmanager_secret")
    names = {one["name"] for name, one in secrets.items() if name.startswith("credentials_")}
    assert names == {f"shadower-analytics/credentials/{variable}" for variable in (*PROVIDED, "JWT_SECRET")}
    dev = analytics("dev").find("aws_secretsmanager_secret")["credentials_jwt_secret"]
    assert dev["name"] == "shadower-analytics-dev/credentials/JWT_SECRET"


def test_generated_ones_are_made_up_where_terraform_keeps_nothing() -> None:
    document = analytics(credentials__generated={"JWT_SECRET": {"length": 96, "version": 2}})
    passwords = document.find("ephemeral.aws_secretsmanager_random_password")
    assert passwords["credentials_jwt_secret"] == {"password_length": 96, "exclude_punctuation": True}
    version = document.find("aws_secretsmanager_secret_version")["credentials_jwt_secret"]
    source = "ephemeral.aws_secretsmanager_random_password.credentials_jwt_secret.random_password"
    assert version["secret_string_wo"] == f"${{{source}}}"
    assert version["secret_string_wo_version"] == 2
    assert "secret_string" not in version


def test_provided_ones_wait_for_a_person_who_is_told_what_and_how() -> None:
    document = analytics()
    versions = document.find("aws_secretsmanager_secret_version")
    for variable in PROVIDED:
        assert f"credentials_{variable.lower()}" not in versions
        command = document.outputs()[f"credentials_provide_{variable.lower()}"]
        assert f"--secret-id shadower-analytics/credentials/{variable} " in command
        assert "--region us-west-2" in command
    secret = document.find("aws_secretsmanager_secret")["credentials_sentry_dsn"]
    assert secret["description"] == "SENTRY_DSN, to be provided: Sentry, the project's Client Keys"


def test_the_command_gives_the_value_as_typed_and_not_as_an_argument(tmp_path: Path) -> None:
    aws = tmp_path / "aws"
    aws.write_text('#!/bin/bash\nprintf "%s\\n" "$@" >"$0.arguments"\ncat >"$0.value"\n')
    aws.chmod(0o755)
    command = analytics().outputs()["credentials_provide_sentry_dsn"]
    subprocess.run(
        ["bash", "-c", command],
        input="p@ss \\w%s$ord\n",
        text=True,
        check=True,
        env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
    )
    assert (tmp_path / "aws.value").read_text() == "p@ss \\w%s$ord"
    arguments = (tmp_path / "aws.arguments").read_text()
    assert "p@ss" not in arguments
    assert "file:///dev/stdin" in arguments


@pytest.mark.parametrize(("name", "days", "kept"), [("prod", 30, True), ("dev", 0, False)])
def test_production_can_undo_a_deletion_and_development_can_make_it_again(name: str, days: int, kept: bool) -> None:
    for secret in analytics(name).find("aws_secretsmanager_secret").values():
        assert secret["recovery_window_in_days"] == days
        assert ("lifecycle" in secret) is kept


def test_they_share_a_key_that_is_theirs_alone() -> None:
    document = analytics()
    keys = {
        one["kms_key_id"]
        for name, one in document.find("aws_secretsmanager_secret").items()
        if name.startswith("credentials_")
    }
    assert keys == {"${aws_kms_key.credentials.arn}"}
