"""Numbered databases of one cache: a variable for each, on AWS and on a developer's machine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cdktf import Testing

from tests.aws.documents import DAY, app
from tests.postgres.stack import Elsewhere, releases
from tests.shop import HEAD
from twinstack import aws
from twinstack.environment import Environment
from twinstack.errors import ConfigurationError
from twinstack.layers.load import load_text
from twinstack.redis import RedisSpec
from twinstack.worker import WorkerSpec

BASE = (
    HEAD
    + """\
redis: {node_type: cache.t4g.micro, nodes: 2%s}
worker:
  image: acme/a
  health: {command: [well]}
  task_limit_seconds: 60
  scale: {min: 1, max: 1}
  resources: {requests: {cpu: 100m, memory: 64Mi}, limits: {memory: 64Mi}}
  uses: [%s]
"""
)
TWO = ", databases: {broker: 0, cache: 1}"


class Shop(Environment):
    redis: RedisSpec
    worker: WorkerSpec


def load(redis: str = TWO, uses: str = "redis", layer: str = "") -> Shop:
    return load_text(Shop, "live", {"base": BASE % (redis, uses), "live": layer}, DAY).environment


def document(redis: str = TWO, layer: str = "") -> dict[str, Any]:
    environment = load(redis, layer=layer)
    stack = aws.Infrastructure(app(), environment)
    aws.Redis(stack, environment.redis, network=Elsewhere())
    return json.loads(Testing.synth(stack))


def variables(redis: str, uses: str = "redis") -> dict[str, str]:
    return {one.name: one.secret.name for one in load(redis, uses).worker.secret_variables if one.secret}


def test_each_database_but_the_first_has_a_variable_and_a_secret() -> None:
    own = {"REDIS_URL": "acme-shop-live/redis/url"}
    assert variables("") == own == variables(", databases: {broker: 0}")
    assert variables(TWO) == {**own, "CACHE_URL": "acme-shop-live/redis/cache-url"}
    assert variables(", databases: {results: 3}") == {**own, "RESULTS_URL": "acme-shop-live/redis/results-url"}
    assert variables(TWO, "redis: {variables: {url: CELERY_BROKER_URL, cache_url: []}}") == {
        "CELERY_BROKER_URL": "acme-shop-live/redis/url"
    }


def test_without_any_the_output_is_what_it_was() -> None:
    plain, named = document(""), document(", databases: {broker: 0}")
    assert plain == named
    assert plain["resource"]["aws_secretsmanager_secret"].keys() == {"redis_password", "redis_url"}


def test_each_url_leads_to_its_database_at_each_version(tmp_path: Path) -> None:
    with releases(tmp_path, document()) as state:
        for version in (1, 2):
            stack = document(layer=f"redis: {{password_version: {version}}}")
            state.apply(stack)
            assert state.plan(stack) == {}
            token = json.loads(state.place.cloud.secret("acme-shop-live/redis/password"))["token"]
            known = state.state("aws_elasticache_replication_group.redis")
            assert known is not None
            for name, number in (("url", 0), ("cache-url", 1)):
                text = state.place.cloud.secret(f"acme-shop-live/redis/{name}")
                address = known["primary_endpoint_address"]
                assert text == f"rediss://:{token}@{address}:6379/{number}?ssl_cert_reqs=required"


def test_the_local_stack_has_the_same_databases() -> None:
    local = load().redis.local()
    assert (local.variables["REDIS_URL"], local.variables["CACHE_URL"]) == (
        "redis://redis:6379/0",
        "redis://redis:6379/1",
    )
    assert [(one.name, one.example) for one in local.entries] == [
        ("REDIS_URL", "redis://localhost:6379/0"),
        ("CACHE_URL", "redis://localhost:6379/1"),
    ]


@pytest.mark.parametrize(
    ("redis", "code", "path", "given"),
    [
        (", databases: {broker: 1, cache: 1}", "TW730", "redis.databases.broker", "broker: 1, as cache"),
        (", databases: {redis: 2}", "TW730", "redis.databases.redis", "redis: 2, whose variable would be REDIS_URL"),
        (", databases: {cache: 16}", "TW104", "redis.databases.cache", "16"),
        (", databases: {Cache: 1}", "TW104", "redis.databases.Cache", "Cache"),
    ],
)
def test_what_would_be_one_database_or_none_is_refused(redis: str, code: str, path: str, given: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(redis)
    found = caught.value.problems[0]
    assert (found.code, found.path) == (code, path)
    assert given in f"{found.given} {found.path}"
