"""What stands in a stack beside its resources, each as what it is."""

from __future__ import annotations

from typing import Any

import pytest

from twinstack.changes.infrastructure import changes_of_infrastructure


def s3(**arguments: Any) -> dict[str, Any]:
    return {"terraform": {"backend": {"s3": {"bucket": "b", "key": "k", **arguments}}}}


def aws(**arguments: Any) -> dict[str, Any]:
    return {"provider": {"aws": [arguments]}}


@pytest.mark.parametrize(
    ("before", "after", "subject", "risk"),
    [
        (aws(region="eu-west-1"), aws(region="us-east-1"), "provider.aws", "destroys data"),
        (aws(default_tags=[{"tags": {"A": "1"}}]), aws(default_tags=[{"tags": {"A": "2"}}]), "provider.aws", "safe"),
        (aws(allowed_account_ids=["1"]), aws(allowed_account_ids=["2"]), "provider.aws", "unknown"),
        (aws(alias="other"), {}, "provider.aws.other", "unknown"),
        (s3(), s3(key="other"), "terraform.backend.s3", "unknown"),
        (s3(), s3(use_lockfile=True), "terraform.backend.s3", "safe"),
        ({"terraform": {"required_version": ">= 1"}}, {"terraform": {"required_version": ">= 2"}},
         "terraform.required_version", "safe"),
        ({}, {"output": {"address": {"value": 1}}}, "output.address", "safe"),
        ({"data": {"aws_vpc": {"v": {"id": "1"}}}}, {"data": {"aws_vpc": {"v": {"id": "2"}}}}, "data.aws_vpc.v", "safe"),
        ({}, {"ephemeral": {"aws_x": {"e": {"length": 1}}}}, "ephemeral.aws_x.e", "safe"),
        ({"variable": {"v": {"default": 1}}}, {"variable": {"v": {"default": 2}}}, "variable.v", "safe"),
        ({"locals": {"l": 1}}, {"locals": {"l": 2}}, "local.l", "safe"),
        ({}, {"module": {"m": {"source": "./m"}}}, "module", "unknown"),
    ],
)  # fmt: skip
def test_each_kind_of_block_has_its_class(before: Any, after: Any, subject: str, risk: str) -> None:
    (change,) = changes_of_infrastructure(before, after)
    assert (change.subject, change.risk) == (subject, risk)


def test_what_refers_to_a_data_source_that_is_asked_for_something_else_is_changed_too() -> None:
    def of(name: str) -> dict[str, Any]:
        return {
            "data": {"aws_route53_zone": {"z": {"name": name}}},
            "resource": {"aws_route53_record": {"r": {"zone_id": "${data.aws_route53_zone.z.zone_id}", "name": "a"}}},
        }

    found = {one.subject: one for one in changes_of_infrastructure(of("a.example"), of("b.example"))}
    assert found["aws_route53_record.r"].risk == "replaces"
    (field,) = found["aws_route53_record.r"].fields
    assert (field.before, field.after) == ("data.aws_route53_zone.z.zone_id", "data.aws_route53_zone.z.zone_id")


def test_what_only_notes_its_place_is_no_change() -> None:
    before = {"data": {"aws_vpc": {"v": {"//": {"metadata": {"path": "a/b/c"}}}}}}
    assert changes_of_infrastructure(before, {"data": {"aws_vpc": {"v": {"depends_on": ["aws_vpc.x"]}}}}) == []
