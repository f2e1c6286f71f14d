"""The bucket that bootstrap makes keeps a state for the real engines, and its lock file keeps the second one out."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from stacks import product
from tests.delivery.cloud import BACKEND, STACK
from twinstack.delivery.terraform import Terraform
from twinstack.state import bootstrap
from twinstack.terraform import Outcome
from twinstack.terraform.program import PROGRAMS, Program

boto3 = pytest.importorskip("boto3")
pytestmark = pytest.mark.slow
KEPT: dict[str, Any] = json.loads(STACK.read_text())["terraform"]["backend"]["s3"]
BUCKET, KEY = KEPT["bucket"], KEPT["key"]


@pytest.fixture(params=PROGRAMS)
def engine(
    request: pytest.FixtureRequest, cloud: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Terraform]:
    """An engine with production's own backend, in the bucket that bootstrap makes, and one resource that needs no cloud."""
    if shutil.which(request.param) is None:
        pytest.skip(f"{request.param} is not on the path")
    bootstrap(product.load("prod"), apply=True)
    # Of the bucket's settings this one would keep everybody out here: moto's server speaks plain HTTP.
    s3().delete_bucket_policy(Bucket=BUCKET)
    monkeypatch.setenv("TF_CLI_ARGS_init", " ".join(f"-backend-config={one}" for one in BACKEND))
    write(tmp_path, "one")
    with Terraform(Program.find(request.param), tmp_path, lock_timeout_seconds=0) as found:
        assert passed(found.init())
        yield found


def s3() -> Any:
    return boto3.client("s3", region_name="us-west-2")


def write(folder: Path, value: str) -> None:
    stack = {"terraform": {"backend": {"s3": KEPT}}, "resource": {"terraform_data": {"a": {"input": value}}}}
    (folder / "cdk.tf.json").write_text(json.dumps(stack))


def passed(outcome: Outcome) -> bool:
    assert outcome.status in {0, 2}, outcome.output
    return True


def applied(engine: Terraform, folder: Path) -> bool:
    file = folder / "release.plan"
    return passed(engine.plan(file)) and passed(engine.apply(file))


def keys() -> set[str]:
    return {one["Key"] for one in s3().list_objects_v2(Bucket=BUCKET).get("Contents", ())}


def test_a_state_is_kept_with_its_versions_and_no_lock_stays_behind(engine: Terraform, tmp_path: Path) -> None:
    applied(engine, tmp_path)
    write(tmp_path, "two")
    applied(engine, tmp_path)
    assert keys() == {KEY}
    body = json.loads(s3().get_object(Bucket=BUCKET, Key=KEY)["Body"].read())
    assert body["resources"][0]["instances"][0]["attributes"]["input"]["value"] == "two"
    versions = s3().list_object_versions(Bucket=BUCKET, Prefix=KEY)["Versions"]
    assert len([one for one in versions if one["Key"] == KEY]) == 2, "the state of before can be had back"


def test_a_second_apply_meets_the_lock_and_is_refused_until_it_is_taken_away(engine: Terraform, tmp_path: Path) -> None:
    applied(engine, tmp_path)
    held = {
        "ID": "11111111-2222-3333-4444-555555555555", "Operation": "OperationTypeApply", "Info": "", "Who": "ada@laptop",
        "Version": "1.11.4", "Created": "2026-11-29T12:00:00Z", "Path": f"{BUCKET}/{KEY}",
    }  # fmt: skip
    s3().put_object(Bucket=BUCKET, Key=f"{KEY}.tflock", Body=json.dumps(held).encode())
    write(tmp_path, "two")
    refused = engine.plan(tmp_path / "second.plan")
    assert refused.status == 1
    assert "Error acquiring the state lock" in refused.output
    assert held["ID"] in refused.output
    assert "ada@laptop" in refused.output
    assert passed(engine.unlock(held["ID"]))
    assert keys() == {KEY}
    applied(engine, tmp_path)
