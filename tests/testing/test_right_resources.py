"""`check_resource` of what is right: the library's own rooms, and an outsider's queue."""

from __future__ import annotations

from typing import Any

import pytest

from tests.testing import queues, queues_aws
from twinstack import aws
from twinstack.bucket import BucketSpec
from twinstack.environment import ResourceSpec
from twinstack.file_system import FileSystemSpec
from twinstack.postgres import PostgresSpec
from twinstack.redis import RedisSpec
from twinstack.secrets import SecretsSpec
from twinstack.settings import SettingsSpec
from twinstack.testing import check_resource
from twinstack.web_service import WebServiceSpec

POSTGRES = """\
instance_class: db.t4g.micro
storage_gib: 20
multi_az: true
backup_retention_days: 7
deletion_protection: true
database: shop
admin_user: shop_admin
application_user: shop_user
"""
WEB_SERVICE = """\
image: 111122223333.dkr.ecr.eu-central-1.amazonaws.com/web
port: 8000
health: {live: /live, ready: /ready}
resources:
  requests: {cpu: 100m, memory: 128Mi}
  limits: {cpu: 200m, memory: 256Mi}
scale: {min: 2, max: 4, cpu: 70}
"""
SECRETS = {"generated": {"A_KEY": {}}, "provided": {"B_KEY": {"description": "from its owner"}}}
REDIS = {"node_type": "cache.t4g.micro", "nodes": 2}


@pytest.mark.parametrize(
    ("spec", "construct", "example"),
    [
        pytest.param(PostgresSpec, aws.Postgres, POSTGRES, id="postgres"),
        pytest.param(RedisSpec, aws.Redis, REDIS, id="redis"),
        pytest.param(RedisSpec, aws.Redis, {**REDIS, "encrypted": False}, id="redis without encryption"),
        pytest.param(BucketSpec, aws.Bucket, {}, id="bucket"),
        pytest.param(BucketSpec, aws.Bucket, {"encryption": "aws:kms"}, id="bucket with a key of its own"),
        pytest.param(FileSystemSpec, aws.FileSystem, {"path": "/app/media"}, id="file system"),
        pytest.param(SecretsSpec, aws.Secrets, SECRETS, id="secrets"),
        pytest.param(SettingsSpec, None, {"variables": {"LOG_LEVEL": "info"}}, id="settings"),
        pytest.param(WebServiceSpec, None, WEB_SERVICE, id="web service"),
        pytest.param(queues.QueueSpec, queues_aws.Queue, {}, id="a queue from outside"),
        pytest.param(queues.QueueSpec, "tests.testing.queues_aws:Queue", "", id="a construct by name"),
        pytest.param(queues.QueueSpec, lambda stack, spec: queues_aws.Queue(stack, spec), {}, id="a function"),
        pytest.param(queues.CacheSpec, queues_aws.Cache, {}, id="a cache from outside"),
    ],
)
def test_a_resource_whose_sides_agree_is_accepted(spec: type[ResourceSpec], construct: Any, example: Any) -> None:
    check_resource(spec, construct, example=example)
