"""Where everything that holds something stands in the Terraform state. An address that changes destroys what it named."""

from __future__ import annotations

import re

import pytest

from tests.aws.documents import DAY, Document, analytics, app
from twinstack import aws
from twinstack.bucket import BucketSpec
from twinstack.environment import Environment
from twinstack.layers.load import load_text

STATEFUL = (
    "aws_cloudwatch_log_group",
    "aws_db_instance",
    "aws_db_subnet_group",
    "aws_eip",
    "aws_eks_cluster",
    "aws_elasticache_replication_group",
    "aws_elasticache_subnet_group",
    "aws_kms_key",
    "aws_s3_bucket",
    "aws_secretsmanager_secret",
    "aws_prometheus_workspace",
    "aws_security_group",
    "aws_sns_topic",
    "aws_subnet",
    "aws_vpc",
)
"""What holds data, or an address others know, or cannot be replaced without what stands in it."""
EVERYWHERE = [
    "aws_cloudwatch_log_group.cache_engine_log",
    "aws_cloudwatch_log_group.cache_slow_log",
    "aws_cloudwatch_log_group.cluster",
    "aws_cloudwatch_log_group.database_postgresql",
    "aws_cloudwatch_log_group.database_upgrade",
    "aws_cloudwatch_log_group.edge",
    "aws_cloudwatch_log_group.network_flow_log",
    "aws_db_instance.database",
    "aws_db_subnet_group.database",
    "aws_eip.network_nat_a",
    "aws_eks_cluster.cluster",
    "aws_elasticache_replication_group.cache",
    "aws_elasticache_subnet_group.cache",
    "aws_kms_key.cache",
    "aws_kms_key.cluster",
    "aws_kms_key.credentials",
    "aws_kms_key.database",
    "aws_kms_key.integrations",
    "aws_kms_key.logs",
    "aws_s3_bucket.exports",
    "aws_secretsmanager_secret.cache_password",
    "aws_secretsmanager_secret.cache_url",
    "aws_secretsmanager_secret.credentials_jwt_secret",
    "aws_secretsmanager_secret.credentials_shared_jwt_secret",
    "aws_secretsmanager_secret.database_admin_url",
    "aws_secretsmanager_secret.database_passwords",
    "aws_secretsmanager_secret.database_url",
    "aws_secretsmanager_secret.integrations_sendgrid_api_key",
    "aws_secretsmanager_secret.integrations_sentry_dsn",
    "aws_security_group.cache",
    "aws_security_group.database",
    "aws_subnet.network_database_a",
    "aws_subnet.network_database_b",
    "aws_subnet.network_database_c",
    "aws_subnet.network_private_a",
    "aws_subnet.network_private_b",
    "aws_subnet.network_private_c",
    "aws_subnet.network_public_a",
    "aws_subnet.network_public_b",
    "aws_subnet.network_public_c",
    "aws_vpc.network",
]
PROD_ALONE = [
    "aws_cloudwatch_log_group.monitoring",
    "aws_eip.network_nat_b",
    "aws_eip.network_nat_c",
    "aws_kms_key.monitoring",
    "aws_prometheus_workspace.monitoring",
    "aws_secretsmanager_secret.database_monitor_password",
    "aws_secretsmanager_secret.database_monitor_url",
    "aws_security_group.monitoring_scraper",
    "aws_sns_topic.monitoring",
]
"""It is watched, and has a NAT gateway in each zone."""
FROZEN = {
    "prod": sorted([*EVERYWHERE, *PROD_ALONE]),
    "staging": sorted(EVERYWHERE),
}


def moved(gone: list[str], new: list[str]) -> str:
    """What to do instead of renaming."""
    return "\n".join(
        [
            "the Terraform addresses of stateful resources changed:",
            *(f"  - {address}: Terraform would destroy it, with what it holds" for address in gone),
            *(f"  + {address}: Terraform would make it, empty" for address in new),
            "Give the field, or the construct's `pin`, its old name again. If the address has to change, move instead of "
            'rename: `move_from_id("aws_db_instance.old")` on each renamed resource writes a `moved` block, with which '
            "Terraform changes the name in its state and destroys nothing; keep it until every environment was applied, "
            "and change this list in the same commit. What is new, or meant to go, is added or removed here.",
        ]
    )


@pytest.mark.parametrize("name", sorted(FROZEN))
def test_stateful_resources_keep_their_addresses(name: str) -> None:
    found = {entry.address for entry in analytics(name).entries if entry.type in STATEFUL}
    gone, new = sorted(set(FROZEN[name]) - found), sorted(found - set(FROZEN[name]))
    assert not (gone or new), moved(gone, new)


@pytest.mark.parametrize("name", ["dev", "prod", "staging"])
def test_no_address_depends_on_where_a_construct_stands_in_the_tree(name: str) -> None:
    hashed = re.compile(r"_[0-9A-F]{8}$")
    assert [entry.address for entry in analytics(name).entries if hashed.search(entry.name)] == []


def test_everything_that_production_must_not_lose_is_frozen_here() -> None:
    kept = {
        entry.address for entry in analytics().entries if entry.properties.get("lifecycle", {}).get("prevent_destroy")
    }
    assert kept
    assert kept <= set(FROZEN["prod"])


class Archive(Environment):
    """A product of one bucket, whose field was called `files` once."""

    documents: BucketSpec


def test_the_way_to_move_that_is_told_writes_a_moved_block() -> None:
    text = 'organization: acme\nproduct: archive\naccount: "111122223333"\nregion: eu-west-1\nversion: "1"\ndocuments: {}\n'
    environment = load_text(Archive, "live", {"base": text, "live": ""}, DAY).environment
    stack = aws.Infrastructure(app(), environment)
    bucket = aws.Bucket(stack, environment.documents)
    bucket.resource.move_from_id("aws_s3_bucket.files")
    document = Document(stack)
    assert list(document.find("aws_s3_bucket")) == ["documents"]
    assert document.blocks["moved"] == [{"from": "aws_s3_bucket.files", "to": "aws_s3_bucket.documents"}]
