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


def test_what_a_spec_acknowledges_is_not_said() -> None:
    def made(name: str) -> dict[str, object]:
        stack: dict[str, dict[str, dict[str, dict[str, object]]]] = mode(name)  # type: ignore[assignment]
        stack["resource"]["aws_eks_cluster"]["shop"]["//"] = {"metadata": {"path": "shop-prod/cluster/cluster"}}
        return stack  # type: ignore[return-value]

    between = made("CONFIG_MAP"), made("API")
    (problem,) = stack_following(*between)
    assert problem.fix.endswith('or, with a reviewed reason, `cluster.acknowledge: {access-mode-skips: "…"}`')
    assert [*stack_following(*between, acknowledged={"cluster": {"access-mode-skips": "tried on another"}})] == []
    assert [
        *stack_following(*between, acknowledged={"cluster": {"access-mode-skips aws_eks_cluster.shop": "tried"}})
    ] == []
    assert [*stack_following(*between, acknowledged={"other": {"access-mode-skips": "tried"}})] == [problem]


def test_a_user_of_a_standing_database_is_not_renamed() -> None:
    def passwords(*names: str, version: int = 1) -> dict[str, object]:
        text = ", ".join(f"{name} = ephemeral.a.{name}.random_password" for name in names)
        secret = {"secret_string_wo": f"${{jsonencode({{ {text} }})}}", "secret_string_wo_version": version}
        return {"resource": {"aws_secretsmanager_secret_version": {"v1": secret}}}

    standing = passwords("owner", "shop")
    (problem,) = stack_following(standing, passwords("owner", "store"))
    assert (problem.code, problem.warning, problem.given) == ("TW756", False, "store instead of owner, shop")
    assert [*stack_following(standing, passwords("shop", "owner"))] == []
    assert [*stack_following(standing, passwords("owner", "store", version=2))] == []
    assert [*stack_following(standing, passwords("owner"))] == []


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
