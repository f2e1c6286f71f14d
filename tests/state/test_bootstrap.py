"""The state bucket, made and put right for real: boto3 against moto's server."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from stacks import product
from twinstack.errors import BootstrapError, MissingToolError, UsageError
from twinstack.state import Outcome, Report, bootstrap

boto3 = pytest.importorskip("boto3")
BaseClient = pytest.importorskip("botocore.client").BaseClient
ClientError = pytest.importorskip("botocore.exceptions").ClientError
pytest.importorskip("moto.server")

MOTO_ACCOUNT = "123456789012"
"""The account that moto gives to credentials it does not know, and prod's."""
BUCKET = "shadower-terraform-state"


def prod(**settings: str) -> Any:
    return product.load("prod", set=dict(settings) or None)


def outcomes(report: Report) -> dict[str, str]:
    return {step.name: step.outcome.value for step in report.steps}


def s3(region: str = "us-west-2") -> Any:
    return boto3.client("s3", region_name=region)


def test_a_bucket_is_made_versioned_encrypted_closed_and_owned(cloud: str) -> None:
    report = bootstrap(prod(), apply=True)
    assert report.bucket == BUCKET
    assert outcomes(report)["bucket"] == "made"
    assert report.is_right
    client = s3()
    assert client.get_bucket_location(Bucket=BUCKET)["LocationConstraint"] == "us-west-2"
    assert client.get_bucket_versioning(Bucket=BUCKET)["Status"] == "Enabled"
    (rule,) = client.get_bucket_encryption(Bucket=BUCKET)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    assert set(client.get_public_access_block(Bucket=BUCKET)["PublicAccessBlockConfiguration"].values()) == {True}
    (owner,) = client.get_bucket_ownership_controls(Bucket=BUCKET)["OwnershipControls"]["Rules"]
    assert owner == {"ObjectOwnership": "BucketOwnerEnforced"}
    (refusal,) = json.loads(client.get_bucket_policy(Bucket=BUCKET)["Policy"])["Statement"]
    assert refusal["Effect"] == "Deny"
    assert refusal["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert refusal["Resource"] == [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"]
    (old,) = client.get_bucket_lifecycle_configuration(Bucket=BUCKET)["Rules"]
    assert old["NoncurrentVersionExpiration"] == {"NoncurrentDays": 365}
    assert "Expiration" not in old, "a state that is in use never expires"


def test_a_second_run_changes_nothing(cloud: str) -> None:
    bootstrap(prod(), apply=True)
    writes: list[str] = []
    boto3.DEFAULT_SESSION = None
    again = _watched(lambda: bootstrap(prod(), apply=True), writes)
    assert again.is_unchanged
    assert set(outcomes(again).values()) == {"right"}
    assert writes == []


def _watched(act: Callable[[], Report], writes: list[str]) -> Report:
    """Notes each call that is no look, by its name."""
    call = BaseClient._make_api_call

    def watched(self: Any, name: str, arguments: Any) -> Any:
        if not name.startswith(("Get", "Head")):
            writes.append(name)
        return call(self, name, arguments)

    BaseClient._make_api_call = watched
    try:
        return act()
    finally:
        BaseClient._make_api_call = call


def test_a_bucket_that_is_there_is_put_right_and_what_lies_in_it_stays(cloud: str) -> None:
    client = s3()
    client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "us-west-2"})
    client.put_object(Bucket=BUCKET, Key="analytics/terraform.tfstate", Body=b"{}")
    theirs = {
        "Sid": "Audit",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:DeleteBucket",
        "Resource": f"arn:aws:s3:::{BUCKET}",
    }
    client.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps({"Version": "2012-10-17", "Statement": [theirs]}))
    rule = {"ID": "theirs", "Status": "Enabled", "Filter": {"Prefix": "logs/"}, "Expiration": {"Days": 3}}
    client.put_bucket_lifecycle_configuration(Bucket=BUCKET, LifecycleConfiguration={"Rules": [rule]})
    writes: list[str] = []
    found = outcomes(_watched(lambda: bootstrap(prod(), apply=True), writes))
    assert found["bucket"] == "right"
    assert found["versions"] == found["transport"] == found["old states"] == "changed"
    assert not [name for name in writes if "Object" in name], "no call is about an object"
    with pytest.raises(ClientError, match="Forbidden"):  # this cloud speaks plain HTTP
        client.get_object(Bucket=BUCKET, Key="analytics/terraform.tfstate")
    statements = json.loads(client.get_bucket_policy(Bucket=BUCKET)["Policy"])["Statement"]
    assert [one["Sid"] for one in statements] == ["Audit", "TlsOnly"]
    rules = client.get_bucket_lifecycle_configuration(Bucket=BUCKET)["Rules"]
    assert [one["ID"] for one in rules] == ["theirs", "twinstack-old-states"]
    client.delete_bucket_policy(Bucket=BUCKET)
    assert client.get_object(Bucket=BUCKET, Key="analytics/terraform.tfstate")["Body"].read() == b"{}"


def test_a_look_changes_nothing(cloud: str) -> None:
    writes: list[str] = []
    report = _watched(lambda: bootstrap(prod()), writes)
    assert set(outcomes(report).values()) == {"wrong"}
    assert not report.is_right
    s3().create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "us-west-2"})
    report = _watched(lambda: bootstrap(prod()), writes)
    assert outcomes(report)["bucket"] == Outcome.RIGHT
    assert outcomes(report)["transport"] == Outcome.WRONG
    assert writes == []


