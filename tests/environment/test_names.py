"""Names are checked against what AWS and Kubernetes take, before anything is made."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twinstack.environment.names import KINDS, check_name

NAMES = st.one_of(
    st.from_regex(re.compile(r"\A[a-z][a-z0-9-]{0,140}\Z")),
    st.text(alphabet="abcXYZ019-_./ :", max_size=120),
    st.text(max_size=12),
)


@given(st.sampled_from(sorted(KINDS)), NAMES)
def test_a_name_that_passes_is_within_its_limits_and_one_that_does_not_is_told_them(kind: str, name: str) -> None:
    rule = KINDS[kind]
    finding = check_name(kind, name, KINDS[kind])
    if finding is None:
        assert rule.shortest <= len(name) <= rule.longest
        assert rule.pattern.fullmatch(name)
    elif finding.code == "TW301":
        assert not rule.shortest <= len(name) <= rule.longest
        assert finding.allowed == f"{rule.shortest} to {rule.longest} characters"
        assert f"({len(name)} characters)" in finding.given
    else:
        assert finding.code == "TW302"
        assert finding.allowed == rule.allowed
        assert finding.given == name


@given(st.sampled_from(sorted(KINDS)), st.integers(0, 600))
def test_a_longer_name_is_never_accepted_where_a_limit_was_passed(kind: str, length: int) -> None:
    finding = check_name(kind, "a" * length, KINDS[kind])
    rule = KINDS[kind]
    assert (finding is None) == (rule.shortest <= length <= rule.longest)


@pytest.mark.parametrize(
    ("kind", "longest"),
    [
        ("RDS instance", 63),
        ("ElastiCache replication group", 40),
        ("EKS cluster", 100),
        ("S3 bucket", 63),
        ("IAM role", 64),
        ("Secrets Manager secret", 512),
        ("Kubernetes Service", 63),
    ],
)
def test_the_limits_are_those_of_the_services(kind: str, longest: int) -> None:
    assert check_name(kind, "a" * longest, KINDS[kind]) is None
    finding = check_name(kind, "a" * (longest + 1), KINDS[kind])
    assert finding is not None
    assert finding.fix == "set `name` to a part that is 1 characters shorter"


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("RDS instance", "a--b"),
        ("RDS instance", "a-"),
        ("RDS instance", "1a"),
        ("ElastiCache replication group", "Cache"),
        ("S3 bucket", "xn--bucket"),
        ("S3 bucket", "bucket-s3alias"),
        ("S3 bucket", "sthree-x"),
        ("S3 bucket", "with.dots"),
        ("IAM role", "a/b"),
        ("security group", "sg-mine"),
        ("Secrets Manager secret", "path/url-AbCdEf"),
        ("Secrets Manager secret", "with space"),
        ("Kubernetes workload", "-a"),
        ("Kubernetes Service", "1a"),
        ("Kubernetes namespace", "a_b"),
    ],
)
def test_characters_that_are_not_accepted_are_refused(kind: str, name: str) -> None:
    finding = check_name(kind, name, KINDS[kind])
    assert finding is not None
    assert (finding.code, finding.given, finding.allowed) == ("TW302", name, KINDS[kind].allowed)


def test_a_name_that_is_too_short_is_told_so() -> None:
    finding = check_name("S3 bucket", "ab", KINDS["S3 bucket"])
    assert finding is not None
    assert (finding.message, finding.fix) == ("the S3 bucket name is too short", "set a longer `name`")
