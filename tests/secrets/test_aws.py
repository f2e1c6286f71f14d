"""What shared secrets become on AWS."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.aws.documents import Document, analytics

PROVIDED = {"SHARED_JWT_SECRET": "credentials", "SENDGRID_API_KEY": "integrations", "SENTRY_DSN": "integrations"}
"""Each provided variable of production with its field."""


def test_each_variable_is_a_secret_of_its_own_under_a_known_name() -> None:
    secrets = analytics().find("aws_secretsmanager_secret")
    names = {one["name"] for name, one in secrets.items() if name.startswith(("credentials_", "integrations_"))}
    assert names == {f"shadower-analytics/credentials/{variable}" for variable in (*PROVIDED, "JWT_SECRET")}
    dev = analytics("dev").find("aws_secretsmanager_secret")["credentials_jwt_secret"]
    assert dev["name"] == "shadower-analytics-dev/credentials/JWT_SECRET"


def test_generated_ones_are_made_up_where_terraform_keeps_nothing() -> None:
    document = analytics(credentials__generated={"JWT_SECRET": {"length": 96, "version": 2}})
    passwords = document.find("ephemeral.aws_secretsmanager_random_password")
    assert passwords["credentials_jwt_secret_v2"] == {"password_length": 96, "exclude_punctuation": True}
    version = document.find("aws_secretsmanager_secret_version")["credentials_jwt_secret_v2"]
    source = "ephemeral.aws_secretsmanager_random_password.credentials_jwt_secret_v2.random_password"
    assert version["secret_string_wo"] == f"${{{source}}}"
    assert version["secret_string_wo_version"] == 2
    assert "secret_string" not in version


def test_provided_ones_wait_for_a_person_who_is_told_what_and_how() -> None:
    document = analytics()
    versions = document.find("aws_secretsmanager_secret_version")
    for variable, field in PROVIDED.items():
        assert not [name for name in versions if name.startswith(f"{field}_{variable.lower()}")]
        command = document.outputs()[f"{field}_provide_{variable.lower()}"]
        assert f"--secret-id shadower-analytics/credentials/{variable} " in command
        assert "--region us-west-2" in command
    secret = document.find("aws_secretsmanager_secret")["integrations_sentry_dsn"]
    assert secret["description"] == "SENTRY_DSN, to be provided: Sentry, the project's Client Keys"


def test_the_command_gives_the_value_as_typed_and_not_as_an_argument(tmp_path: Path) -> None:
    aws = tmp_path / "aws"
    aws.write_text('#!/bin/bash\nprintf "%s\\n" "$@" >"$0.arguments"\ncat >"$0.value"\n')
    aws.chmod(0o755)
    command = analytics().outputs()["integrations_provide_sentry_dsn"]
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
    assert arguments.splitlines()[-3:] == ["--version-stages", "AWSCURRENT", "v1"], (
        "pods find it by its version's label"
    )
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


def readable(document: Document, workload: str) -> list[str]:
    """The secrets that a workload's role may read."""
    (policy,) = [one for name, one in document.find("aws_iam_role_policy").items() if name == workload]
    (statement,) = [one for one in json.loads(policy["policy"])["Statement"] if one["Sid"] == "Secrets"]
    return [re.search(r"aws_secretsmanager_secret\.(\w+)\.arn", arn)[1] for arn in statement["Resource"]]  # ty: ignore[not-subscriptable]


def test_only_the_web_process_may_read_the_keys_of_tokens() -> None:
    document = analytics()
    assert "credentials_jwt_secret" in readable(document, "backend")
    assert [name for name in readable(document, "worker") if "jwt" in name] == []
    assert "integrations_sendgrid_api_key" in readable(document, "worker")


def test_a_new_environment_can_be_given_the_former_value_that_its_pods_wait_for() -> None:
    """Its first version is 2: nobody ever put version 1 in place."""
    name = "credentials_provide_shared_jwt_secret"
    outputs = analytics(credentials__provided__SHARED_JWT_SECRET__version=2).outputs()
    assert outputs[name].endswith("--version-stages AWSCURRENT v2")
    assert outputs[f"{name}_previous"].endswith("--version-stages v1"), "it must not become the current one"
    assert f"{name}_previous" not in analytics().outputs()


def test_where_an_optional_one_is_off_it_has_no_place_and_its_feature_no_key() -> None:
    document = analytics("dev")
    assert not [name for name in document.find("aws_secretsmanager_secret") if name.startswith("integrations")]
    assert "integrations" not in document.find("aws_kms_key")
    assert not [name for name in document.outputs() if name.startswith("integrations")]


def test_a_retired_one_keeps_its_place_and_the_pods_that_read_it_may() -> None:
    """Terraform is applied before the old pods are gone: without the right none of them could be restarted."""
    document = analytics(integrations__provided__SENTRY_DSN__retired=True)
    kept = document.find("aws_secretsmanager_secret")["integrations_sentry_dsn"]
    assert kept["lifecycle"] == {"prevent_destroy": True}
    for workload in ("backend", "worker"):
        assert "integrations_sentry_dsn" in readable(document, workload)
    assert "integrations_provide_sentry_dsn" not in document.outputs()


def test_a_retired_key_that_was_made_up_is_read_by_the_pods_that_were_started_with_it() -> None:
    document = analytics(credentials__generated__JWT_SECRET__retired=True)
    assert document.find("aws_secretsmanager_secret")["credentials_jwt_secret"]["lifecycle"] == {
        "prevent_destroy": True
    }
    assert "credentials_jwt_secret_v1" in document.find("aws_secretsmanager_secret_version")
    assert "credentials_jwt_secret" in readable(document, "backend")


def test_what_lay_among_the_credentials_is_moved_and_keeps_its_name() -> None:
    document = analytics()
    kind = "aws_secretsmanager_secret"
    for variable in ("sendgrid_api_key", "sentry_dsn"):
        to = f"{kind}.integrations_{variable}"
        assert {"from": f"{kind}.credentials_{variable}", "to": to} in document.blocks["moved"]
        assert document.find(kind)[f"integrations_{variable}"]["name"].startswith("shadower-analytics/credentials/")
