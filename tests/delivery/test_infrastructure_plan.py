"""What is read out of a plan's JSON: each action, what was left behind, what nobody knows yet, and no secret."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.delivery.cloud import Told, here
from twinstack.delivery.infrastructure_moves import continues, moves
from twinstack.delivery.infrastructure_plan import UNKNOWN_YET, Action, InfrastructurePlan, changed_paths

SECRET = "hunter2"
OF_CHANGE = frozenset({"before", "after", "after_unknown", "importing", "replace_paths"})


def entry(address: str, *actions: str, **more: Any) -> dict[str, Any]:
    """One of `resource_changes`."""
    change = {"actions": list(actions), "before": None, "after": None, "after_unknown": {}}
    change |= {name: more.pop(name) for name in [*more] if name in OF_CHANGE}
    return {"address": address, "type": address.partition(".")[0], "mode": "managed", "change": change, **more}


def plan(*entries: dict[str, Any], **more: Any) -> InfrastructurePlan:
    return InfrastructurePlan.of(
        {"terraform_version": "1.11.4", "resource_changes": list(entries), **more}, "Terraform"
    )


@pytest.mark.parametrize(
    ("change", "action"),
    [
        (entry("aws_vpc.a", "create"), Action.CREATED),
        (entry("aws_vpc.a", "update"), Action.CHANGED),
        (entry("aws_vpc.a", "delete"), Action.DESTROYED),
        (entry("aws_vpc.a", "delete", "create"), Action.REPLACED),
        (entry("aws_vpc.a", "create", "delete"), Action.REPLACED),
        (entry("aws_vpc.a", "forget"), Action.FORGOTTEN),
        (entry("aws_vpc.a", "create", "forget"), Action.LEFT),
        (entry("aws_vpc.a", "no-op", importing={"id": "vpc-1"}), Action.IMPORTED),
        (entry("aws_vpc.a", "no-op", previous_address="aws_vpc.b"), Action.MOVED),
        (entry("aws_vpc.a", "update", previous_address="aws_vpc.b"), Action.CHANGED),
        (entry("aws_vpc.a", "transmogrify"), Action.UNKNOWN),
    ],
)
def test_each_action_of_terraform_has_its_word(change: dict[str, Any], action: Action) -> None:
    found = plan(change)
    assert found.counts == {action: 1}
    assert found.changes[0].moved_from == change.get("previous_address", "")
    assert found.as_dict()["changes"][0]["action"] == str(action)


def test_what_is_only_read_is_no_change() -> None:
    read = {**entry("data.aws_lbs.a", "read"), "mode": "data"}
    assert plan(read, entry("aws_vpc.a", "no-op")).is_empty


def test_what_is_replaced_says_for_which_argument() -> None:
    (change,) = plan(
        entry(
            "aws_db_instance.d", "delete", "create", before={"engine": "a", "size": 1}, after={"engine": "b", "size": 1},
            after_unknown={"arn": True}, replace_paths=[["engine"]],
        )
    ).changes  # fmt: skip
    assert (change.fields, change.forced_by) == (("arn", "engine"), ("engine",))


def test_no_sensitive_value_is_kept_wherever_it_stands() -> None:
    values = {"name": "n", "password": SECRET, "nested": [{"token": SECRET}]}
    marks = {"password": True, "nested": [{"token": True}]}
    module = {"resources": [{"address": "x.y", "values": values, "sensitive_values": marks}]}
    everywhere = {"outputs": {"o": {"value": SECRET, "sensitive": True}}, "root_module": {"child_modules": [module]}}
    change = {
        "actions": ["update"], "before": values, "after": values, "before_sensitive": marks, "after_sensitive": marks,
    }  # fmt: skip
    found = plan(
        {**entry("x.y", "update"), "change": change},
        planned_values=everywhere,
        prior_state={"values": everywhere},
        resource_drift=[{"address": "x.y", "change": change}],
        output_changes={"o": {"actions": ["create"], "after": SECRET, "after_sensitive": True}},
        variables={"password": {"value": SECRET}},
        configuration={"root_module": {"variables": {"password": {"default": SECRET}}}},
    )
    text = json.dumps(found.document)
    assert SECRET not in text
    assert text.count('"name": "n"') == 6
    assert found.drift == ("x.y",)
    assert found.prior["x.y"] == {"name": "n", "password": "(sensitive)", "nested": [{"token": "(sensitive)"}]}


def test_what_differs_inside_is_told_by_its_path_with_both_values() -> None:
    before = {"size": 1, "scaling": [{"min": 1, "max": 3}], "zones": ["a"], "name": "n", "arn": "x"}
    after = {"size": 1, "scaling": [{"min": 2, "max": 3}], "zones": ["a", "b"], "name": "n"}
    assert [*changed_paths(before, after, {"arn": True, "scaling": [{}]})] == [
        ("arn", "x", UNKNOWN_YET), ("scaling.min", 1, 2), ("zones", ["a"], ["a", "b"]),
    ]  # fmt: skip
    assert [*changed_paths(before, before)] == []


CREATE = entry("aws_vpc.v", "create", after={"cidr": "10.0.0.0/16"}, after_unknown={"id": True})
UPDATE = entry("aws_vpc.v", "update", before={"size": 1, "id": "i"}, after={"size": 2, "id": "i"})
REPLACE = entry("aws_eip.e", "delete", "create", before={"a": 1}, after={"a": 2})


@pytest.mark.parametrize(
    ("saved", "fresh", "goes_on"),
    [
        ([CREATE, UPDATE], [], True),
        ([CREATE], [CREATE], True),
        ([CREATE], [entry("aws_vpc.v", "create", after={"cidr": "10.0.0.0/16", "id": "vpc-1"})], True),
        ([CREATE], [entry("aws_vpc.v", "create", after={"cidr": "10.9.0.0/16"})], False),
        ([CREATE], [entry("aws_vpc.w", "create", after={"cidr": "10.0.0.0/16"})], False),
        ([CREATE], [entry("aws_vpc.v", "delete", before={"cidr": "10.0.0.0/16"})], False),
        (
            [CREATE],
            [
                {
                    **entry("aws_vpc.v", "delete", "create", after={"cidr": "10.0.0.0/16"}),
                    "action_reason": "replace_because_tainted",
                }
            ],
            True,
        ),
        ([CREATE], [entry("aws_vpc.v", "delete", "create", after={"cidr": "10.0.0.0/16"})], False),
        ([UPDATE], [UPDATE], True),
        ([UPDATE], [entry("aws_vpc.v", "update", before={"size": 3, "id": "i"}, after={"size": 2, "id": "i"})], False),
        ([UPDATE], [entry("aws_vpc.v", "update", before={"size": 1, "id": "i"}, after={"size": 4, "id": "i"})], False),
        ([REPLACE], [entry("aws_eip.e", "create", after={"a": 2})], True),
        ([REPLACE], [entry("aws_eip.e", "delete", before={"a": 1}, deposed="0a")], True),
        ([UPDATE], [entry("aws_vpc.v", "transmogrify")], False),
    ],
)
def test_a_plan_goes_on_only_with_what_was_agreed(
    saved: list[dict[str, Any]], fresh: list[dict[str, Any]], goes_on: bool
) -> None:
    assert continues(plan(*saved), plan(*fresh)) is goes_on


def test_what_moved_is_told_by_resource_and_argument() -> None:
    def state(**resources: Any) -> dict[str, Any]:
        found = [{"address": address.replace("__", "."), "values": values} for address, values in resources.items()]
        return {"prior_state": {"values": {"root_module": {"resources": found}}}}

    before = plan(**state(a__b={"x": 1, "y": 2}, c__d={}, data__e={"x": 1}))
    now = plan(**state(a__b={"x": 2, "y": 2}, f__g={}, data__e={"x": 2}))
    assert moves(before, now) == ("a.b: x", "c.d is gone", "f.g is new")


def test_what_is_moved_and_forgotten_by_real_terraform_is_told_so(tmp_path: Path, server: str, program: str) -> None:
    stack = {
        "terraform": {
            "required_providers": {"aws": {"source": "aws", "version": "~> 6.69"}},
            "backend": {"s3": {"bucket": "moves", "key": "k", "region": "us-west-2", "use_lockfile": True}},
        },
        "provider": {"aws": [{"region": "us-west-2"}]},
        "resource": {
            "aws_kms_alias": {
                "a": {"name": "alias/a", "target_key_id": "k"},
                "b": {"name": "alias/b", "target_key_id": "k"},
            }
        },
    }
    with here(tmp_path, server, program, stack=stack) as place:
        place.infrastructure.plan(place.folder)
        place.infrastructure.apply(place.folder, Told())

        def change(document: Any) -> None:
            aliases = document["resource"]["aws_kms_alias"]
            aliases["c"] = aliases.pop("a")
            del aliases["b"]
            document["moved"] = [{"from": "aws_kms_alias.a", "to": "aws_kms_alias.c"}]
            document["removed"] = [{"from": "aws_kms_alias.b", "lifecycle": {"destroy": False}}]

        place.change(change)
        found = place.infrastructure.plan(place.folder)
        assert found.counts == {Action.FORGOTTEN: 1, Action.MOVED: 1}
        assert found.changes[1].moved_from == "aws_kms_alias.a"
        place.infrastructure.apply(place.folder, Told())
        assert place.infrastructure.plan(place.folder).is_empty
