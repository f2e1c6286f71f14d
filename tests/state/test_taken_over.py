"""What becomes of `import`, `moved` and `removed` in the hands of the real engines: nothing is made twice, and nothing is lost."""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.state.output import declared
from twinstack.changes.gate import judge
from twinstack.delivery.infrastructure_plan import Action, InfrastructurePlan
from twinstack.delivery.terraform import Terraform
from twinstack.rehearsal.schema_provider import Cloud
from twinstack.rehearsal.terraform import cloud_for
from twinstack.state.blocks import with_blocks
from twinstack.terraform.program import PROGRAMS, Program

pytestmark = pytest.mark.slow
GOLDEN: dict[str, Any] = json.loads((Path(__file__).parents[1] / "golden/prod/cdk.tf.json").read_text())
ACCOUNT, REGION = "123456789012", "us-west-2"
KEY = "1234abcd-12ab-34cd-56ef-1234567890ab"
TAKEN = {
    "aws_s3_bucket.exports": "shadower-analytics-exports",
    "aws_s3_bucket_versioning.exports": "shadower-analytics-exports",
    "aws_s3_bucket_public_access_block.exports": "shadower-analytics-exports",
    "aws_kms_key.database": KEY,
    "aws_db_parameter_group.database_postgres15": "shadower-analytics-postgres15",
    "aws_db_subnet_group.database": "shadower-analytics",
    "aws_cloudwatch_log_group.database_postgresql": "/aws/rds/instance/shadower-analytics/postgresql",
    "aws_db_instance.database": "shadower-analytics",
}
"""What somebody made by hand, or another tool: the database, the bucket, and what belongs to them."""
Stack = dict[str, Any]


@pytest.fixture(params=PROGRAMS)
def planned(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[..., InfrastructurePlan]]:
    """Plans one stack after the other on one state, and applies where it is told to."""
    if shutil.which(request.param) is None:
        pytest.skip(f"{request.param} is not on the path")
    file, cloud = tmp_path / "release.plan", Cloud()
    types: dict[str, Any] = {}

    def plan(stack: Mapping[str, Any], *, apply: bool = True) -> InfrastructurePlan:
        local = {**stack, "terraform": {"required_providers": stack["terraform"]["required_providers"]}}
        (tmp_path / "cdk.tf.json").write_text(json.dumps(local))
        types.update(local["resource"])
        with ExitStack() as open_ones:
            served = {**local, "resource": {**types}}
            variables = open_ones.enter_context(cloud_for(served, program=request.param, cloud=cloud))
            engine = open_ones.enter_context(Terraform(Program.find(request.param), tmp_path, variables))
            for outcome in (engine.init(), engine.plan(file)):
                assert outcome.status in {0, 2}, outcome.output[-3000:]
            shown = engine.show(file)
            if apply:
                assert (outcome := engine.apply(file)).status == 0, outcome.output[-3000:]
        return InfrastructurePlan(shown)

    yield plan


def told(plan: InfrastructurePlan) -> dict[str, Action]:
    return {one.address: one.action for one in plan.changes}


def with_declared(stack: Stack, text: str) -> Stack:
    return with_blocks(stack, declared(text), account=ACCOUNT, region=REGION)


def test_what_is_adopted_is_neither_made_again_nor_replaced(planned: Callable[..., InfrastructurePlan]) -> None:
    stack = with_declared(GOLDEN, json.dumps({"adopt": TAKEN}))
    first = planned(stack)
    by_address = {one.address: one for one in first.changes}
    assert {address: by_address[address].imported for address in TAKEN} == TAKEN
    assert {by_address[address].action for address in TAKEN} <= {Action.IMPORTED, Action.CHANGED}
    assert [str(one) for one in first.changes if one.action.is_loss] == []
    made = {address for address, action in told(first).items() if action is Action.CREATED}
    every = {f"{kind}.{name}" for kind, named in GOLDEN["resource"].items() for name in named}
    assert made == every - {*TAKEN}
    assert [one.address for one in judge(first.document) if one.address in TAKEN and one.code == "TW975"] == []
    assert told(planned(stack, apply=False)) == {}, "a line that stays is passed over"
    assert told(planned(GOLDEN, apply=False)) == {}, "and so is its going"


def test_what_is_not_adopted_would_be_made_twice(planned: Callable[..., InfrastructurePlan]) -> None:
    assert {told(planned(GOLDEN, apply=False))[address] for address in TAKEN} == {Action.CREATED}


def some() -> Stack:
    """A stack of a bucket and a log group."""
    kinds = {"aws_s3_bucket": {"exports"}, "aws_cloudwatch_log_group": {"network_flow_log"}}
    stack = {key: value for key, value in GOLDEN.items() if key in {"terraform", "provider"}}
    resources = copy.deepcopy({kind: {name: GOLDEN["resource"][kind][name] for name in kinds[kind]} for kind in kinds})
    for named in resources.values():
        for block in named.values():
            block.pop("kms_key_id", None)
            block["lifecycle"] = {"prevent_destroy": True}
    return {**stack, "resource": resources}


def renamed(stack: Stack) -> Stack:
    found = copy.deepcopy(stack)
    found["resource"]["aws_s3_bucket"]["reports"] = found["resource"]["aws_s3_bucket"].pop("exports")
    return found


def test_what_is_moved_stays_and_without_the_line_it_would_go(planned: Callable[..., InfrastructurePlan]) -> None:
    planned(some())
    lost = planned(renamed(some()), apply=False)
    assert told(lost) == {
        "aws_s3_bucket.exports": Action.DESTROYED, "aws_s3_bucket.reports": Action.CREATED,
    }  # fmt: skip
    assert "TW975" in {one.code for one in judge(lost.document)}
    moved = with_declared(renamed(some()), "moved: {aws_s3_bucket.exports: aws_s3_bucket.reports}")
    found = planned(moved)
    assert told(found) == {"aws_s3_bucket.reports": Action.MOVED}
    assert [one for one in judge(found.document) if not one.passes] == []
    assert told(planned(moved, apply=False)) == {}, "a line that stays is passed over"


def test_what_is_let_go_stays_in_aws_and_leaves_the_state(planned: Callable[..., InfrastructurePlan]) -> None:
    planned(some())
    fewer = copy.deepcopy(some())
    del fewer["resource"]["aws_cloudwatch_log_group"]
    assert told(planned(fewer, apply=False)) == {"aws_cloudwatch_log_group.network_flow_log": Action.DESTROYED}
    gone = with_declared(fewer, "removed: [aws_cloudwatch_log_group.network_flow_log]")
    found = planned(gone)
    assert told(found) == {"aws_cloudwatch_log_group.network_flow_log": Action.FORGOTTEN}
    assert [one for one in judge(found.document) if not one.passes] == []
    assert told(planned(gone, apply=False)) == {}
    again = with_declared(
        some(), "adopt: {aws_cloudwatch_log_group.network_flow_log: /aws/vpc/shadower-analytics-network/flow-log}"
    )
    back = {one.address: one for one in planned(again, apply=False).changes}
    assert back["aws_cloudwatch_log_group.network_flow_log"].imported == "/aws/vpc/shadower-analytics-network/flow-log"
