"""What the AWS roles of workloads may do, read from the Terraform half."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from twinstack.testing.security_groups import reference

if TYPE_CHECKING:
    from twinstack.testing.template import Entry, Template

Statement = Mapping[str, Any]


def statements_of(infrastructure: Template, service_account: str) -> list[Statement]:
    """The statements of every policy of the role that EKS Pod Identity gives to this service account."""
    roles = {
        reference(entry.properties.get("role_arn", "")).removesuffix(".arn")
        for entry in infrastructure.entries
        if entry.type == "aws_eks_pod_identity_association"
        and entry.properties.get("service_account") == service_account
    }
    return [
        statement
        for entry in infrastructure.entries
        if entry.type == "aws_iam_role_policy" and role_of(entry) in roles
        for statement in as_list(json.loads(entry.properties["policy"])["Statement"])
    ]


def role_of(policy: Entry) -> str:
    """The role that an inline policy belongs to, `aws_iam_role.backend`, whichever of its attributes is named."""
    named = reference(policy.properties.get("role", ""))
    return named.rpartition(".")[0] if named.endswith((".name", ".arn")) else named


def names_any(statement: Statement, entries: Iterable[Entry], names: Sequence[str] = ()) -> bool:
    """Whether it allows something on one of these blocks, by reference or by one of these names in an ARN."""
    if statement.get("Effect") != "Allow" or statement.get("Sid") in OF_SECRETS:
        return False
    addresses = [f"${{{entry.address}." for entry in entries]
    for resource in as_list(statement.get("Resource", [])):
        if any(address in resource for address in addresses):
            return True
        parts = resource.replace("/", ":").split(":")
        if any(name in parts for name in names):
            return True
    return False


def as_list(value: Any) -> list[Any]:
    """IAM takes one value for a list of one."""
    return value if isinstance(value, list) else [value]


OF_SECRETS: Final = frozenset({"Secrets", "SecretKeys"})
"""The statements that every role is given for the secrets of its links: they are about the secrets, not the resource."""
