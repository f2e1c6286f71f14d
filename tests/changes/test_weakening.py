"""What opens something or takes a protection off is judged as that: in the plan of either engine, and between two stacks."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.changes import weaker
from tests.changes.plans import RECORDED
from tests.changes.test_gate import entry, plan, update
from twinstack.changes.effect import Effect
from twinstack.changes.gate import BY_A_PERSON, Verdict, judge
from twinstack.changes.infrastructure import changes_of_infrastructure
from twinstack.changes.live import changes_of_plan
from twinstack.delivery.infrastructure_plan import InfrastructurePlan

EXPOSED = {
    "aws_db_instance.public": "publicly_accessible exposes: it has an address on the internet",
    "aws_eks_cluster.public": "vpc_config.endpoint_public_access exposes: its API is reached from the internet",
    "aws_eks_cluster.wider": "vpc_config.public_access_cidrs exposes: it is reached from 0.0.0.0/0 too",
    "aws_iam_role.trusting": "assume_role_policy exposes: it allows sts:AssumeRole to arn:aws:iam::999999999999:root",
    "aws_iam_role.unbound": "permissions_boundary exposes: nothing bounds what it may do",
    "aws_iam_role_policy.wider": "policy exposes: it allows s3:* on arn:aws:s3:::shop/*",
    "aws_iam_role_policy_attachment.given": (
        "policy_arn exposes: it has the rights of arn:aws:iam::aws:policy/AdministratorAccess"
    ),
    "aws_lb.inside": "internal exposes: it is reached from the internet",
    "aws_s3_bucket_policy.shop": "policy exposes: it allows s3:GetObject on arn:aws:s3:::shop/* to *",
    "aws_s3_bucket_public_access_block.other": "a policy or an ACL may let everybody in",
    "aws_s3_bucket_public_access_block.shop": "block_public_policy exposes: a policy or an ACL may let everybody in",
    "aws_security_group.inline": "ingress exposes: it lets in 0.0.0.0/0 to tcp 443",
    "aws_vpc_security_group_ingress_rule.added": "it lets in 0.0.0.0/0 to tcp 22",
    "aws_vpc_security_group_ingress_rule.wider": "it lets in 0.0.0.0/0 to tcp 5432",
}
UNPROTECTED = {
    "aws_cognito_user_pool.users": "deletion_protection unprotects: AWS no longer refuses to delete it",
    "aws_db_instance.no_backups": "delete_automated_backups unprotects: its backups go with it",
    "aws_db_instance.no_snapshot": "skip_final_snapshot unprotects: no snapshot is made of it when it is deleted",
    "aws_db_instance.unprotected": "deletion_protection unprotects: AWS no longer refuses to delete it",
    "aws_dynamodb_table.rows": "point_in_time_recovery.enabled unprotects: no backup is kept of what it held before",
    "aws_ecr_repository.images": "image_tag_mutability unprotects: a tag may come to mean another image",
    "aws_kms_key.key": "enable_key_rotation unprotects: its key is not rotated any more",
    "aws_s3_bucket.other": "force_destroy unprotects: it may be deleted with what is in it",
    "aws_s3_bucket_versioning.shop": (
        "versioning_configuration.status unprotects: what is written over or deleted is gone at once"
    ),
    "aws_secretsmanager_secret.token": (
        "recovery_window_in_days unprotects: a deletion can be taken back for a shorter time"
    ),
}
NEITHER = {
    "aws_db_instance.tagged": Effect.SAFE,
    "aws_iam_role.new": Effect.SAFE,
    "aws_iam_role_policy.narrower": Effect.INTERRUPTS,
    "aws_iam_role_policy_attachment.of_a_new_role": Effect.SAFE,
    "aws_security_group.new": Effect.SAFE,
    "aws_vpc_security_group_ingress_rule.narrower": Effect.INTERRUPTS,
    "aws_vpc_security_group_ingress_rule.of_a_new_group": Effect.SAFE,
}
EFFECTS = {
    **dict.fromkeys(EXPOSED, Effect.EXPOSES),
    **dict.fromkeys(UNPROTECTED, Effect.UNPROTECTS),
    **NEITHER,
}


@pytest.fixture(params=["terraform", "tofu"])
def recorded(request: pytest.FixtureRequest) -> dict[str, Any]:
    return json.loads((RECORDED / f"weaker-{request.param}.json").read_text())  # type: ignore[no-any-return]


def test_the_gate_stops_what_is_opened_and_unprotected_and_says_what(recorded: dict[str, Any]) -> None:
    verdicts = {one.address: one for one in judge(recorded)}
    assert {address: one.effect for address, one in verdicts.items()} == EFFECTS
    for address, words in {**EXPOSED, **UNPROTECTED}.items():
        assert verdicts[address].why.startswith(words)
        assert verdicts[address].code == ("TW986" if address in EXPOSED else "TW987")
        assert f"--up-to {verdicts[address].effect}" in verdicts[address].fix


def test_who_agrees_to_interruptions_has_not_agreed_to_that_and_who_has_seen_all_has(recorded: dict[str, Any]) -> None:
    def stopped(limit: Effect) -> set[str]:
        return {one.address for one in judge(recorded, up_to=limit) if not one.passes}

    assert stopped(Effect.REPLACES) == {*EXPOSED, *UNPROTECTED}
    assert stopped(Effect.UNPROTECTS) == {*EXPOSED}
    assert stopped(BY_A_PERSON) == set()


def test_a_diff_says_the_same_of_two_stacks_and_of_a_plan(recorded: dict[str, Any]) -> None:
    of_stacks = {one.subject: one for one in changes_of_infrastructure(weaker.BEFORE, weaker.AFTER)}
    planned = InfrastructurePlan.of(recorded, "Terraform")
    of_plan = {one.subject: one for one in changes_of_plan(planned, judge(planned.document), {}, ())}
    for found in (of_stacks, of_plan):
        assert {subject: one.effect for subject, one in found.items()} == EFFECTS
    public = of_stacks["aws_db_instance.public"]
    assert (public.risk, public.fields[0].risk) == ("exposes", "exposes")


def only(*entries: dict[str, Any]) -> Verdict:
    (verdict,) = judge(plan(*entries))
    return verdict


STANDING = {"security_group_id": "sg-1", "ip_protocol": "tcp", "from_port": 80, "to_port": 80}
RULE = "aws_vpc_security_group_ingress_rule.rule"


@pytest.mark.parametrize(
    ("before", "after", "effect"),
    [
        ({"cidr_ipv4": "10.0.0.0/8"}, {"cidr_ipv4": "10.0.0.0/7"}, Effect.EXPOSES),
        ({"cidr_ipv4": "0.0.0.0/0"}, {"cidr_ipv4": "10.0.0.0/8"}, Effect.INTERRUPTS),
        ({"cidr_ipv4": "10.0.0.0/8"}, {"cidr_ipv4": "10.0.0.0/8", "to_port": 81}, Effect.EXPOSES),
        ({"cidr_ipv4": "10.0.0.0/8", "ip_protocol": "-1"}, {"cidr_ipv4": "10.0.0.0/8"}, Effect.INTERRUPTS),
        ({"referenced_security_group_id": "sg-2"}, {"referenced_security_group_id": "sg-3"}, Effect.EXPOSES),
        ({"cidr_ipv4": "10.0.0.0/8"}, {"cidr_ipv4": "10.0.0.0/8", "description": "of shop"}, Effect.SAFE),
    ],
)  # fmt: skip
def test_a_rule_opens_where_it_lets_in_more(before: dict[str, Any], after: dict[str, Any], effect: Effect) -> None:
    assert only(update(RULE, {**STANDING, **before}, {**STANDING, **after})).effect is effect


def test_what_only_the_apply_tells_may_allow_anything() -> None:
    change = update(
        "aws_iam_role_policy.shop", {"role": "shop", "policy": weaker.policy(weaker.READ)}, {"role": "shop"},
        after_unknown={"policy": True},
    )  # fmt: skip
    assert (only(change).code, only(change).why.partition(";")[0]) == (
        "TW986", "policy exposes: what it allows only the apply tells",
    )  # fmt: skip


def test_what_goes_with_what_it_kept_keeps_nothing_more() -> None:
    blocked = {"bucket": "shop", **weaker.BLOCKED}
    block = entry("aws_s3_bucket_public_access_block.shop", "delete", before=blocked)
    assert only(block).effect is Effect.EXPOSES
    bucket = entry("aws_s3_bucket.shop", "delete", before={"bucket": "shop", "id": "shop"})
    verdicts = {one.address: one.effect for one in judge(plan(block, bucket))}
    assert verdicts["aws_s3_bucket_public_access_block.shop"] is Effect.REPLACES


@pytest.mark.parametrize(
    ("address", "before", "after", "effect"),
    [
        ("aws_redshift_cluster.rows", {"publicly_accessible": False}, {"publicly_accessible": True}, Effect.EXPOSES),
        ("aws_subnet.shop", {"map_public_ip_on_launch": False}, {"map_public_ip_on_launch": True}, Effect.EXPOSES),
        ("aws_s3_bucket_acl.shop", {"acl": "private"}, {"acl": "public-read"}, Effect.EXPOSES),
        ("aws_lambda_function_url.shop", {"authorization_type": "AWS_IAM"}, {"authorization_type": "NONE"}, Effect.EXPOSES),
        ("aws_wafv2_web_acl.shop", {"default_action": [{"block": [{}], "allow": []}]},
         {"default_action": [{"block": [], "allow": [{}]}]}, Effect.EXPOSES),
        ("aws_wafv2_web_acl.shop", {"rule": [{"name": "a"}, {"name": "b"}]}, {"rule": [{"name": "a"}]}, Effect.UNPROTECTS),
        ("aws_db_parameter_group.shop", {"parameter": [{"name": "rds.force_ssl", "value": "1"}]},
         {"parameter": [{"name": "rds.force_ssl", "value": "0"}]}, Effect.UNPROTECTS),
        ("aws_rds_cluster.rows", {"backup_retention_period": 7}, {"backup_retention_period": 3}, Effect.UNPROTECTS),
        ("aws_kms_key.key", {"deletion_window_in_days": None}, {"deletion_window_in_days": 7}, Effect.UNPROTECTS),
        ("aws_elasticache_replication_group.cache", {"transit_encryption_enabled": True},
         {"transit_encryption_enabled": False}, Effect.UNPROTECTS),
        ("aws_db_instance.rows", {"deletion_protection": False}, {"deletion_protection": True}, Effect.SAFE),
        ("aws_kms_key.key", {"deletion_window_in_days": 7}, {"deletion_window_in_days": 30}, Effect.SAFE),
        ("aws_subnet.shop", {"map_public_ip_on_launch": True}, {"map_public_ip_on_launch": False}, Effect.SAFE),
    ],
)  # fmt: skip
def test_each_kind(address: str, before: dict[str, Any], after: dict[str, Any], effect: Effect) -> None:
    assert only(update(address, before, after)).effect is effect


DATABASE = "aws_db_instance.rows"


def test_what_is_deleted_is_not_said_to_be_kept_for_a_shorter_time_too() -> None:
    old, new = ({**weaker.DATABASE, "backup_retention_period": days} for days in (7, 3))
    verdict = only(update(DATABASE, old, new))
    assert (verdict.effect, verdict.weaker) == (Effect.DESTROYS_DATA, ())
    (change,) = changes_of_infrastructure(*(weaker_stack(one) for one in (old, new)))
    assert [(one.path, one.effect, one.why) for one in change.fields] == [
        ("backup_retention_period", Effect.DESTROYS_DATA, "shorter: the automated backups that are older are deleted")
    ]


def test_what_terraform_is_told_to_ignore_opens_nothing() -> None:
    new = {**weaker.DATABASE, "publicly_accessible": True, "monitoring_interval": 60}
    (open_,) = changes_of_infrastructure(weaker_stack(weaker.DATABASE), weaker_stack(new))
    ignoring = {**new, "lifecycle": {"ignore_changes": ["publicly_accessible"]}}
    (ignored,) = changes_of_infrastructure(weaker_stack(weaker.DATABASE), weaker_stack(ignoring))
    assert (open_.effect, ignored.effect) == (Effect.EXPOSES, Effect.SAFE)


def weaker_stack(database: dict[str, Any]) -> dict[str, Any]:
    return {**weaker.BEFORE, "resource": {"aws_db_instance": {"rows": {**database, "identifier": "rows"}}}}
