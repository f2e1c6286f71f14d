"""What a plan does, judged address by address: what passes by itself, what takes a person, what is never let through."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.changes.plans import RECORDED
from twinstack.changes.effect import Effect
from twinstack.changes.gate import Verdict, judge, require_pass
from twinstack.changes.judgement import GUARDS
from twinstack.changes.provider_types import BUILT_IN, is_filled_in, is_known
from twinstack.changes.stateful import REMADE, STATEFUL
from twinstack.delivery.infrastructure_plan import Action
from twinstack.errors import ConfigurationError

OF_CHANGE = frozenset({"before", "after", "after_unknown", "importing", "replace_paths"})
DATABASE = "aws_db_instance.database"
GOLDEN = Path(__file__).parents[1] / "golden"


def entry(address: str, *actions: str, **more: Any) -> dict[str, Any]:
    """One of `resource_changes`."""
    change = {"actions": list(actions), "before": None, "after": None, "after_unknown": {}}
    change |= {name: more.pop(name) for name in [*more] if name in OF_CHANGE}
    return {"address": address, "type": address.partition(".")[0], "mode": "managed", "change": change, **more}


def plan(*entries: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "format_version": "1.2", "terraform_version": "1.11.4", "planned_values": {}, "resource_changes": [*entries], **more,
    }  # fmt: skip


def update(address: str, before: dict[str, Any], after: dict[str, Any], **more: Any) -> dict[str, Any]:
    return entry(address, "update", before=before, after=after, **more)


@pytest.fixture(params=["terraform", "tofu"])
def recorded(request: pytest.FixtureRequest) -> dict[str, Any]:
    """The plan that does everything at once, as this engine wrote it."""
    return json.loads((RECORDED / f"{request.param}.json").read_text())  # type: ignore[no-any-return]


EVERYTHING = {
    "aws_cloudwatch_log_group.forgotten": (Action.FORGOTTEN, Effect.SAFE, ""),
    "aws_cloudwatch_log_group.stuck": (Action.DESTROYED, Effect.DESTROYS_DATA, "TW975"),
    DATABASE: (Action.REPLACED, Effect.DESTROYS_DATA, "TW975"),
    "aws_eks_cluster.cluster": (Action.DESTROYED, Effect.DESTROYS_DATA, "TW975"),
    "aws_kms_key.key": (Action.DESTROYED, Effect.DESTROYS_DATA, "TW975"),
    "aws_route.route": (Action.DESTROYED, Effect.REPLACES, "TW984"),
    "aws_s3_bucket.deleted": (Action.DESTROYED, Effect.DESTROYS_DATA, "TW975"),
    "aws_s3_bucket.second": (Action.MOVED, Effect.SAFE, ""),
    "aws_s3_bucket.tagged": (Action.CHANGED, Effect.SAFE, ""),
    "aws_sqs_queue.new": (Action.CREATED, Effect.SAFE, ""),
    "terraform_data.imported": (Action.IMPORTED, Effect.SAFE, ""),
}
"""What each address of the recorded plans is."""
LOST = [address for address, (_, effect, _) in EVERYTHING.items() if effect is Effect.DESTROYS_DATA]


def told(verdicts: list[Verdict]) -> dict[str, tuple[Action, Effect, str]]:
    return {one.address: (one.action, one.effect, one.code) for one in verdicts}


def test_both_engines_plans_are_understood_as_what_they_are(recorded: dict[str, Any]) -> None:
    verdicts = judge(recorded)
    assert told(verdicts) == EVERYTHING
    assert [one.passes for one in verdicts] == sorted(one.passes for one in verdicts), "what does not pass is first"
    why = {one.address: one.why for one in verdicts}
    assert why["aws_kms_key.key"] == (
        "its block is gone, and with it whatever protected it; it holds the key: whatever it encrypts can never be read again"
    )
    assert why["aws_s3_bucket.second"] == "only its address changes: it was aws_s3_bucket.first"
    assert why["terraform_data.imported"] == "it stands already (of-another), and is looked after from now on"
    assert why["aws_s3_bucket.tagged"] == "only tags, tags_all"


def test_data_is_destroyed_only_where_each_address_is_typed_out(recorded: dict[str, Any]) -> None:
    agreed = judge(recorded, allowed=LOST, up_to=Effect.REPLACES)
    require_pass(agreed)
    assert {one.address: one.effect for one in agreed if one.effect is Effect.DESTROYS_DATA}.keys() == {*LOST}
    for address in LOST:
        with pytest.raises(ConfigurationError) as refused:
            require_pass(judge(recorded, allowed=[one for one in LOST if one != address], up_to=Effect.REPLACES))
        (problem,) = refused.value.problems
        assert (problem.code, problem.path) == ("TW975", address)
        assert problem.fix.endswith(f"--destroys {address}")


def test_a_move_that_does_not_happen_is_told_so(recorded: dict[str, Any]) -> None:
    stuck = "aws_cloudwatch_log_group.stuck"
    moved = {stuck: "aws_cloudwatch_log_group.there", "aws_s3_bucket.first": "aws_s3_bucket.second"}
    (found,) = [one for one in judge(recorded, moved=moved) if one.address == stuck]
    assert found.why.startswith("it was to move to aws_cloudwatch_log_group.there and does not")
    for address, old in (
        ("aws_route.a", "aws_route.a"),
        ("aws_route.a[0]", "aws_route.a"),
        ("module.m.aws_route.a", "module.m"),
    ):
        change = entry(address, "delete", type="aws_route")
        (route,) = judge(plan(change), moved={old: "aws_route.b"}, up_to=Effect.REPLACES)
        assert route.code == "TW975", "also of what holds nothing: it is not what was asked for"
    (other,) = judge(plan(entry("aws_route.ab", "delete")), moved={"aws_route.a": "aws_route.b"}, up_to=Effect.REPLACES)
    assert other.passes


@pytest.mark.parametrize(
    ("address", "given"),
    [
        ("aws_db_instance.databse", "it is not in the plan"),
        ("aws_s3_bucket.tagged", "it is changed, and destroys nothing"),
        ("aws_s3_bucket.first", "it is not in the plan"),
        ("aws_route.route", "it is changed, and destroys nothing"),
        ("aws_db_instance.*", "it is not in the plan"),
        ("", "it is not in the plan"),
    ],
)
def test_an_address_that_the_plan_does_not_destroy_is_refused(
    recorded: dict[str, Any], address: str, given: str
) -> None:
    with pytest.raises(ConfigurationError) as refused:
        judge(recorded, allowed=[*LOST, address])
    (problem,) = refused.value.problems
    assert (problem.code, problem.path, problem.given) == ("TW983", address, given)
    assert DATABASE in problem.allowed
    assert (problem.fix == f"did you mean `{DATABASE}`?") is (address.startswith(DATABASE[:15]))


@pytest.mark.parametrize(
    ("change", "effect", "code"),
    [
        (entry("aws_vpc.a", "create"), Effect.SAFE, ""),
        (entry("aws_quantum_computer.a", "create"), Effect.INTERRUPTS, "TW984"),
        (update("aws_quantum_computer.a", {"x": 1}, {"x": 2}), Effect.INTERRUPTS, "TW984"),
        (entry("aws_quantum_computer.a", "delete"), Effect.DESTROYS_DATA, "TW975"),
        (entry("aws_quantum_computer.a", "no-op", previous_address="aws_quantum_computer.b"), Effect.SAFE, ""),
        (entry("aws_quantum_computer.a", "forget"), Effect.SAFE, ""),
        (entry("random_password.a", "delete", "create"), Effect.DESTROYS_DATA, "TW975"),
        (entry("terraform_data.a", "create"), Effect.SAFE, ""),
        (update("terraform_data.a", {"input": 1}, {"input": 2}), Effect.SAFE, ""),
        (entry("aws_vpc.a", "forget", "create"), Effect.DESTROYS_DATA, "TW975"),
        (entry("terraform_data.a", "delete"), Effect.DESTROYS_DATA, "TW975"),
        (entry("aws_iam_role.a", "create", "delete"), Effect.REPLACES, "TW984"),
        (entry("aws_iam_role.a", "create", "forget"), Effect.DESTROYS_DATA, "TW975"),
        (entry(DATABASE, "create", "forget"), Effect.DESTROYS_DATA, "TW975"),
        (entry("aws_vpc.a", "transmogrify"), Effect.DESTROYS_DATA, "TW975"),
        (entry("aws_route.a", "delete", "read"), Effect.DESTROYS_DATA, "TW975"),
        (entry("aws_db_instance.a", "no-op", importing={"id": "shop"}), Effect.SAFE, ""),
        (entry("aws_db_instance.a", "delete", "create", importing={"id": "shop"}), Effect.DESTROYS_DATA, "TW975"),
        (entry("aws_db_instance.a", "delete", previous_address="aws_db_instance.b"), Effect.DESTROYS_DATA, "TW975"),
        (entry("aws_s3_bucket.a", "delete", deposed="0a1b"), Effect.DESTROYS_DATA, "TW975"),
        (update("aws_s3_bucket.a", {"tags": {}}, {"tags": {"a": "b"}}), Effect.SAFE, ""),
        (update("aws_s3_bucket.a", {"arn": "a"}, {}, after_unknown={"arn": True}), Effect.SAFE, ""),
        (update("aws_s3_bucket.a", {}, {}), Effect.INTERRUPTS, "TW984"),
        (entry(f"module.one.{DATABASE}[0]", "delete", type="aws_db_instance"), Effect.DESTROYS_DATA, "TW975"),
    ],
)
def test_each_change_has_its_effect(change: dict[str, Any], effect: Effect, code: str) -> None:
    (found,) = judge(plan(change))
    assert (found.effect, found.code) == (effect, code)


DATABASE_CHANGES = [
    ({"backup_retention_period": 7}, {"backup_retention_period": 14}, Effect.SAFE),
    ({"instance_class": "db.t4g.medium"}, {"instance_class": "db.m7g.large"}, Effect.INTERRUPTS),
    (
        {"backup_retention_period": 7, "tags": {}},
        {"backup_retention_period": 0, "tags": {"a": "b"}},
        Effect.DESTROYS_DATA,
    ),
    ({"engine": "postgres"}, {"engine": "mysql"}, Effect.INTERRUPTS),
    ({"invented": 1}, {"invented": 2}, Effect.INTERRUPTS),
]


@pytest.mark.parametrize(("before", "after", "effect"), DATABASE_CHANGES)
def test_what_is_changed_in_place_goes_by_the_facts(
    before: dict[str, Any], after: dict[str, Any], effect: Effect
) -> None:
    (found,) = judge(plan(update(DATABASE, before, after)), up_to=Effect.REPLACES)
    assert found.effect is effect
    assert found.passes is (effect is not Effect.DESTROYS_DATA)
    assert all(name in found.why for name in before if name != "tags")
    assert judge(plan(update(DATABASE, before, after)))[0].passes is (effect is Effect.SAFE)


def test_a_change_in_place_that_destroys_data_takes_its_address_too() -> None:
    shorter = update("aws_cloudwatch_log_group.a", {"retention_in_days": 90}, {"retention_in_days": 30})
    (found,) = judge(plan(shorter))
    assert (found.code, found.action) == ("TW975", Action.CHANGED)
    assert found.why.startswith("retention_in_days destroys data (shorter")
    require_pass(judge(plan(shorter), allowed=["aws_cloudwatch_log_group.a"]))


def test_what_is_read_or_stays_is_nothing() -> None:
    read = {**entry("data.aws_lbs.a", "read"), "mode": "data"}
    assert judge(plan(read, entry("aws_vpc.a", "no-op"))) == []


@pytest.mark.parametrize("name", GUARDS)
def test_what_aws_protects_is_not_destroyed_whatever_is_typed_out(name: str) -> None:
    protected = entry("aws_db_instance.a", "delete", before={name: True})
    (found,) = judge(plan(protected), allowed=["aws_db_instance.a"], up_to=Effect.REPLACES)
    assert (found.code, found.why) == ("TW976", f"{name} is on, and AWS refuses")
    for off in (False, None, "INACTIVE"):
        require_pass(
            judge(plan(entry("aws_db_instance.a", "delete", before={name: off})), allowed=["aws_db_instance.a"])
        )


def test_what_aws_protects_in_words_is_not_destroyed_either() -> None:
    pool = entry("aws_cognito_user_pool.p", "delete", "create", before={"deletion_protection": "ACTIVE"})
    assert [one.code for one in judge(plan(pool), allowed=["aws_cognito_user_pool.p"])] == ["TW976"]


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"format_version": "1.3"}, "its format is 1.3, and what is read here is 1.2"),
        ({"format_version": "2.0"}, "its format is 2.0, and what is read here is 1.2"),
        ({"errored": True}, "planning ended with an error"),
        ({"complete": False}, "it is not complete: a target was given, or something was put off"),
        ({"future_changes": [{}]}, "it says something that is not known here: future_changes"),
        (
            {"deferred_changes": [{"reason": "provider_config_unknown", "resource_change": {"address": "aws_vpc.b"}}]},
            "put off to another plan, for provider config unknown: what it does is not in this one",
        ),
    ],
)
def test_what_cannot_be_judged_is_stopped_whatever_is_allowed(more: dict[str, Any], why: str) -> None:
    verdicts = judge(plan(entry("aws_vpc.a", "create"), **more), up_to=Effect.REPLACES)
    assert [(one.code, one.why) for one in verdicts if not one.passes] == [("TW982", why)]


def test_what_opentofu_leaves_out_and_an_unknown_key_that_says_nothing_stop_nothing() -> None:
    """OpenTofu has neither `complete` nor `applyable`; Terraform's is false where there is nothing to apply."""
    require_pass(judge(plan(applyable=False, complete=True, errored=False, future_changes=[], deferred_changes=None)))
    require_pass(judge(plan(errored=False)))


