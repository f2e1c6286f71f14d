"""What the pipeline's roles may do in the account: what Terraform needs of the library's own types, and no way to more."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from typing import Any

import pytest

from tests.aws.documents import Document, analytics

LONGEST_POLICY = 6144
"""Characters without blanks. Source: IAM User Guide, "IAM and AWS STS quotas"."""
PARTS = ("boundary", "data", "network", "platform", "reading")
WITHOUT_RESOURCE = {"Describe", "New", "LogDelivery", "NoPower", "Watching", "Subscriptions", "NewPrometheus"}
"""Statements of calls that know no resource: bounded by the region, or no grant."""
OF_POWER = {
    "iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion", "iam:CreatePolicy", "iam:DeletePolicy", "iam:CreateUser",
    "iam:CreateAccessKey", "iam:AddUserToGroup", "iam:DeleteRolePermissionsBoundary", "iam:UpdateOpenIDConnectProviderThumbprint",
    "iam:CreateOpenIDConnectProvider", "eks:CreateAccessEntry", "eks:UpdateAccessEntry", "eks:AssociateAccessPolicy", "sts:AssumeRole",
    "organizations:LeaveOrganization",
}  # fmt: skip


def statements(document: Document, part: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(document.find("aws_iam_policy")[f"delivery_{part}"]["policy"])["Statement"]
    return found


def allowed(document: Document, *parts: str) -> set[str]:
    return {action for part in parts for one in statements(document, part) for action in one["Action"]}


def attached(document: Document, role: str) -> set[str]:
    return {
        one["policy_arn"]
        for one in document.find("aws_iam_role_policy_attachment").values()
        if one["role"] == f"${{aws_iam_role.{role}.name}}"
    }


CHANGING = ("data", "network", "platform")


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_no_action_and_no_grant_has_a_star(environment: str) -> None:
    document = analytics(environment)
    for part in (*CHANGING, "reading", *["watching"] * (environment == "prod")):
        for one in statements(document, part):
            assert one["Effect"] == "Allow"
            assert not [action for action in one["Action"] if "*" in action], one["Sid"]
            if "*" in one["Resource"]:
                assert one["Sid"] in WITHOUT_RESOURCE
                assert one["Condition"]["StringEquals"]["aws:RequestedRegion"] == "us-west-2"


def test_the_role_that_plans_looks_and_reads_the_passwords_that_terraform_reads() -> None:
    document = analytics()
    assert attached(document, "delivery_plan") == {
        "arn:aws:iam::aws:policy/SecurityAudit",
        "${aws_iam_policy.delivery_reading.arn}",
    }
    reading = {one["Sid"]: one for one in statements(document, "reading")}
    verbs = {action.split(":")[1] for one in reading.values() for action in one["Action"]}
    changes = {verb for verb in verbs if not verb.startswith(("Describe", "Get", "List", "Decrypt"))}
    assert changes == {"PutObject", "DeleteObject"}
    assert reading["StateLock"]["Resource"] == [
        "arn:aws:s3:::shadower-terraform-state/analytics/terraform.tfstate.tflock"
    ]
    written = {
        reference.split(".")[1]
        for name, one in document.find("aws_secretsmanager_secret_version").items()
        for reference in [one["secret_id"]]
        if name
    }
    assert {arn.split(".")[1] for arn in reading["Passwords"]["Resource"]} == written
    assert "integrations_sendgrid_api_key" not in written, "what people put there is not Terraform's to read"


def test_the_role_that_deploys_writes_this_state_and_no_other() -> None:
    document = analytics("dev")
    (write,) = [one for one in statements(document, "data") if one["Sid"] == "StateWrite"]
    assert write["Resource"] == ["arn:aws:s3:::shadower-terraform-state-dev/analytics/dev/terraform.tfstate"]


def test_nobody_in_the_pipeline_can_give_power() -> None:
    assert allowed(analytics(), *CHANGING, "reading") & OF_POWER == set()


def test_a_role_is_made_and_given_rights_under_the_boundary_alone() -> None:
    document = analytics()
    by_sid = {one["Sid"]: one for one in statements(document, "platform")}
    granting = {"iam:CreateRole", "iam:PutRolePolicy", "iam:AttachRolePolicy", "iam:PutRolePermissionsBoundary"}
    holders = [sid for sid, one in by_sid.items() if granting & {*one["Action"]}]
    assert holders == ["BoundedRoles"]
    condition = by_sid["BoundedRoles"]["Condition"]
    assert condition == {"StringEquals": {"iam:PermissionsBoundary": "${aws_iam_policy.delivery_boundary.arn}"}}


@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
def test_the_roles_of_the_pipeline_are_out_of_its_own_reach(environment: str) -> None:
    document = analytics(environment)
    roles = document.find("aws_iam_role")
    account = {"dev": "111122223333", "staging": "444455556666", "prod": "123456789012"}[environment]
    patterns = {
        pattern
        for one in statements(document, "platform")
        if any(action.startswith("iam:") for action in one["Action"])
        for pattern in one["Resource"]
    }
    reached = {}
    for address, one in roles.items():
        arn = f"arn:aws:iam::{account}:role{one.get('path', '/')}{one['name']}"
        reached[address] = any(fnmatchcase(arn, pattern) for pattern in patterns)
    assert {address for address, is_reached in reached.items() if not is_reached} == {
        "delivery_deploy",
        "delivery_plan",
    }


def test_every_other_role_is_under_the_boundary() -> None:
    roles = analytics().find("aws_iam_role")
    bounded = {name for name, one in roles.items() if "permissions_boundary" in one}
    assert bounded == {*roles} - {"delivery_deploy", "delivery_plan"}
    assert {one["permissions_boundary"] for one in roles.values() if "permissions_boundary" in one} == {
        "${aws_iam_policy.delivery_boundary.arn}"
    }


def test_the_boundary_leaves_workloads_their_services_and_takes_power() -> None:
    open_, *_ = statements(analytics(), "boundary")
    kept = {"iam:*", "sts:AssumeRole", "organizations:*", "account:*"}
    assert kept <= {*open_["NotAction"]}
    for action in (
        "s3:GetObject",
        "secretsmanager:GetSecretValue",
        "kms:Decrypt",
        "ec2:RunInstances",
        "sqs:SendMessage",
    ):
        assert not any(fnmatchcase(action, pattern) for pattern in open_["NotAction"]), action


@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
def test_each_policy_fits_into_iam(environment: str) -> None:
    document = analytics(environment)
    for part in PARTS:
        text = document.find("aws_iam_policy")[f"delivery_{part}"]["policy"]
        # A reference becomes an ARN of at most 120 characters here.
        assert len(text) + 60 * text.count("${") < LONGEST_POLICY, part


def test_further_policies_are_attached_to_the_role_that_deploys() -> None:
    document = analytics(delivery__managed_policies=["aws:AmazonSQSFullAccess", "queues"])
    more = {"arn:aws:iam::aws:policy/AmazonSQSFullAccess", "arn:aws:iam::123456789012:policy/queues"}
    assert more <= attached(document, "delivery_deploy")
    assert not more & attached(document, "delivery_plan")
