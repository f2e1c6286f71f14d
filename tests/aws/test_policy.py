"""IAM policy documents."""

from __future__ import annotations

from typing import Any

import pytest

from tests.aws.documents import policy
from twinstack.aws import Statement, policy_document, resource_policy, trust_policy
from twinstack.aws.policy import key_policy
from twinstack.errors import ConstructionError


def test_a_statement_without_conditions_has_none() -> None:
    (statement,) = policy(policy_document([Statement("Read", ("s3:GetObject",), ["arn:aws:s3:::files/*"])]))
    assert statement == {
        "Sid": "Read",
        "Effect": "Allow",
        "Action": ["s3:GetObject"],
        "Resource": ["arn:aws:s3:::files/*"],
    }


def test_a_trust_policy_names_a_service_and_no_resource() -> None:
    (statement,) = policy(trust_policy("ec2.amazonaws.com"))
    assert statement == {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": ["sts:AssumeRole"]}


def test_sessions_are_tagged_where_it_is_asked_for() -> None:
    conditions = {"StringEquals": {"aws:SourceAccount": "111122223333"}}
    (statement,) = policy(trust_policy("pods.eks.amazonaws.com", tag_session=True, conditions=conditions))
    assert statement["Action"] == ["sts:AssumeRole", "sts:TagSession"]
    assert statement["Condition"] == conditions


def test_a_resource_policy_is_taken_as_it_is() -> None:
    statement = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"}
    assert policy(resource_policy([statement])) == [statement]


@pytest.mark.parametrize("make", [policy_document, lambda made: resource_policy([one.as_dict() for one in made])])
def test_two_statements_of_one_name_are_refused(make: Any) -> None:
    read = Statement("Read", "s3:GetObject", "arn")
    with pytest.raises(ConstructionError, match=r'Statement\("Read"\): 2 statements of one policy are called so'):
        make([read, read])


def test_each_service_that_uses_a_key_has_a_statement_of_another_name() -> None:
    account, *services = policy(key_policy("111122223333", (("a.amazonaws.com", {}), ("b.amazonaws.com", {}))))
    assert [one["Sid"] for one in (account, *services)] == ["Account", "Service", "Service2"]
    assert [one["Principal"]["Service"] for one in services] == ["a.amazonaws.com", "b.amazonaws.com"]


def test_one_action_and_one_resource_may_stand_as_text() -> None:
    (statement,) = policy(policy_document([Statement("Write", "dynamodb:PutItem", "arn:aws:dynamodb:::table/a")]))
    assert (statement["Action"], statement["Resource"]) == (["dynamodb:PutItem"], ["arn:aws:dynamodb:::table/a"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("Write items", "s3:PutObject", "arn"), r'Statement\("Write items"\): IAM takes letters and digits only'),
        (("", "s3:PutObject", "arn"), "IAM takes letters and digits only"),
        (("Write", (), "arn"), r'Statement\("Write"\): actions is \(\): name at least one'),
        (("Write", "s3:PutObject", [""]), r'Statement\("Write"\): resources is'),
    ],
)
def test_a_statement_that_iam_would_refuse_is_refused(arguments: tuple[Any, ...], message: str) -> None:
    with pytest.raises(ConstructionError, match=message):
        Statement(*arguments)
