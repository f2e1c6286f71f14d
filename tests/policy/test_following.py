"""What the rules that compare know of two releases' Terraform JSON, other teams' included."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from twinstack.policy import Fault, Rules
from twinstack.policy.aws import Stack
from twinstack.policy.following import stack_following

BUCKET = {"resource": {"aws_s3_bucket": {"exports": {"bucket": "exports"}}}}


def mode(name: str) -> dict[str, object]:
    return {"resource": {"aws_eks_cluster": {"shop": {"access_config": {"authentication_mode": name}}}}}


def test_a_rule_that_compares_is_a_problem_with_its_place() -> None:
    (problem,) = stack_following(mode("CONFIG_MAP"), mode("API"))
    assert (problem.code, problem.warning) == ("TW756", False)
    assert problem.path == "aws_eks_cluster.shop access_config.authentication_mode"
    assert (problem.given, problem.allowed) == ("CONFIG_MAP becomes API", "API_AND_CONFIG_MAP")
    assert [*stack_following(mode("CONFIG_MAP"), mode("API_AND_CONFIG_MAP"))] == []


def test_a_rule_of_another_package_is_asked_too(monkeypatch: pytest.MonkeyPatch) -> None:
    rules = Rules("infrastructure")

    @rules("acme-bucket-stays", "A bucket is removed", "tell the data team", compares=True)
    def bucket_stays(before: Stack, after: Stack) -> Iterator[Fault]:
        kept = {one.address for one in after.of()}
        yield from (Fault(one.address, "", "removed") for one in before.of() if one.address not in kept)

    monkeypatch.setattr("twinstack.policy.following.every_rule", lambda: tuple(rules))
    (problem,) = stack_following(BUCKET, {})
    assert problem.message == "this release cannot follow the one that stands: a bucket is removed"
    assert problem.warning
