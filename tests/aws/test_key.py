"""Keys: rotated, kept in production, and governed by the account they belong to."""

from __future__ import annotations

from typing import Any

import pytest

from tests.aws.documents import analytics, policy

KEYS = {"cache", "cluster", "credentials", "database", "integrations", "logs", "monitoring"}


def test_each_owner_has_a_key_with_a_name() -> None:
    document = analytics()
    assert set(document.find("aws_kms_key")) == KEYS
    assert {name: one["name"] for name, one in document.find("aws_kms_alias").items()} == {
        name: f"alias/shadower-analytics-{name}" for name in KEYS
    }
    for name in KEYS:
        assert document.find("aws_kms_alias")[name]["target_key_id"] == f"${{aws_kms_key.{name}.key_id}}"


@pytest.mark.parametrize(("name", "days", "kept"), [("prod", 30, True), ("dev", 7, False)])
def test_keys_are_rotated_and_production_keeps_them(name: str, days: int, kept: bool) -> None:
    for key in analytics(name).find("aws_kms_key").values():
        assert key["enable_key_rotation"] is True
        assert key["deletion_window_in_days"] == days
        assert ("lifecycle" in key) is kept


def test_the_account_never_loses_control_of_a_key() -> None:
    for key in analytics().find("aws_kms_key").values():
        owner = policy(key["policy"])[0]
        assert owner["Principal"] == {"AWS": "arn:aws:iam::123456789012:root"}
        assert (owner["Effect"], owner["Action"]) == ("Allow", "kms:*")


def named() -> dict[str, list[dict[str, Any]]]:
    """What a key allows besides its account."""
    keys = analytics().find("aws_kms_key").items()
    return {name: others for name, key in keys if (others := policy(key["policy"])[1:])}


def test_the_log_service_alone_writes_logs_and_for_this_accounts_groups_only() -> None:
    assert set(named()) == {"logs", "monitoring"}
    (statement,) = named()["logs"]
    assert statement["Principal"] == {"Service": "logs.us-west-2.amazonaws.com"}
    groups = "arn:aws:logs:us-west-2:123456789012:log-group:*"
    assert statement["Condition"] == {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": groups}}
    assert not [action for action in statement["Action"] if "*" in action]


def test_whoever_says_what_an_alarm_says_uses_the_topics_key_for_this_account_only() -> None:
    statements = named()["monitoring"]
    assert [one["Principal"] for one in statements] == [
        {"Service": "cloudwatch.amazonaws.com"},
        {"Service": "aps.amazonaws.com"},
    ]
    for one in statements:
        assert one["Condition"] == {"StringEquals": {"aws:SourceAccount": "123456789012"}}
        assert not [action for action in one["Action"] if "*" in action]
