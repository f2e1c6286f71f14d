"""What `twinstack bootstrap` prints, pasted into a shell: it makes the same bucket."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from stacks import product
from twinstack.cli.bootstrap import run_bootstrap
from twinstack.state import Outcome, bootstrap, commands

boto3 = pytest.importorskip("boto3")
BUCKET = "shadower-terraform-state"
AWS = """
import json, sys
import boto3
from botocore import xform_name
service, operation, *words = sys.argv[1:]
if operation == "get-caller-identity":
    print(boto3.client("sts", region_name="us-east-1").get_caller_identity()["Account"])
    sys.exit()
options = dict(zip(words[::2], words[1::2], strict=True))
client = boto3.client({"s3api": "s3"}[service], region_name=options.pop("--region", "us-west-2"))
model = client.meta.service_model
name = next(one for one in model.operation_names if xform_name(one, "-") == operation)
members = model.operation_model(name).input_shape.members
given = {}
for option, value in options.items():
    member = next(one for one in members if "--" + xform_name(one, "-") == option)
    if members[member].type_name == "structure":
        key, _, rest = value.partition("=")
        value = json.loads(value) if value.startswith("{") else {key: rest}
    given[member] = value
getattr(client, xform_name(name))(**given)
"""
"""The AWS command line, as far as it is used here: options by botocore's own model, values as JSON or `Key=Value`."""


@pytest.fixture
def shell(cloud: str, tmp_path: Path) -> Any:
    """Runs lines in a shell that has an `aws`."""
    program = tmp_path / "bin/aws"
    program.parent.mkdir()
    program.write_text(f"#!{sys.executable}\n{AWS}")
    program.chmod(0o755)

    def run(lines: list[str]) -> None:
        path = f"{program.parent}:{os.environ['PATH']}"
        text = "\n".join(["set -e", *lines])
        done = subprocess.run(["sh", "-c", text], env={**os.environ, "PATH": path}, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr

    return run


@pytest.mark.parametrize("region", ["us-west-2", "us-east-1"])
def test_what_is_printed_makes_a_bucket_in_which_nothing_is_left_to_do(shell: Any, region: str) -> None:
    environment = product.load("prod", set={"region": region})
    shell(commands(environment))
    assert bootstrap(environment).is_unchanged


def test_only_what_is_wrong_is_printed_and_what_others_have_set_stays(shell: Any) -> None:
    environment = product.load("prod")
    bootstrap(environment, apply=True)
    s3 = boto3.client("s3", region_name="us-west-2")
    theirs = {"ID": "theirs", "Status": "Enabled", "Filter": {"Prefix": "logs/"}, "Expiration": {"Days": 3}}
    s3.put_bucket_lifecycle_configuration(Bucket=BUCKET, LifecycleConfiguration={"Rules": [theirs]})
    (wrong,) = [step for step in bootstrap(environment).steps if step.outcome is Outcome.WRONG]
    assert wrong.command.startswith("aws s3api put-bucket-lifecycle-configuration --region us-west-2 --bucket")
    shell([wrong.command])
    assert bootstrap(environment).is_unchanged
    rules = s3.get_bucket_lifecycle_configuration(Bucket=BUCKET)["Rules"]
    assert [rule["ID"] for rule in rules] == ["theirs", "twinstack-old-states"]


def test_another_accounts_credentials_make_nothing(cloud: str, shell: Any) -> None:
    first = commands(product.load("dev"))[0]
    with pytest.raises(AssertionError):
        shell([first])
    assert boto3.client("s3", region_name="us-west-2").list_buckets()["Buckets"] == []


def test_commands_are_printed_without_boto3_and_credentials() -> None:
    arguments = [sys.executable, "-m", "twinstack", "bootstrap", "prod", "--commands"]
    nobody = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    done = subprocess.run(arguments, cwd=product.root, env=nobody, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == commands(product.load("prod"))
    assert all("123456789012" in line for line in commands(product.load("prod"))), "each names the account"
    refused = subprocess.run([*arguments, "--apply"], cwd=product.root, env=nobody, capture_output=True, text=True)
    assert refused.returncode == 2
    assert "--commands only prints" in refused.stderr


@pytest.mark.parametrize(("said", "made"), [(False, 0), (True, 1)])
def test_whoever_is_there_is_asked_first(
    cloud: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], said: bool, made: int
) -> None:
    asked: list[str] = []
    monkeypatch.setattr("twinstack.cli.bootstrap.somebody_is_there", lambda: True)
    monkeypatch.setattr("twinstack.cli.bootstrap.agreed", lambda question: asked.append(question) or said)
    assert run_bootstrap(product, "prod", apply=True, yes=False, as_json=False) is said
    assert asked == ["Put 7 things right in 123456789012?"]
    assert len(boto3.client("s3", region_name="us-west-2").list_buckets()["Buckets"]) == made
    printed = capsys.readouterr().out
    assert ("aws s3api create-bucket" in printed) is not said


def test_yes_asks_nobody(cloud: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("twinstack.cli.bootstrap.somebody_is_there", lambda: True)
    monkeypatch.setattr("twinstack.cli.bootstrap.agreed", pytest.fail)
    assert run_bootstrap(product, "prod", apply=True, yes=True, as_json=False)