def test_credentials_of_another_account_make_nothing(cloud: str) -> None:
    with pytest.raises(UsageError, match=rf"of account {MOTO_ACCOUNT} .*dev is in 111122223333"):
        bootstrap(product.load("dev"), apply=True)
    assert s3().list_buckets()["Buckets"] == []


@pytest.mark.parametrize("answer", ["403", "404"])
def test_a_bucket_of_somebody_else_is_refused(cloud: str, monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    """Moto asks for no owner, as S3 does: with 403 for one that is not the expected one, 404 for one that just came."""
    sts = boto3.client("sts", region_name="us-west-2")
    role = sts.assume_role(RoleArn="arn:aws:iam::999999999999:role/other", RoleSessionName="other")["Credentials"]
    other = boto3.client(
        "s3", region_name="us-west-2", aws_access_key_id=role["AccessKeyId"],
        aws_secret_access_key=role["SecretAccessKey"], aws_session_token=role["SessionToken"],
    )  # fmt: skip
    other.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "us-west-2"})
    call = BaseClient._make_api_call

    def answered(self: Any, name: str, arguments: Any) -> Any:
        if name == "HeadBucket":
            assert arguments["ExpectedBucketOwner"] == MOTO_ACCOUNT
            raise ClientError({"Error": {"Code": answer, "Message": "no"}}, name)
        assert name in {"GetCallerIdentity", "CreateBucket"}, "nothing of a bucket that is not ours is asked for"
        return call(self, name, arguments)

    monkeypatch.setattr(BaseClient, "_make_api_call", answered)
    with pytest.raises(UsageError, match=f"the bucket {BUCKET} is somebody else's"):
        bootstrap(prod(), apply=True)


def test_every_look_and_change_names_the_owner_that_it_expects(cloud: str, monkeypatch: pytest.MonkeyPatch) -> None:
    owners: dict[str, set[str | None]] = {}
    call = BaseClient._make_api_call

    def watched(self: Any, name: str, arguments: Any) -> Any:
        owners.setdefault(name, set()).add(arguments.get("ExpectedBucketOwner"))
        return call(self, name, arguments)

    monkeypatch.setattr(BaseClient, "_make_api_call", watched)
    bootstrap(prod(), apply=True)
    made = {name for name in owners if name not in {"GetCallerIdentity", "CreateBucket"}}
    assert len(made) > 10
    assert {name: owners[name] for name in made} == {name: {MOTO_ACCOUNT} for name in made}


def test_a_bucket_in_another_region_is_refused(cloud: str) -> None:
    s3("eu-west-1").create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    with pytest.raises(UsageError, match="is in eu-west-1, and prod is in us-west-2"):
        bootstrap(prod(), apply=True)


def test_the_first_region_has_no_constraint(cloud: str) -> None:
    assert outcomes(bootstrap(prod(region="us-east-1"), apply=True))["bucket"] == "made"
    assert outcomes(bootstrap(prod(region="us-east-1"), apply=True))["bucket"] == "right"


def test_no_credentials_and_no_answer_are_one_sentence(cloud: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{free.getsockname()[1]}"
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", nobody)
    with pytest.raises(BootstrapError, match="AWS: Could not connect"):
        bootstrap(prod(), apply=True)
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(UsageError, match="no AWS credentials: Unable to locate"):
        bootstrap(prod(), apply=True)


def test_without_boto3_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(MissingToolError, match=r'pip install "twinstack\[state\]"'):
        bootstrap(prod(), apply=True)


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "twinstack", "bootstrap", *arguments], cwd=product.root, capture_output=True, text=True
    )


def test_the_command_says_what_it_found_and_made(cloud: str) -> None:
    wrong = command("prod")
    assert wrong.returncode == 3
    assert wrong.stdout.splitlines()[-1] == "nothing was done; `twinstack bootstrap prod --apply` does it"
    assert s3().list_buckets()["Buckets"] == [], "asked for nothing, it makes nothing"
    assert not json.loads(command("prod", "--json").stdout)["right"]
    made = command("prod", "--apply", "--json")
    assert made.returncode == 0
    data = json.loads(made.stdout)
    assert (data["bucket"], data["account"], data["right"]) == (BUCKET, MOTO_ACCOUNT, True)
    wanted = f"{BUCKET}, in us-west-2"
    assert data["steps"][0] == {"name": "bucket", "wanted": wanted, "outcome": "made", "command": ""}
    for again in (command("prod"), command("prod", "--apply")):
        assert (again.returncode, again.stderr) == (0, "")
        assert again.stdout.splitlines()[0].split() == ["what", "found", "should", "be"]
        assert again.stdout.splitlines()[-1] == "all is right: nothing to do"
    s3().delete_bucket_policy(Bucket=BUCKET)
    assert command("prod").returncode == 3
    changed = command("prod", "--apply")
    assert (changed.returncode, changed.stdout.splitlines()[-1]) == (0, f"the state of prod has its bucket, {BUCKET}")
    refused = command("dev")
    assert refused.returncode == 2
    assert refused.stderr.startswith(f"error: the credentials are of account {MOTO_ACCOUNT}")
    assert command("prod", "--check").returncode == 2
