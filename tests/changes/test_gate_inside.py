"""What changes inside a block that comes or goes is judged too, and what is made of something that stands."""

from __future__ import annotations

from typing import Any

import pytest

from tests.changes.test_gate import entry, plan, update
from twinstack.changes.effect import Effect
from twinstack.changes.gate import judge
from twinstack.delivery.infrastructure_plan import changed_paths

LIFECYCLE = "aws_s3_bucket_lifecycle_configuration.a"
KEEP = {"id": "keep", "status": "Enabled", "expiration": [], "filter": [{"prefix": ""}]}
EXPIRE = {"id": "expire", "status": "Enabled", "expiration": [{"days": 30}], "filter": [{"prefix": ""}]}
SOON = {**EXPIRE, "expiration": [{"days": 1}]}


@pytest.mark.parametrize(("before", "after", "effect"), [
    ([KEEP], [KEEP, EXPIRE], Effect.DESTROYS_DATA),
    ([KEEP, EXPIRE], [SOON], Effect.DESTROYS_DATA),
    ([KEEP, EXPIRE], [EXPIRE, SOON, KEEP], Effect.DESTROYS_DATA),
    ([KEEP, EXPIRE], [KEEP], Effect.SAFE),
    ([EXPIRE], [EXPIRE, {**KEEP, "id": "other"}], Effect.SAFE),
    ([], [KEEP], Effect.SAFE),
])  # fmt: skip
def test_a_rule_that_comes_is_judged_by_what_is_in_it(before: Any, after: Any, effect: Effect) -> None:
    (found,) = judge(plan(update(LIFECYCLE, {"rule": before}, {"rule": after})))
    assert (found.effect, found.passes) == (effect, effect is Effect.SAFE)
    assert ("sooner" in found.why) is (effect is Effect.DESTROYS_DATA)


def test_a_block_that_goes_off_is_judged_by_what_is_in_it() -> None:
    mode = [{"enabled": True, "node_pools": ["general-purpose"]}]
    off = update("aws_eks_cluster.a", {"compute_config": mode}, {"compute_config": [{"enabled": False}, {}]})
    assert judge(plan(off))[0].effect is Effect.INTERRUPTS
    added = update("aws_eks_cluster.a", {"compute_config": []}, {"compute_config": [{"enabled": False}]})
    assert judge(plan(added))[0].effect is Effect.SAFE, "off already, and only written now"


def test_plain_values_are_compared_as_a_whole() -> None:
    assert [*changed_paths({"a": ["x"]}, {"a": ["y"]})] == [("a", ["x"], ["y"])]
    groups = update("aws_db_instance.a", {"vpc_security_group_ids": ["sg-1"]}, {"vpc_security_group_ids": ["sg-2"]})
    assert judge(plan(groups))[0].effect is Effect.INTERRUPTS
    more = update(
        "aws_db_instance.a", {"vpc_security_group_ids": ["sg-1"]}, {"vpc_security_group_ids": ["sg-0", "sg-1"]}
    )
    assert judge(plan(more))[0].passes


def test_a_list_with_something_unknown_is_unknown() -> None:
    ((path, _, after),) = changed_paths({"a": ["x", "y"]}, {"a": ["x", None]}, {"a": [False, True]})
    assert path == "a"
    assert after not in (["x", None], None)


def test_what_is_made_of_something_that_stands_changes_that() -> None:
    def made(**arguments: Any) -> Any:
        (found,) = judge(plan(entry(LIFECYCLE, "create", before=None, after=arguments)))
        return found.effect, found.code

    assert made(bucket="shop", rule=[EXPIRE]) == (Effect.DESTROYS_DATA, "TW975")
    assert made(bucket="shop", rule=[KEEP]) == (Effect.SAFE, "")
    assert made(rule=[EXPIRE]) == (Effect.SAFE, ""), "of a bucket that this plan makes too: its name is not known yet"


def test_what_is_gone_beside_terraform_is_not_made_again_unasked() -> None:
    made = entry("aws_db_instance.a", "create", after={"identifier": "shop"})
    gone = {"resource_drift": [entry("aws_db_instance.a", "delete", before={"identifier": "shop"})]}
    (found,) = judge(plan(made, **gone))
    assert (found.effect, found.code) == (Effect.REPLACES, "TW984")
    assert found.why.startswith("it stood here and is gone, by no plan")
    assert judge(plan(made))[0].passes
    route = entry("aws_route.a", "create")
    drift = {"resource_drift": [entry("aws_route.a", "delete")]}
    assert judge(plan(route, **drift))[0].passes, "nothing is lost with it"
    changed = {"resource_drift": [entry("aws_db_instance.a", "update")]}
    assert judge(plan(made, **changed))[0].passes
