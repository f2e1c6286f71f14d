"""Passwords that pass through neither Python, nor a plan, nor the state, in an order no failure breaks."""

from __future__ import annotations

import json

import pytest
from cdktf_cdktf_provider_aws.kms_key import KmsKey

from stacks.infrastructure import AnalyticsInfrastructure
from tests.aws.documents import Document, analytics, app, environment
from twinstack.aws import Secret, pin
from twinstack.environment import SecretValue
from twinstack.errors import ConstructionError

MADE_UP = "ephemeral.aws_secretsmanager_random_password"
READ_BACK = "ephemeral.aws_secretsmanager_secret_version"


def test_a_password_is_written_to_its_own_secret_before_anything_takes_it() -> None:
    document = analytics()
    written = document.find("aws_secretsmanager_secret_version")["database_passwords_v1"]["secret_string_wo"]
    assert written == (
        "${jsonencode({ "
        f"analytics_admin = {MADE_UP}.database_passwords_analytics_admin_v1.random_password, "
        f"analytics_user = {MADE_UP}.database_passwords_analytics_user_v1.random_password"
        " })}"
    )
    read = document.find("ephemeral.aws_secretsmanager_secret_version")["database_passwords_v1"]
    assert read == {
        "secret_id": "${aws_secretsmanager_secret_version.database_passwords_v1.secret_id}",
        "version_id": "${aws_secretsmanager_secret_version.database_passwords_v1.version_id}",
    }


def test_what_is_made_up_is_used_in_the_one_secret_it_is_for() -> None:
    document = analytics()
    versions = document.find("aws_secretsmanager_secret_version")
    users = {name for name, one in versions.items() if MADE_UP in json.dumps(one)}
    assert users == {
        "database_passwords_v1",
        "database_monitor_password_v1",
        "cache_password_v1",
        "credentials_jwt_secret_v1",
    }
    others = [one.properties for one in document.entries if one.type != "aws_secretsmanager_secret_version"]
    assert MADE_UP not in json.dumps(others)


def test_passwords_have_no_character_that_a_url_or_rds_refuses() -> None:
    for one in analytics().find("ephemeral.aws_secretsmanager_random_password").values():
        assert one["exclude_punctuation"] is True
        assert one["password_length"] >= 48


def ephemeral_arguments(document: Document) -> set[str]:
    return {
        f"{one.type}.{argument}"
        for one in document.entries
        for argument, value in one.properties.items()
        if "ephemeral." in json.dumps(value)
    }


def test_only_write_only_arguments_take_one() -> None:
    assert ephemeral_arguments(analytics()) == {
        "aws_db_instance.password_wo",
        "aws_elasticache_replication_group.auth_token_wo",
        "aws_secretsmanager_secret_version.secret_string_wo",
    }
    assert "ephemeral." not in json.dumps(analytics().outputs())


def test_one_number_rotates_a_password_everywhere() -> None:
    document = analytics(database__password_version=4)
    versions = document.find("aws_secretsmanager_secret_version")
    for name in ("database_passwords", "database_url", "database_admin_url"):
        assert versions[f"{name}_v4"]["secret_string_wo_version"] == 4
    assert document.find("aws_db_instance")["database"]["password_wo_version"] == 4
    assert versions["cache_url_v1"]["secret_string_wo_version"] == 1


def versions(name: str, version: int) -> dict[str, Document]:
    """The versions of one of the database's secrets, by their address, with the password at this version."""
    found = analytics(database__password_version=version).find("aws_secretsmanager_secret_version")
    return {address: one for address, one in found.items() if address.startswith(f"{name}_v")}


@pytest.mark.parametrize(
    ("version", "kept"), [(1, [1]), (2, [1, 2]), (3, [1, 2, 3]), (4, [2, 3, 4]), (11, [9, 10, 11])]
)
def test_a_rotation_makes_an_object_and_changes_none(version: int, kept: list[int]) -> None:
    found = versions("database_url", version)
    assert {address: one["secret_string_wo_version"] for address, one in found.items()} == {
        f"database_url_v{number}": number for number in kept
    }
    before = versions("database_url", version - 1) if version > 1 else {}
    for address, one in found.items():
        if address in before:
            assert one["secret_string_wo"] == before[address]["secret_string_wo"], "it is never written again"


def test_each_version_has_its_label_and_only_the_current_one_is_held_to_it() -> None:
    first, second, third = versions("database_url", 3).values()
    assert [one["version_stages"] for one in (first, second, third)] == [["v1"], ["v2"], ["AWSCURRENT", "v3"]]
    assert [one["lifecycle"].get("ignore_changes") for one in (first, second, third)] == [
        ["version_stages"],
        ["version_stages"],
        None,
    ], "AWSPREVIOUS comes and goes by itself; AWSCURRENT that somebody moved by hand is to be seen"