def test_an_action_of_a_provider_takes_its_address() -> None:
    address = "action.aws_lambda_invoke.migrate"
    invoked = {"action_invocations": [{"address": address, "type": "aws_lambda_invoke"}]}
    (found,) = judge(plan(**invoked), up_to=Effect.REPLACES)
    assert (found.address, found.code, found.why) == (address, "TW975", "runs aws_lambda_invoke, which may do anything")
    require_pass(judge(plan(**invoked), allowed=[address]))
    put_off = {
        "deferred_action_invocations": [{"reason": "unknown", "action_invocation": invoked["action_invocations"][0]}]
    }
    assert [one.code for one in judge(plan(**put_off))] == ["TW975"]


@pytest.mark.parametrize(
    "shown",
    [
        {},
        {"format_version": "1.0", "terraform_version": "1.11.4", "values": {}},
        plan() | {"format_version": "new"},
        plan({"address": "aws_vpc.a"}),
        plan({**entry("aws_vpc.a"), "change": {}}),
        plan({**entry("aws_vpc.a", "create"), "address": None}),
    ],
)
def test_what_is_no_plan_is_refused(shown: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match="TW981"):
        judge(shown)


ODD: list[Any] = [None, "text", 7, True, ["text"], [None], [{}], {"a": "b"}, {"a": None}]


