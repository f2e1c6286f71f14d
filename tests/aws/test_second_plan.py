"""What a resource becomes with the fields that few need, on real Terraform: applied whole, and a second plan has nothing to do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from cdktf import Testing

from tests.aws.documents import DAY, app
from tests.postgres.stack import TEXT, Elsewhere, releases
from twinstack import aws
from twinstack.bucket import BucketSpec
from twinstack.environment import Environment
from twinstack.layers.load import load_text
from twinstack.postgres import PostgresSpec
from twinstack.redis import RedisSpec

WHOLE = """\
database: {extensions: [vector, pg_cron], blue_green_update: true, apply: now}
files:
  lifecycle:
    reports: {prefix: reports/, transitions: {STANDARD_IA: 30, GLACIER: 90}, old_version_transitions: {GLACIER_IR: 0}}
    drafts: {prefix: drafts/, larger_than_bytes: 100, expire_days: 7, old_versions_days: 1, old_versions_kept: 2}
    uploads: {prefix: tmp/, abandoned_uploads_days: 1}
  cors:
    uploads: {origins: ["https://shop.example.com"], methods: [PUT], headers: ["*"], expose_headers: [ETag]}
    pages: {origins: ["*"], methods: [GET, HEAD], max_age_seconds: 0}
"""


class Shop(Environment):
    """A product that stores."""

    database: PostgresSpec
    cache: RedisSpec
    files: BucketSpec


def document(layer: str = "", databases: str = "{}") -> dict[str, Any]:
    base = TEXT.replace("nodes: 2}", f"nodes: 2, databases: {databases}}}\nfiles: {{}}")
    environment = load_text(Shop, "live", {"base": base, "live": layer}, DAY).environment
    stack = aws.Infrastructure(app(), environment)
    aws.Postgres(stack, environment.database, network=Elsewhere())
    aws.Redis(stack, environment.cache, network=Elsewhere())
    aws.Bucket(stack, environment.files)
    return json.loads(Testing.synth(stack))


def test_everything_is_applied_once_and_taken_back_in_place(tmp_path: Path) -> None:
    plain, whole = document(), document(WHOLE, "{broker: 0, sessions: 1}")
    with releases(tmp_path, whole) as state:  # whose provider knows the types of this one
        state.apply(plain)
        assert set(state.apply(whole)) == CREATED | UPDATED
        assert state.plan(whole) == {}
        assert set(state.apply(plain)) == {("delete", address) for _, address in CREATED} | UPDATED
        assert state.plan(plain) == {}


CREATED = {
    ("create", "aws_s3_bucket_cors_configuration.files"),
    ("create", "aws_secretsmanager_secret.cache_url_sessions"),
    ("create", "aws_secretsmanager_secret_version.cache_url_sessions_v1"),
}
UPDATED = {
    ("update", "aws_db_instance.database"),
    ("update", "aws_db_parameter_group.database_postgres15"),
    ("update", "aws_s3_bucket_lifecycle_configuration.files"),
}