def test_versions_are_written_in_their_order_and_forgotten_not_destroyed() -> None:
    """AWS refuses to take off a label that has moved on, and a destroy would ask for that."""
    address = "aws_secretsmanager_secret_version.database_url"
    first, second, third = versions("database_url", 3).values()
    assert (first.get("depends_on"), second["depends_on"], third["depends_on"]) == (
        None,
        [f"{address}_v1"],
        [f"{address}_v2"],
    )
    assert set(versions("database_url", 4)) == {"database_url_v2", "database_url_v3", "database_url_v4"}
    assert "create_before_destroy" not in json.dumps(versions("database_url", 4))
    removed = analytics(database__password_version=5).blocks["removed"]
    assert [one for one in removed if one["from"].startswith(f"{address}_v")] == [
        {"from": f"{address}_v1", "lifecycle": {"destroy": False}},
        {"from": f"{address}_v2", "lifecycle": {"destroy": False}},
    ]


def test_the_url_of_each_version_has_the_password_of_that_version() -> None:
    for address, one in versions("database_url", 3).items():
        passwords = address.replace("url", "passwords")
        assert f"{READ_BACK}.{passwords}.secret_string" in one["secret_string_wo"]


@pytest.mark.parametrize("version", [1, 3])
def test_what_stood_at_one_address_becomes_the_current_version_whatever_its_number(version: int) -> None:
    moved = analytics(database__password_version=version).blocks["moved"]
    kind = "aws_secretsmanager_secret_version"
    assert {"from": f"{kind}.database_url", "to": f"{kind}.database_url_v{version}"} in moved


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("database_url", "aws_db_instance.database.address"),
        ("database_admin_url", "aws_db_instance.database.address"),
        ("cache_url", "aws_elasticache_replication_group.cache.primary_endpoint_address"),
    ],
)
def test_a_url_is_written_anew_when_its_address_or_its_shape_changes(name: str, source: str) -> None:
    document = analytics()
    version = document.find("aws_secretsmanager_secret_version")[f"{name}_v1"]
    description = f"aws_secretsmanager_secret.{name}.description"
    assert version["lifecycle"]["replace_triggered_by"] == [source, description]
    # The shape stands in the description with a word in the password's place.
    shape = document.find("aws_secretsmanager_secret")[name]["description"]
    password = version["secret_string_wo"].partition('"]}@')[0].rpartition(":${")[2]
    assert version["secret_string_wo"] == shape.replace("PASSWORD", f'${{{password}"]}}').replace(
        "ADDRESS", f"${{{source}}}"
    )


def test_the_application_connects_as_its_own_role_and_the_migration_as_the_master_user_too() -> None:
    versions = analytics().find("aws_secretsmanager_secret_version")
    assert versions["database_url_v1"]["secret_string_wo"].startswith("postgresql://analytics_user:$")
    assert versions["database_admin_url_v1"]["secret_string_wo"].startswith("postgresql://analytics_admin:$")
    assert versions["database_url_v1"]["secret_string_wo"].endswith(
        ":5432/analytics?sslmode=verify-full&sslrootcert=/etc/twinstack/database-ca.pem"
    )


def test_secrets_are_encrypted_with_their_owners_key() -> None:
    for name, one in analytics().find("aws_secretsmanager_secret").items():
        assert one["kms_key_id"] == f"${{aws_kms_key.{name.split('_')[0]}.arn}}"


def triggers(*again_with: str, of_key: str = "") -> list[str]:
    """What a secret of analytics that is written with these becomes; `of_key` takes the attribute from a construct."""
    stack = AnalyticsInfrastructure(app(), environment())
    secret = Secret(stack, "more", SecretValue("more"), stack=stack, key=stack.log_key, description="more")
    if of_key:
        again_with = (*again_with, getattr(pin(KmsKey(stack, "other"), "other"), of_key))
    secret.write("value", again_with=again_with)
    return Document(stack).find("aws_secretsmanager_secret_version")["more_v1"]["lifecycle"]["replace_triggered_by"]


def test_a_secret_is_written_anew_with_an_attribute_however_it_is_named() -> None:
    assert triggers("aws_kms_key.logs.arn", "${aws_kms_key.logs.key_id}", of_key="arn") == [
        "aws_kms_key.logs.arn",
        "aws_kms_key.logs.key_id",
        "aws_kms_key.other.arn",
    ]


@pytest.mark.parametrize("given", ["logs", "https://${aws_kms_key.logs.arn}/", "${upper(aws_kms_key.logs.arn)}", ""])
def test_what_is_no_attribute_of_a_resource_is_refused(given: str) -> None:
    with pytest.raises(ConstructionError, match=r"secret-more: again_with has .*: one attribute of one resource"):
        triggers(given)
