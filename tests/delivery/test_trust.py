"""Which of GitHub's tokens AWS takes: what a token of each kind looks like, and whether its claims fit the policy."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.aws.documents import Document, analytics
from twinstack.delivery.github import GitHub
from twinstack.delivery.trust import HOST, subjects, trust

PROVIDER = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"
KNOWN = GitHub(repository="acme/shop", owner_id=12, repository_id=34)
NAMED = GitHub(repository="acme/shop")
CLAIMS = {
    "aud": "sts.amazonaws.com",
    "sub": "repo:acme/shop:environment:prod",
    "repository_id": "34",
}
IMMUTABLE = {**CLAIMS, "sub": "repo:acme@12/shop@34:environment:prod"}


def takes(document: str, claims: dict[str, str]) -> bool:
    """What STS would say: every condition holds, as `StringEquals` compares."""
    (statement,) = json.loads(document)["Statement"]
    assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
    assert list(statement["Condition"]) == ["StringEquals"], "anything else knows wildcards"
    wanted = statement["Condition"]["StringEquals"]
    return all(
        claims.get(key.removeprefix(f"{HOST}:")) in ([allowed] if isinstance(allowed, str) else allowed)
        for key, allowed in wanted.items()
    )


@pytest.mark.parametrize(
    ("github", "claims", "taken"),
    [
        (KNOWN, CLAIMS, True),
        (KNOWN, IMMUTABLE, True),
        (NAMED, CLAIMS, True),
        (NAMED, IMMUTABLE, False),
        (KNOWN, {**CLAIMS, "repository_id": "99"}, False),
        (KNOWN, {**IMMUTABLE, "sub": "repo:acme@99/shop@34:environment:prod"}, False),
        (KNOWN, {**IMMUTABLE, "sub": "repo:acme@12/shop@99:environment:prod"}, False),
        (KNOWN, {**CLAIMS, "aud": "https://github.com/acme"}, False),
        (KNOWN, {**CLAIMS, "sub": "repo:acme/other:environment:prod"}, False),
        (KNOWN, {**CLAIMS, "sub": "repo:acme/shop-fork:environment:prod"}, False),
        (KNOWN, {**CLAIMS, "sub": "repo:acme/shop:environment:prod-plan"}, False),
        (KNOWN, {**CLAIMS, "sub": "repo:acme/shop:pull_request"}, False),
        (KNOWN, {**CLAIMS, "sub": "repo:acme/shop:ref:refs/heads/production"}, False),
        (KNOWN, {**CLAIMS, "sub": "repo:Acme/shop:environment:prod"}, False),
    ],
)
def test_a_token_of_this_repository_and_environment_is_taken_and_no_other(
    github: GitHub, claims: dict[str, str], taken: bool
) -> None:
    assert takes(trust(github, PROVIDER, ["environment:prod"]), claims) is taken


def test_each_subject_is_written_both_ways_where_the_numbers_are_known() -> None:
    assert subjects(KNOWN, ["environment:prod", "ref:refs/heads/main"]) == [
        "repo:acme/shop:environment:prod",
        "repo:acme@12/shop@34:environment:prod",
        "repo:acme/shop:ref:refs/heads/main",
        "repo:acme@12/shop@34:ref:refs/heads/main",
    ]
    assert subjects(NAMED, ["environment:prod"]) == ["repo:acme/shop:environment:prod"]


def subjects_of(document: Document, role: str) -> list[str]:
    condition: dict[str, Any] = document.trust(role)["Condition"]["StringEquals"]
    return condition[f"{HOST}:sub"]


def test_production_is_deployed_with_its_own_approval_alone() -> None:
    assert subjects_of(analytics(), "delivery_deploy") == [
        "repo:shadower/analytics:environment:prod",
        "repo:shadower@1000001/analytics@1000002:environment:prod",
    ]


def test_a_plan_is_made_of_pull_requests_of_its_branch_and_at_night() -> None:
    names = [one for one in subjects_of(analytics(), "delivery_plan") if "@" not in one]
    assert names == [
        "repo:shadower/analytics:environment:prod-plan",
        "repo:shadower/analytics:ref:refs/heads/production",
        "repo:shadower/analytics:ref:refs/heads/main",
    ]


@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
def test_no_condition_has_a_pattern(environment: str) -> None:
    document = analytics(environment)
    for role in ("delivery_deploy", "delivery_plan"):
        assert "*" not in json.dumps(document.trust(role))
