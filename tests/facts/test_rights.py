"""A policy that lets somebody do less than before is noticed, whatever way it says so; one that lets them do more is not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from twinstack.facts.rights import takes_away

READ = {"Effect": "Allow", "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": "arn:aws:s3:::files/*"}
TRUST = {
    "Effect": "Allow",
    "Action": "sts:AssumeRole",
    "Principal": {"Service": ["a.amazonaws.com", "b.amazonaws.com"]},
}
DENY = {"Effect": "Deny", "Action": "s3:*", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}


def policy(*statements: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [*statements]})


@pytest.mark.parametrize(("before", "after", "less"), [
    (policy(READ), policy(READ), False),
    (policy(READ), policy({**READ, "Sid": "Read", "Action": ["s3:ListBucket", "s3:GetObject"]}), False),
    (policy(READ), policy({**READ, "Action": "s3:*"}), False),
    (policy(READ), policy({**READ, "Resource": "*"}), False),
    (policy(READ), policy({**READ, "Action": "s3:getobject"}, {**READ, "Action": "s3:List*"}), False),
    (policy(READ), policy(READ, {**READ, "Action": "s3:PutObject"}), False),
    (policy(READ, DENY), policy(READ), False),
    (policy(READ), policy({**READ, "Action": "s3:GetObject"}), True),
    (policy(READ), policy({**READ, "Resource": "arn:aws:s3:::other/*"}), True),
    (policy(READ), policy({**READ, "Condition": {"Bool": {"aws:SecureTransport": "true"}}}), True),
    (policy(READ), policy(READ, DENY), True),
    (policy(READ, DENY), policy(READ, {**DENY, "Condition": {}}), True),
    (policy(READ), policy(), True),
    (policy(READ), "{}", True),
    (policy(READ), json.dumps({"Statement": READ}), False),
    (policy(TRUST), policy({**TRUST, "Principal": {"Service": "b.amazonaws.com"}}), True),
    (policy(TRUST), policy({**TRUST, "Principal": {"Service": ["b.amazonaws.com", "a.amazonaws.com"]}}), False),
    (policy(READ), "no policy", True),
    ("no policy", "no policy", False),
    (policy(READ), None, False),
    (None, policy(READ), False),
])  # fmt: skip
def test_less_is_noticed(before: Any, after: Any, less: bool) -> None:
    assert takes_away(before, after) is less


@pytest.mark.parametrize(
    "odd", ["[]", "null", '"a"', '{"Statement": [1]}', '{"Statement": {"Effect": "Allow", "Action": 7}}']
)
def test_every_shape_is_taken(odd: str) -> None:
    assert takes_away(policy(READ), odd)
    assert not takes_away(odd, odd)


def test_a_reference_that_a_comparison_has_marked_is_read_like_any_text() -> None:
    before = policy(READ).replace("arn:", "${\0aws_s3_bucket.exports.arn}")
    assert not takes_away(before, before.replace("]}", "] }", 1))
