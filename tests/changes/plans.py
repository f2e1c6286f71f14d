"""Plans that do everything at once to what stands, made by a real engine against the schema provider: one that replaces and
destroys (`BEFORE`), one that opens things and takes protections off (`tests/changes/weaker.py`).

Written into tests/changes/plans/ by `python -m tests.changes.plans`, with each engine that is on the path; the slow test
compares what it makes with what is recorded.
"""

from __future__ import annotations

import copy
import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from twinstack.delivery.terraform import Terraform
from twinstack.rehearsal.terraform import cloud_for
from twinstack.terraform.program import PROGRAMS, Program

RECORDED: Final = Path(__file__).parent / "plans"
KEPT: Final = {"deletion_window_in_days": 30, "description": "of the database", "lifecycle": {"prevent_destroy": True}}
CLUSTER: Final = {
    "name": "shop", "role_arn": "arn:aws:iam::111122223333:role/shop", "vpc_config": {"subnet_ids": ["subnet-1", "subnet-2"]},
    "lifecycle": {"prevent_destroy": True},
}  # fmt: skip
BEFORE: Final[dict[str, Any]] = {
    "terraform": {"required_providers": {"aws": {"source": "aws", "version": "~> 6.69"}}},
    "provider": {"aws": [{"region": "eu-central-1"}]},
    "resource": {
        "aws_db_instance": {
            "database": {"identifier": "shop", "instance_class": "db.t4g.medium", "engine": "postgres"}
        },
        "aws_s3_bucket": {
            "deleted": {"bucket": "shop-deleted"},
            "first": {"bucket": "shop-moved"},
            "tagged": {"bucket": "shop-tagged", "tags": {"team": "shop"}},
        },
        "aws_eks_cluster": {"cluster": CLUSTER},
        "aws_kms_key": {"key": KEPT},
        "aws_cloudwatch_log_group": {
            "forgotten": {"name": "/shop"},
            "stuck": {"name": "/stuck"},
            "there": {"name": "/there"},
        },
        "aws_route": {"route": {"route_table_id": "rtb-1", "destination_cidr_block": "10.1.0.0/16"}},
        "aws_sns_topic": {"topic": {"name": "shop"}},
    },
}
"""What stands."""


def after() -> dict[str, Any]:
    """What is planned then: the database is asked to be replaced on the command line."""
    stack = copy.deepcopy(BEFORE)
    resources = stack["resource"]
    del resources["aws_s3_bucket"]["deleted"]
    del resources["aws_eks_cluster"]
    del resources["aws_kms_key"]
    del resources["aws_route"]
    resources["aws_s3_bucket"]["second"] = resources["aws_s3_bucket"].pop("first")
    resources["aws_s3_bucket"]["tagged"]["tags"] = {"team": "other"}
    for name in ("forgotten", "stuck"):
        del resources["aws_cloudwatch_log_group"][name]
    resources["aws_sqs_queue"] = {"new": {"name": "shop"}}
    resources["terraform_data"] = {"imported": {}}
    stack["moved"] = [
        {"from": "aws_s3_bucket.first", "to": "aws_s3_bucket.second"},
        {"from": "aws_cloudwatch_log_group.stuck", "to": "aws_cloudwatch_log_group.there"},
    ]
    stack["removed"] = [{"from": "aws_cloudwatch_log_group.forgotten", "lifecycle": {"destroy": False}}]
    stack["import"] = [{"to": "terraform_data.imported", "id": "of-another"}]
    return stack


REPLACED: Final = "-replace=aws_db_instance.database"


def planned(
    program: str, *options: str, before: Mapping[str, Any] = BEFORE, then: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """What `show -json` says of the plan, made with these options."""
    then = then or after()
    with tempfile.TemporaryDirectory(prefix="twinstack-plans-") as place:
        folder = Path(place)
        stack, file = folder / "cdk.tf.json", folder / "release.plan"
        stack.write_text(json.dumps(before))
        with (
            cloud_for({**before, "module": {}}, program=program) as variables,
            Terraform(Program.find(program), folder, variables) as terraform,
        ):
            for outcome in (terraform.init(), terraform.plan(file), terraform.apply(file)):
                assert outcome.status in {0, 2}, outcome.output
            stack.write_text(json.dumps(then))
            outcome = terraform.plan(file, *options)
            assert outcome.status == 2, outcome.output
            return terraform.show(file)


def small(shown: dict[str, Any]) -> dict[str, Any]:
    """What of it is judged: kept for the quick tests."""
    return {
        name: shown[name]
        for name in ("format_version", "terraform_version", "applyable", "complete", "errored", "resource_changes")
        if name in shown
    } | {"planned_values": {}}


def main() -> None:
    """Records the plans of each engine."""
    from tests.changes import weaker

    RECORDED.mkdir(exist_ok=True)
    for program in PROGRAMS:
        shown = {
            program: planned(program, REPLACED),
            f"weaker-{program}": planned(program, before=weaker.BEFORE, then=weaker.AFTER),
        }
        for name, one in shown.items():
            (RECORDED / f"{name}.json").write_text(json.dumps(small(one), indent=1 if name == program else None) + "\n")


if __name__ == "__main__":
    main()
