"""One stack after the other, with real Terraform and OpenTofu: what their plan says is what is reported."""

from __future__ import annotations

import copy
import shutil
from collections.abc import Callable
from typing import Any

import pytest

from twinstack.changes.former import NOTHING, Outputs
from twinstack.rehearsal.change.infrastructure import rehearse_infrastructure
from twinstack.rehearsal.change.report import InfrastructureChange

pytestmark = pytest.mark.slow
NONE = Outputs(NOTHING, {}, [])
STACK: dict[str, Any] = {
    "terraform": {"required_providers": {"aws": {"source": "aws", "version": "~> 6.25"}}},
    "provider": {"aws": [{"region": "eu-west-1"}]},
    "resource": {
        "aws_secretsmanager_secret": {
            "url": {"name": "url", "recovery_window_in_days": 30},
            "key": {"name": "key", "recovery_window_in_days": 0},
        },
        "aws_secretsmanager_secret_version": {
            "key": {
                "secret_id": "${aws_secretsmanager_secret.key.id}",
                "secret_string": "one",
                "lifecycle": {"prevent_destroy": True},
            }
        },
        "aws_sqs_queue": {"jobs": {"name": "jobs"}},
        "aws_db_instance": {
            "rows": {
                "instance_class": "db.t4g.micro", "allocated_storage": 100, "engine": "postgres",
                "deletion_protection": True, "identifier": "rows",
            }
        },
    },
}  # fmt: skip
Rehearsed = Callable[[Outputs, Outputs], InfrastructureChange]


@pytest.fixture(params=["terraform", "tofu"])
def rehearsed(request: pytest.FixtureRequest) -> Rehearsed:
    if shutil.which(request.param) is None:
        pytest.skip(f"no {request.param} on the path")
    return lambda before, after: rehearse_infrastructure(before, after, "shop-live", program=request.param)


def outputs(label: str, edit: Callable[[dict[str, Any]], None] = lambda _: None) -> Outputs:
    stack = copy.deepcopy(STACK)
    edit(stack["resource"])
    return Outputs(label, stack, [])


def told(report: InfrastructureChange) -> list[tuple[str, str]]:
    return [(one.code, one.path) for one in report.problems]


def test_a_change_is_planned_over_what_stands(rehearsed: Rehearsed) -> None:
    def edit(resources: dict[str, Any]) -> None:
        resources["aws_secretsmanager_secret_version"]["key"]["secret_string"] = "two"
        resources["aws_sqs_queue"]["work"] = resources["aws_sqs_queue"].pop("jobs")
        del resources["aws_secretsmanager_secret"]["url"]

    report = rehearsed(outputs("one"), outputs("two", edit))
    assert told(report) == [
        ("TW991", "aws_secretsmanager_secret_version.key"),
        ("TW990", "aws_sqs_queue.work"),
    ]
    (secret,) = [one for one in report.changes if one.action == "replaced"]
    assert secret.forced_by == ("secret_string",)
    assert [one.address for one in report.changes if one.action == "destroyed"] == [
        "aws_secretsmanager_secret.url",
        "aws_sqs_queue.jobs",
    ]
    assert [text.partition(":")[0] for text in report.held] == ["aws_secretsmanager_secret.url"]
    assert "  - aws_secretsmanager_secret_version.key, because of secret_string" in report.lines()
    # What is let go of for the look at the rest is what is planned and applied from there on.
    assert any(text.startswith("apply: ") for text in report.proved)


def test_from_nothing_and_to_nothing(rehearsed: Rehearsed) -> None:
    first = rehearsed(NONE, outputs("one"))
    assert first.passed
    assert {one.action for one in first.changes} == {"created"}
    removal = rehearsed(outputs("one"), NONE)
    assert told(removal) == [
        ("TW991", "aws_db_instance.rows"),
        ("TW991", "aws_secretsmanager_secret_version.key"),
        ("TW804", ""),  # and the cloud refuses it, as AWS does
    ]
    assert "Cannot delete protected DB Instance" in removal.problems[-1].message
    assert {one.action for one in removal.changes} == {"destroyed"}
    assert len(removal.changes) == len(first.changes)


def test_the_same_again_does_nothing(rehearsed: Rehearsed) -> None:
    report = rehearsed(outputs("one"), outputs("one"))
    assert report.passed
    assert report.changes == ()
    assert report.head.partition(" passed: ")[2].startswith("nothing changes")


def test_what_a_rule_knows_of_the_two_is_said_beside_what_the_plan_says(rehearsed: Rehearsed) -> None:
    """A plan replaces a zone as it does anything else: that its name servers are others, only a rule says."""

    def zone(name: str) -> Callable[[dict[str, Any]], None]:
        return lambda resources: resources.update(aws_route53_zone={"shop": {"name": name}})

    report = rehearsed(outputs("one", zone("shop.example")), outputs("two", zone("store.example")))
    assert told(report) == [("TW756", "aws_route53_zone.shop name")]
    assert report.problems[0].given == "shop.example becomes store.example"
