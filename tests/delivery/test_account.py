"""Whose credentials they are, and which secrets have a value: boto3 against moto's server."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.delivery.cloud import STACK
from tests.empty_cloud import emptied
from twinstack.delivery import Manifest
from twinstack.delivery.account import Caller, caller, require_account
from twinstack.delivery.secrets import (
    NeededSecret,
    needed_secrets,
    put_commands,
    require_values,
    secret_states,
)
from twinstack.errors import ConfigurationError, InfrastructureError, MissingToolError

REGION = "us-west-2"
ACCOUNT = "123456789012"
"""moto's own."""
SENTRY = "shadower-analytics/credentials/SENTRY_DSN"
PUTS = (
    'read -rs VALUE && printf %s "$VALUE" | aws secretsmanager put-secret-value --region us-west-2 --secret-id '
    f"{SENTRY} --secret-string file:///dev/stdin --version-stages AWSCURRENT v1"
)


@pytest.fixture
def cloud(server: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """No secrets yet, and credentials of moto's account."""
    return emptied(server, monkeypatch, tmp_path)


def secrets_manager() -> Any:
    import boto3

    return boto3.client("secretsmanager", region_name=REGION)


def prod_manifests() -> list[Manifest]:
    files = sorted(STACK.parent.glob("*.k8s.yaml"))
    return [Manifest(one) for file in files for one in yaml.safe_load_all(file.read_text()) if one]


@pytest.mark.usefixtures("cloud")
def test_the_right_account_passes_and_another_is_refused_with_both_named() -> None:
    assert require_account(ACCOUNT, REGION).account == ACCOUNT
    with pytest.raises(ConfigurationError) as refused:
        require_account("111122223333", REGION)
    (problem,) = refused.value.problems
    assert (problem.code, problem.allowed) == ("TW977", "111122223333")
    assert problem.given.startswith(f"{ACCOUNT} (arn:aws:sts::{ACCOUNT}:")


@pytest.mark.usefixtures("cloud")
def test_no_credentials_and_a_silent_aws_are_two_things(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(InfrastructureError, match="AWS did not answer"):
        caller(REGION)
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    with pytest.raises(ConfigurationError, match="there are no AWS credentials that are in force"):
        caller(REGION)


def test_without_boto3_the_aws_command_is_asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    command = tmp_path / "aws"
    answer = json.dumps({"Account": "111122223333", "Arn": "arn:aws:iam::111122223333:user/me"})
    command.write_text(f"#!/bin/sh\necho '{answer}'\n")
    command.chmod(0o755)
    assert caller(REGION) == Caller("111122223333", "arn:aws:iam::111122223333:user/me")
    command.write_text("#!/bin/sh\necho 'Token has expired and refresh failed' >&2\nexit 255\n")
    with pytest.raises(ConfigurationError, match="Token has expired and refresh failed"):
        caller(REGION)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(MissingToolError, match="neither boto3 nor the AWS CLI"):
        caller(REGION)


def test_the_manifests_say_which_secrets_pods_need() -> None:
    needed = needed_secrets(prod_manifests())
    assert NeededSecret(SENTRY, "v1", REGION) in needed
    assert NeededSecret("shadower-analytics/database/url", "v1", REGION) in needed
    assert len(needed) == len({one.name for one in needed}) == 8


@pytest.mark.usefixtures("cloud")
def test_a_secret_without_the_version_that_pods_want_is_told_with_the_command_that_puts_it() -> None:
    commands = put_commands(json.loads(STACK.read_text()))
    assert commands[SENTRY] == PUTS
    needed = [NeededSecret(SENTRY, "v1"), NeededSecret("shadower-analytics/database/url", "v1")]

    def problems() -> list[tuple[str, str, str]]:
        states = secret_states(needed, REGION, commands)
        return [(one.path, one.message, one.fix) for state in states if (one := state.problem())]

    assert problems() == [
        (
            SENTRY,
            "a secret that pods read does not exist",
            f"deploy the infrastructure half, which makes its place; then: {PUTS}",
        ),
        (
            needed[1].name,
            "a secret that pods read does not exist",
            "deploy the infrastructure half, which puts its value",
        ),
    ]
    client = secrets_manager()
    for secret in needed:
        client.create_secret(Name=secret.name)
    client.put_secret_value(SecretId=needed[1].name, SecretString="postgresql://", VersionStages=["AWSCURRENT", "v1"])
    assert problems() == [(SENTRY, "a secret has no value that pods could read", PUTS)]
    with pytest.raises(ConfigurationError) as refused:
        require_values(secret_states(needed, REGION, commands))
    assert [one.code for one in refused.value.problems] == ["TW979"]
    client.put_secret_value(SecretId=SENTRY, SecretString="x", VersionStages=["AWSCURRENT"])
    assert problems()[0][1] == "a secret has no value that pods could read", "current is not the label that pods read"
    client.put_secret_value(SecretId=SENTRY, SecretString="x", VersionStages=["AWSCURRENT", "v1"])
    assert problems() == []
    client.delete_secret(SecretId=SENTRY)
    assert [path for path, _, _ in problems()] == [SENTRY], "what is about to be deleted is read by nobody"
