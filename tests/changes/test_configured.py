"""What a plan does not tell and its configuration does: policies that name what the plan makes, and `prevent_destroy`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.changes.test_gate import entry, plan, update
from twinstack.changes.configured import Configuration
from twinstack.changes.effect import Effect
from twinstack.changes.gate import judge
from twinstack.changes.plan_document import PlanDocument

ROLE = "aws_iam_role_policy.backend"
BUCKET = "aws_s3_bucket.exports"
KEY = "aws_kms_key.database"


def policy(*resources: str) -> str:
    return json.dumps({"Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": list(resources)}]})


def verdicts(new_text: str, *others: dict[str, Any]) -> dict[str, tuple[Effect, str]]:
    before = {"name": "x", "role": "shop", "policy": policy("arn:aws:s3:::exports/*")}
    changed = update(ROLE, before, {"name": "x", "role": "shop"}, after_unknown={"policy": True})
    standing = entry(BUCKET, "no-op", before={"arn": "arn:aws:s3:::exports"}, after={"arn": "arn:aws:s3:::exports"})
    configuration = {ROLE: {"policy": new_text}}
    found = judge(plan(changed, standing, *others), configuration=configuration)
    return {one.address: (one.effect, one.code) for one in found}


NEW = entry("aws_s3_bucket.reports", "create", after={"bucket": "reports"}, after_unknown={"arn": True})


@pytest.mark.parametrize(
    ("resources", "exposes"),
    [
        (["${aws_s3_bucket.exports.arn}/*", "${aws_s3_bucket.reports.arn}/*"], False),
        (["${aws_s3_bucket.reports.arn}/*"], False),  # which takes a right away
        (["${aws_s3_bucket.exports.arn}/*", "arn:aws:s3:::others/*"], True),
        (["${aws_s3_bucket.exports.arn}/*", "${aws_s3_bucket.elsewhere.arn}/*"], True),
    ],
)
def test_a_right_over_what_the_plan_makes_exposes_nothing(resources: list[str], exposes: bool) -> None:
    assert (verdicts(policy(*resources), NEW)[ROLE][0] is Effect.EXPOSES) is exposes


def test_what_is_not_written_out_stays_for_the_apply_to_tell() -> None:
    assert verdicts("${data.aws_iam_policy_document.x.json}", NEW)[ROLE] == (Effect.EXPOSES, "TW986")


KEPT = {KEY: {"lifecycle": {"prevent_destroy": True}}}


@pytest.mark.parametrize("actions", ["no-op", "update"])
def test_whoever_keeps_a_resource_no_longer_is_stopped(actions: str) -> None:
    key = {"description": "a"}
    after = key if actions == "no-op" else {"description": "b"}
    planned = plan(entry(KEY, actions, before=key, after=after))
    (one,) = judge(planned, configuration={KEY: {}}, former=KEPT)
    assert (one.address, one.effect, one.code) == (KEY, Effect.UNPROTECTS, "TW987")
    assert "prevent_destroy" in one.why
    assert all(each.passes for each in judge(planned, configuration=KEPT, former=KEPT))
    assert all(each.passes for each in judge(planned, configuration={KEY: {}}, former={KEY: {}}))
    assert all(each.passes for each in judge(planned, configuration={KEY: {}}))


def test_the_configuration_of_a_release_goes_with_its_plan(tmp_path: Path) -> None:
    (tmp_path / "cdk.tf.json").write_text(json.dumps({"resource": {"aws_kms_key": {"database": KEPT[KEY]}}}))
    (tmp_path / "plan.json").write_text(json.dumps(plan()))
    document = PlanDocument.read(tmp_path)
    assert document is not None
    assert document.blocks == Configuration.read(tmp_path).blocks == KEPT
