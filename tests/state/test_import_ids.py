"""The forms of ids: one for each type that the library makes, each with an example that fits and ids that do not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from twinstack.state.import_ids import FORMS, NEVER_IMPORTED, misfit, other_name, strange_places

LIBRARY = Path(__file__).parents[2] / "constructs" / "twinstack"
MADE = sorted(
    f"aws_{found}"
    for file in LIBRARY.rglob("*.py")
    for found in re.findall(r"from cdktf_cdktf_provider_aws\.(?!provider |data_)(\w+) import", file.read_text())
)


def test_each_type_that_the_library_makes_has_its_form() -> None:
    assert len(set(MADE)) > 40
    assert sorted(set(MADE) - set(FORMS) - NEVER_IMPORTED) == []


@pytest.mark.parametrize("type_name", sorted(FORMS))
def test_the_example_fits_and_something_else_does_not(type_name: str) -> None:
    form = FORMS[type_name]
    assert misfit(type_name, form.example) is None
    assert misfit(type_name, "") is form
    assert misfit(type_name, "two words") is form
    assert misfit(type_name, f" {form.example}") is form


@pytest.mark.parametrize(
    ("type_name", "given"),
    [
        ("aws_s3_bucket", "arn:aws:s3:::acme-files"),
        ("aws_kms_key", "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"),
        ("aws_kms_alias", "acme"),
        ("aws_secretsmanager_secret", "acme/url"),
        ("aws_secretsmanager_secret", "arn:aws:secretsmanager:eu-central-1:111122223333:secret:acme/url"),
        ("aws_iam_policy", "acme"),
        ("aws_iam_role", "arn:aws:iam::111122223333:role/acme"),
        ("aws_iam_role_policy_attachment", "acme:arn:aws:iam::111122223333:policy/acme"),
        ("aws_route_table_association", "rtbassoc-0123456789abcdef0"),
        ("aws_eip", "203.0.113.7"),
        ("aws_route", "rtb-0123456789abcdef0"),
        ("aws_db_instance", "db-ABCDEFGHIJKLMNOP/x"),
        ("aws_vpc_security_group_ingress_rule", "sg-0123456789abcdef0"),
        ("aws_eks_addon", "coredns"),
    ],
)
def test_what_people_give_instead_is_refused(type_name: str, given: str) -> None:
    assert misfit(type_name, given) is FORMS[type_name]


def test_a_type_that_is_not_known_is_not_judged() -> None:
    assert misfit("aws_unheard_of", "anything at all") is None


def test_an_arn_says_where_it_is_from() -> None:
    arn = FORMS["aws_secretsmanager_secret"].example
    assert [*strange_places(arn, "111122223333", "eu-central-1")] == []
    assert [*strange_places(arn, "444455556666", "eu-west-1")] == ["account 111122223333", "region eu-central-1"]
    policy = FORMS["aws_eks_access_policy_association"].example
    assert [*strange_places(policy, "111122223333", "eu-central-1")] == [], "AWS's own policies are of no account"


def test_an_id_that_is_a_name_is_compared_with_the_output_where_that_is_known() -> None:
    assert other_name("aws_s3_bucket", "acme-files", {"bucket": "acme-files"}) is None
    assert other_name("aws_s3_bucket", "old-files", {"bucket": "acme-files"}) == "acme-files"
    assert other_name("aws_s3_bucket", "old-files", {"bucket": "acme-${each.key}"}) is None
    assert other_name("aws_vpc", "vpc-12345678", {"bucket": "x"}) is None
