"""What AWS would refuse of a change whose values are right by themselves, each beside the form that it takes."""

from __future__ import annotations

from typing import Any

import pytest

from twinstack.delivery.infrastructure_plan import Action, ResourceChange
from twinstack.rehearsal.change.obstacles import held_afterwards, obstacles


def change(
    type_name: str, before: dict[str, Any] | None, after: dict[str, Any] | None, name: str = "it", **more: Any
) -> ResourceChange:
    action = Action.CREATED if before is None else Action.DESTROYED if after is None else Action.CHANGED
    return ResourceChange(
        f"{type_name}.{name}", type_name, more.pop("action", action), before=before, after=after, **more
    )


def replaced(type_name: str, before: dict[str, Any], after: dict[str, Any], *forced_by: str) -> ResourceChange:
    return change(type_name, before, after, action=Action.REPLACED, forced_by=forced_by)


def found(*changes: ResourceChange, **more: Any) -> list[tuple[str, str, str]]:
    return [(one.code, one.path, one.allowed) for one in obstacles(changes, **more)]


@pytest.mark.parametrize(
    ("type_name", "wrong", "right", "allowed"),
    [
        ("aws_eks_cluster", {"version": ("1.33", "1.35")}, ("1.33", "1.34"), "1.34 next: one minor version at a time"),
        ("aws_eks_cluster", {"version": ("1.34", "1.33")}, ("1.34", "1.34"), "a later version: EKS never goes back"),
        ("aws_db_instance", {"allocated_storage": (200, 100)}, (200, 220), "more: storage never shrinks"),
        ("aws_db_instance", {"allocated_storage": (200, 210)}, (200, 400), "220 or more: it grows by a tenth at least"),
        ("aws_db_instance", {"engine_version": ("16.4", "15")}, ("16.4", "16"), "a later version: no engine goes back"),
        (
            "aws_db_instance",
            {"engine_version": ("16.4", "17")},
            ("16.4", "16.6"),
            "a major version only with allow_major_version_upgrade",
        ),
    ],
)
def test_a_step_that_aws_does_not_make(
    type_name: str, wrong: dict[str, tuple[Any, Any]], right: tuple[Any, Any], allowed: str
) -> None:
    ((name, (was, wanted)),) = wrong.items()
    assert found(change(type_name, {name: was}, {name: wanted})) == [("TW991", f"{type_name}.it.{name}", allowed)]
    assert found(change(type_name, {name: right[0]}, {name: right[1]})) == []


def test_a_major_version_with_leave_and_a_value_that_only_the_apply_knows() -> None:
    after = {"engine_version": "17", "allow_major_version_upgrade": True}
    assert found(change("aws_db_instance", {"engine_version": "16.4"}, after)) == []
    assert found(change("aws_eks_cluster", {"version": "1.33"}, {})) == []


@pytest.mark.parametrize(
    ("type_name", "before", "words"),
    [
        ("aws_db_instance", {"deletion_protection": True}, "held by deletion_protection: true"),
        ("aws_cognito_user_pool", {"deletion_protection": "ACTIVE"}, "held by deletion_protection: ACTIVE"),
        ("aws_lb", {"enable_deletion_protection": True}, "held by enable_deletion_protection: true"),
        ("aws_s3_bucket", {"force_destroy": False}, "held by force_destroy: false, and it is not empty"),
    ],
)
def test_what_is_protected_goes_in_two_releases(type_name: str, before: dict[str, Any], words: str) -> None:
    (problem,) = obstacles([change(type_name, before, None)])
    assert problem.code == "TW991"
    assert words in problem.given
    assert "take the protection off and deploy that alone" in problem.fix
    free = {name: isinstance(value, bool) and not value for name, value in before.items()}
    assert found(change(type_name, free, None)) == []


def test_protection_that_went_with_its_block_is_told_from_one_that_stops() -> None:
    gone = change("aws_kms_key", {}, None)
    (problem,) = obstacles([gone], protected=[gone.address])
    assert "went with its block, so Terraform does not stop" in problem.given
    stopped = replaced("aws_kms_key", {}, {}, "multi_region")
    (problem,) = obstacles([stopped], protected=[stopped.address])
    assert problem.given == "replaced because of multi_region, and held by prevent_destroy"


def test_a_successor_made_first_needs_another_name() -> None:
    same = replaced("aws_iam_role", {"name": "web"}, {"name": "web"}, "path")
    assert [code for code, *_ in found(same, made_first=[same.address])] == ["TW990"]
    assert found(same) == []
    other = replaced("aws_iam_role", {"name": "web"}, {"name": "web-2"}, "name")
    assert found(other, made_first=[other.address]) == []
    moved = replaced("aws_security_group", {"name": "web", "vpc_id": "a"}, {"name": "web", "vpc_id": "b"}, "vpc_id")
    assert found(moved, made_first=[moved.address]) == []


def test_secrets_and_buckets_hold_their_name_after_they_are_gone() -> None:
    values = {"name": "shop/url", "recovery_window_in_days": 30}
    assert [code for code, *_ in found(replaced("aws_secretsmanager_secret", values, values, "kms"))] == ["TW990"]
    at_once = {**values, "recovery_window_in_days": 0}
    assert found(replaced("aws_secretsmanager_secret", at_once, at_once, "kms")) == []
    bucket = {"bucket": "shop-files", "force_destroy": True}
    assert [code for code, *_ in found(replaced("aws_s3_bucket", bucket, bucket, "region"))] == ["TW990"]
    assert list(held_afterwards([change("aws_secretsmanager_secret", values, None)])) == [
        "aws_secretsmanager_secret.it: shop/url, which Secrets Manager holds for 30 days, while it can be restored"
    ]
    assert list(held_afterwards([change("aws_secretsmanager_secret", at_once, None)])) == []


def test_one_name_under_two_addresses_is_a_rename_without_a_move() -> None:
    old = change("aws_sqs_queue", {"name": "jobs"}, None, "old")
    (problem,) = obstacles([old, change("aws_sqs_queue", None, {"name": "jobs"}, "new")])
    assert (problem.code, problem.path) == ("TW990", "aws_sqs_queue.new")
    assert "moved from aws_sqs_queue.old to aws_sqs_queue.new" in problem.fix
    assert found(old, change("aws_sqs_queue", None, {"name": "work"}, "new")) == []
    zones = [
        change("aws_route53_zone", {"name": "a.b"}, None),
        change("aws_route53_zone", None, {"name": "a.b"}, "new"),
    ]
    assert found(*zones) == []
