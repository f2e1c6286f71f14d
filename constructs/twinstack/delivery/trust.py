"""Which of GitHub's tokens AWS takes: those of one repository, and of them the ones of one environment or branch.

A token's subject is written in one of two ways. A repository made, renamed or moved since 15 July 2026 has the numbers of
its owner and of itself in it, `repo:acme@12/shop@34:environment:prod`; an older one only the names, until it opts in. Where
the numbers are known both are taken, and the number of the repository has to be right in either, so that nobody who comes
to own the name later is let in. Without them the names alone decide.

Sources, read on 2026-11-28: GitHub Docs, "OpenID Connect reference", "Immutable subject claims" and "Example subject
claims"; github/docs#45221; GitHub changelog of 2026-04-23; IAM User Guide, "Available keys for AWS OIDC federation", to which
AWS added GitHub's `repository_id` in January 2026.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from twinstack.delivery.github import GitHub


def subjects(github: GitHub, of: Sequence[str]) -> list[str]:
    """Each of `environment:prod` and `ref:refs/heads/main` as a subject, in both ways where the numbers are known."""
    owner, _, name = github.repository.partition("/")
    repositories = [f"{owner}/{name}"]
    if github.owner_id is not None and github.repository_id is not None:
        repositories.append(f"{owner}@{github.owner_id}/{name}@{github.repository_id}")
    return [f"repo:{repository}:{one}" for one in of for repository in repositories]


def trust(github: GitHub, provider: str, of: Sequence[str]) -> str:
    """The policy of a role that these tokens may take, and no other: no pattern is in it."""
    wanted: dict[str, Any] = {f"{HOST}:aud": AUDIENCE, f"{HOST}:sub": subjects(github, of)}
    if github.repository_id is not None:
        wanted[f"{HOST}:repository_id"] = str(github.repository_id)
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": provider},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": wanted},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, separators=(",", ":"))


HOST: Final = "token.actions.githubusercontent.com"
AUDIENCE: Final = "sts.amazonaws.com"
"""What aws-actions/configure-aws-credentials asks GitHub to write its tokens for."""
