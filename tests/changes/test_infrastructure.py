"""Two stacks held against each other: what Terraform would do, without a plan."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from twinstack.changes.difference import LATER, Change, FieldChange
from twinstack.changes.effect import Effect
from twinstack.changes.infrastructure import changes_of_infrastructure
from twinstack.delivery.infrastructure_plan import Action

Stack = dict[str, Any]
GOLDEN: Stack = json.loads((Path(__file__).parents[1] / "golden" / "prod" / "cdk.tf.json").read_bytes())
FIELDS = ("backend", "cache", "cluster", "database", "edge", "exports", "network")


def changed(edit: Callable[[Stack], object], before: Stack = GOLDEN) -> dict[str, Change]:
    """What an edit of the stack of production changes, by address."""
    after = copy.deepcopy(before)
    edit(after)
    return between(before, after)


def between(before: Stack, after: Stack) -> dict[str, Change]:
    return {one.subject: one for one in changes_of_infrastructure(before, after, FIELDS)}


def at(change: Change, path: str) -> FieldChange:
    return next(one for one in change.fields if one.path == path)


def small(resource: Stack, **beside: Any) -> Stack:
    return {"resource": resource, **beside}


def test_a_stack_is_like_itself() -> None:
    assert between(GOLDEN, copy.deepcopy(GOLDEN)) == {}


def test_an_argument_has_the_class_that_is_noted_with_its_usual_length() -> None:
    found = changed(
        lambda stack: stack["resource"]["aws_db_instance"]["database"].update(instance_class="db.m7g.large")
    )
    (change,) = found.values()
    assert (change.subject, change.thing, change.action) == ("aws_db_instance.database", "database", Action.CHANGED)
    assert change.effect is Effect.INTERRUPTS
    field = at(change, "instance_class")
    assert (field.before, field.after, field.forces) == ("db.t3.medium", "db.m7g.large", False)
    assert "minutes" in field.usual


def test_what_forces_a_replacement_is_named_and_what_keeps_it_from_happening() -> None:
    found = changed(lambda stack: stack["resource"]["aws_db_instance"]["database"].update(username="other"))
    change = found["aws_db_instance.database"]
    assert (change.action, change.effect) == (Action.REPLACED, Effect.DESTROYS_DATA)
    assert [one.path for one in change.fields if one.forces] == ["username"]
    assert change.why == (
        "username forces it; it holds the rows of its databases, and its automated backups; Terraform refuses it, for "
        "prevent_destroy is on; AWS refuses it, for deletion_protection is on"
    )


def test_what_refers_to_something_made_anew_is_changed_with_it_and_made_anew_where_that_forces_it() -> None:
    found = changed(lambda stack: stack["resource"]["aws_vpc"]["network"].update(cidr_block="10.99.0.0/16"))
    subnet = found["aws_subnet.network_database_a"]
    assert subnet.action is Action.REPLACED
    assert at(subnet, "vpc_id").after == LATER
    assert at(subnet, "vpc_id").why == "it refers to aws_vpc.network, made anew"
    # Two steps away: the subnet group takes the subnets as they come, in place; its name stays known, so the database stays.
    assert found["aws_db_subnet_group.database"].action is Action.CHANGED
    assert "aws_db_instance.database" not in found or found["aws_db_instance.database"].action is Action.CHANGED


def test_what_is_only_named_otherwise_is_replaced_unless_a_block_moves_it() -> None:
    def rename(stack: Stack) -> None:
        text = json.dumps(stack).replace("aws_kms_key.cache.", "aws_kms_key.reports.")
        stack.update(json.loads(text))
        keys = stack["resource"]["aws_kms_key"]
        keys["reports"] = keys.pop("cache")

    def move(stack: Stack) -> None:
        rename(stack)
        stack["moved"].append({"from": "aws_kms_key.cache", "to": "aws_kms_key.reports"})

    lost = changed(rename)["aws_kms_key.cache"]
    assert (lost.action, lost.effect) == (Action.DESTROYED, Effect.DESTROYS_DATA)
    moved = changed(move)
    assert {(one.subject, one.action, one.why) for one in moved.values()} == {
        ("aws_kms_key.reports", Action.MOVED, "only its address changes: it was aws_kms_key.cache")
    }


def test_a_move_onto_something_that_stands_does_not_take_place() -> None:
    keys = {"one": {"description": "1"}, "two": {"description": "2"}}
    after = small({"aws_kms_key": {"two": keys["two"]}}, moved=[{"from": "aws_kms_key.one", "to": "aws_kms_key.two"}])
    (change,) = between(small({"aws_kms_key": keys}), after).values()
    assert (change.subject, change.action) == ("aws_kms_key.one", Action.DESTROYED)
    assert change.why.startswith("it was to move to aws_kms_key.two and does not, for something stands there already")


@pytest.mark.parametrize(
    ("destroy", "action", "effect"),
    [(False, Action.FORGOTTEN, Effect.SAFE), (True, Action.DESTROYED, Effect.DESTROYS_DATA)],
)
def test_what_is_let_go_stays_unless_it_is_to_be_destroyed(destroy: bool, action: Action, effect: Effect) -> None:
    after = small({}, removed=[{"from": "aws_sqs_queue.jobs", "lifecycle": {"destroy": destroy}}])
    (change,) = between(small({"aws_sqs_queue": {"jobs": {"name": "jobs"}}}), after).values()
    assert (change.action, change.effect) == (action, effect)


def test_what_is_taken_over_is_for_a_plan_to_judge() -> None:
    after = small({"aws_s3_bucket": {"b": {"bucket": "b"}}}, **{"import": [{"to": "aws_s3_bucket.b", "id": "b"}]})
    (change,) = between({}, after).values()
    assert (change.action, change.risk) == (Action.IMPORTED, "unknown")


def test_ignored_changes_are_none() -> None:
    def group(size: int, *ignored: str) -> Stack:
        one = {"scaling_config": {"desired_size": size}, "lifecycle": {"ignore_changes": [*ignored]}}
        return small({"aws_eks_node_group": {"main": one}})

    assert between(group(1), group(2)) != {}
    assert between(group(1), group(2, "scaling_config[0].desired_size")) == {}
    assert between(group(1), group(2, "scaling_config")) == {}


@pytest.mark.parametrize(
    ("type_name", "before", "after"),
    [
        ("aws_db_instance", {"publicly_accessible": False}, {}),
        ("aws_db_instance", {"vpc_security_group_ids": ["a", "b"]}, {"vpc_security_group_ids": ["b", "a"]}),
        ("aws_eks_cluster", {"vpc_config": {"subnet_ids": ["a"]}}, {"vpc_config": [{"subnet_ids": ["a"]}]}),
        ("aws_iam_policy", {"policy": '{"a": 1, "b": 2}'}, {"policy": '{"b":2,"a":1}'}),
        ("aws_vpc", {"depends_on": ["aws_s3_bucket.b"], "tags": None}, {"//": {"metadata": {}}}),
    ],
)
def test_two_ways_to_write_one_thing_are_no_change(type_name: str, before: Stack, after: Stack) -> None:
    assert between(small({type_name: {"x": before}}), small({type_name: {"x": after}})) == {}


def test_a_literal_and_a_reference_to_it_are_alike() -> None:
    key = {"aws_db_subnet_group": {"g": {"name": "group"}}}
    said = small({**key, "aws_db_instance": {"x": {"db_subnet_group_name": "group"}}})
    referred = small({**key, "aws_db_instance": {"x": {"db_subnet_group_name": "${aws_db_subnet_group.g.name}"}}})
    assert between(said, referred) == {}


def test_a_reference_to_a_literal_that_changes_changes_what_refers_to_it() -> None:
    def of(name: str) -> Stack:
        return small(
            {
                "aws_kms_key": {"k": {"description": name}},
                "aws_kms_alias": {"a": {"name": "alias/${aws_kms_key.k.description}", "target_key_id": "k"}},
            }
        )

    found = between(of("one"), of("two"))
    assert at(found["aws_kms_alias.a"], "name").after == "alias/two"
    assert found["aws_kms_alias.a"].action is Action.REPLACED


def test_what_is_to_be_replaced_with_another_is() -> None:
    def of(user: str) -> Stack:
        trigger = {"lifecycle": {"replace_triggered_by": ["aws_db_instance.d.address"]}, "secret_id": "s"}
        return small(
            {
                "aws_db_instance": {"d": {"username": user}},
                "aws_secretsmanager_secret_version": {"url": trigger},
            }
        )

    change = between(of("one"), of("two"))["aws_secretsmanager_secret_version.url"]
    assert change.action is Action.REPLACED
    assert change.why.startswith("a change of aws_db_instance.d.address forces it")


def test_secrets_are_never_shown() -> None:
    def of(password: str) -> Stack:
        one = {"password": password, "username": "u", "tags": {"TOKEN": f"{password}-token"}}
        return small({"aws_db_instance": {"d": one}})

    found = between(of("8fK2mQ9xLz41"), of("qT7Rz3Lw0Pn5"))
    told = json.dumps([one.as_dict() for one in found.values()])
    assert "8fK2mQ9xLz41" not in told
    assert "qT7Rz3Lw0Pn5" not in told
    assert at(found["aws_db_instance.d"], "password").before == "(sensitive)"


def test_an_unknown_type_and_an_argument_that_nobody_noted_are_unknown() -> None:
    found = between(
        small({"acme_queue": {"q": {"size": 1}}, "aws_vpc": {"v": {"made_up": 1}}}),
        small({"acme_queue": {"q": {"size": 2}}, "aws_vpc": {"v": {"made_up": 2}}}),
    )
    assert {one.subject: one.risk for one in found.values()} == {"acme_queue.q": "unknown", "aws_vpc.v": "unknown"}


def test_a_protection_that_goes_is_shown_though_nothing_happens_yet() -> None:
    def let_go(stack: Stack) -> None:
        del stack["resource"]["aws_db_instance"]["database"]["lifecycle"]

    (change,) = changed(let_go).values()
    assert (change.effect, change.fields[0].path) == (Effect.UNPROTECTS, "lifecycle.prevent_destroy")
    assert change.fields[0].why == "nothing in Terraform keeps it from being destroyed any more"


def test_a_step_that_aws_refuses_says_so() -> None:
    found = changed(lambda stack: stack["resource"]["aws_eks_cluster"]["cluster"].update(version="1.38"))
    assert "AWS refuses it" in at(found["aws_eks_cluster.cluster"], "version").why


def test_what_the_rules_from_one_release_to_the_next_find_stands_at_its_address() -> None:
    def access(mode: str) -> Stack:
        return small({"aws_eks_cluster": {"c": {"access_config": {"authentication_mode": mode}}}})

    change = between(access("API"), access("CONFIG_MAP"))["aws_eks_cluster.c"]
    assert "go from CONFIG_MAP to API_AND_CONFIG_MAP, and in the next release to API" in change.why


def test_a_first_release_makes_and_a_removal_destroys() -> None:
    made, gone = between({}, GOLDEN), between(GOLDEN, {})
    addresses = {f"{kind}.{name}" for kind, named in GOLDEN["resource"].items() for name in named}
    assert {made[one].action for one in addresses} == {Action.CREATED}
    assert {gone[one].action for one in addresses} == {Action.DESTROYED}
    assert gone["aws_db_instance.database"].effect is Effect.DESTROYS_DATA