def test_no_shape_of_a_plan_is_anything_but_judged_or_refused() -> None:
    """A later version, or somebody, writes what it likes: nothing of it gets through by a mistake of this program."""
    change = entry(
        "aws_db_instance.a", "update", before={"x": [{"y": 1}]}, after={"x": [{"y": 2}]}, importing={"id": "i"},
        replace_paths=[["x"]], previous_address="aws_db_instance.b", action_reason="r",
    )  # fmt: skip
    invoked = {"address": "action.a.b", "type": "a"}
    whole = plan(
        change, deferred_changes=[{"reason": "r", "resource_change": {"address": "a.b"}}], action_invocations=[invoked],
        deferred_action_invocations=[{"reason": "r", "action_invocation": invoked}], errored=False, complete=True,
    )  # fmt: skip
    seen = 0
    for path in places(whole):
        for odd in ODD:
            changed = json.loads(json.dumps(whole))
            *parents, last = path
            here = changed
            for key in parents:
                here = here[key]
            here[last] = odd
            seen += 1
            try:
                verdicts = judge(changed)
            except ConfigurationError as refused:
                assert {problem.code for problem in refused.problems} == {"TW981"}
            else:
                assert all(str(one.problem) for one in verdicts if not one.passes)
    assert seen > 200


def places(data: Any) -> list[tuple[Any, ...]]:
    """Every place in a document."""
    if not isinstance(data, dict | list):
        return []
    items = data.items() if isinstance(data, dict) else enumerate(data)
    return [(key, *rest) for key, value in items for rest in ((), *places(value))]


def test_the_lists_name_types_that_there_are_and_none_twice() -> None:
    assert [name for name in (*STATEFUL, *REMADE) if not is_known(name)] == []
    assert REMADE & STATEFUL.keys() == frozenset()
    assert BUILT_IN.isdisjoint(REMADE)
    assert is_filled_in("aws_s3_bucket", "arn")
    assert not is_filled_in("aws_s3_bucket", "bucket")


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_every_type_that_the_library_makes_is_on_a_list_and_what_it_protects_is_stateful(environment: str) -> None:
    resources = json.loads((GOLDEN / environment / "cdk.tf.json").read_text())["resource"]
    assert [name for name in resources if name not in REMADE | STATEFUL.keys()] == []
    kept = {
        name
        for name, blocks in resources.items()
        if any((block.get("lifecycle") or {}).get("prevent_destroy") for block in blocks.values())
    }
    assert kept - STATEFUL.keys() == set()
