"""IAM policy documents as plain JSON: least privilege, and nothing with a star.

Source: IAM User Guide, "IAM JSON policy elements reference".
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from twinstack.errors import ConstructionError

Conditions = Mapping[str, Mapping[str, str | Sequence[str]]]


@dataclass(frozen=True, slots=True)
class Statement:
    """Actions allowed on resources. `sid` says in one word why. One action or resource may stand as plain text.

    Raises ConstructionError for a `sid` that IAM does not take, and for no action or no resource.
    """

    sid: str
    actions: Sequence[str]
    resources: Sequence[str]
    conditions: Conditions = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not SID.fullmatch(self.sid):
            raise ConstructionError(
                f'Statement("{self.sid}"): IAM takes letters and digits only, for example "ReadItems"'
            )
        for name in ("actions", "resources"):
            given = getattr(self, name)
            listed = (given,) if isinstance(given, str) else tuple(given)
            if not listed or not all(listed):
                raise ConstructionError(f'Statement("{self.sid}"): {name} is {given!r}: name at least one')
            object.__setattr__(self, name, listed)

    def as_dict(self) -> dict[str, Any]:
        return _without_empty(
            Sid=self.sid,
            Effect="Allow",
            Action=list(self.actions),
            Resource=list(self.resources),
            Condition=dict(self.conditions),
        )


def policy_document(statements: Sequence[Statement]) -> str:
    """An identity policy. Raises ConstructionError for two statements of one `sid`, which IAM does not take."""
    return _json([statement.as_dict() for statement in statements])


def trust_policy(service: str, *, tag_session: bool = False, conditions: Conditions | None = None) -> str:
    """Lets an AWS service take the role. Pod Identity and EKS Auto Mode tag the session as well."""
    actions = ["sts:AssumeRole", "sts:TagSession"] if tag_session else ["sts:AssumeRole"]
    return _json(
        [
            _without_empty(
                Effect="Allow", Principal={"Service": service}, Action=actions, Condition=dict(conditions or {})
            )
        ]
    )


def key_policy(account: str, users: Sequence[tuple[str, Conditions]] = ()) -> str:
    """A key that its account's IAM policies govern, and that the given services may use under conditions.

    The account keeps full control, without which a key can become unmanageable. In a key policy the resource `*` means
    the key itself. Source: AWS KMS Developer Guide, "Default key policy".
    """
    owner = {
        "Sid": "Account",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
        "Action": "kms:*",
        "Resource": "*",
    }
    services = [
        _without_empty(
            Sid=f"Service{number}" if number > 1 else "Service",
            Effect="Allow",
            Principal={"Service": service},
            Action=list(KEY_USE),
            Resource="*",
            Condition=dict(conditions),
        )
        for number, (service, conditions) in enumerate(users, 1)
    ]
    return _json([owner, *services])


def resource_policy(statements: Sequence[Mapping[str, Any]]) -> str:
    """A policy attached to a resource, from whole statements. Raises ConstructionError for two of one `Sid`."""
    return _json(list(statements))


def _json(statements: list[Any]) -> str:
    sids = [one["Sid"] for one in statements if "Sid" in one]
    for sid in dict.fromkeys(sids):
        if sids.count(sid) > 1:
            raise ConstructionError(
                f'Statement("{sid}"): {sids.count(sid)} statements of one policy are called so: a name each'
            )
    return json.dumps({"Version": "2012-10-17", "Statement": statements}, separators=(",", ":"))


def _without_empty(**parts: Any) -> dict[str, Any]:
    return {name: part for name, part in parts.items() if part}


SID: Final = re.compile(r"[A-Za-z0-9]+")
KEY_USE: Final = (
    "kms:Encrypt",
    "kms:Decrypt",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:DescribeKey",
)
