"""What delivery becomes on AWS, and that a product without a pipeline becomes what it was."""

from __future__ import annotations

from tests.aws.documents import analytics

OWN = {
    "aws_iam_openid_connect_provider",
    "aws_iam_policy",
}
"""Resource types that nothing but a pipeline has."""


def test_without_a_branch_nothing_is_made() -> None:
    document = analytics(delivery__branch=None)
    made = {kind for kind in OWN if document.find(kind)}
    assert made == set()
    assert not [name for name in document.find("aws_iam_role") if name.startswith("delivery")]
    assert not [name for name, one in document.find("aws_iam_role").items() if "permissions_boundary" in one]
    assert [*document.find("aws_eks_access_entry")] == ["cluster_platform_admin"]


def test_the_account_trusts_github_once() -> None:
    provider = analytics().find("aws_iam_openid_connect_provider")["delivery"]
    assert provider["url"] == "https://token.actions.githubusercontent.com"
    assert provider["client_id_list"] == ["sts.amazonaws.com"]
    known = analytics(delivery__existing_oidc_provider=True)
    assert known.find("aws_iam_openid_connect_provider") == {}
    assert known.trust("delivery_deploy")["Principal"] == {
        "Federated": "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"
    }


def test_both_roles_enter_the_cluster_one_to_change_the_product_and_one_to_look() -> None:
    entries = analytics().find("aws_eks_access_entry")
    assert {name: one.get("kubernetes_groups") for name, one in entries.items() if name.startswith("delivery")} == {
        "delivery_deploy": ["twinstack:analytics:deployers"],
        "delivery_plan": ["twinstack:analytics:readers"],
    }
    assert entries["delivery_deploy"]["principal_arn"] == "${aws_iam_role.delivery_deploy.arn}"


def test_an_existing_cluster_is_entered_by_its_owners_leave() -> None:
    network = {
        "vpc_id": "vpc-0123456789abcdef0",
        "private_subnet_ids": ["subnet-0000000000000000a", "subnet-0000000000000000b"],
        "database_subnet_ids": ["subnet-0000000000000000c", "subnet-0000000000000000d"],
    }
    document = analytics(cluster__existing="shared", network__existing=network)
    assert document.find("aws_eks_access_entry") == {}
    assert document.find("aws_iam_role")["delivery_deploy"]["path"] == "/delivery/"
