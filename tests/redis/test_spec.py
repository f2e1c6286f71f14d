"""What a Redis cache is described by."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

import pytest

from twinstack.environment import Access, Environment, Reach, Variable
from twinstack.errors import ConfigurationError, Location, Problem
from twinstack.facts.data import offers_file
from twinstack.layers.load import load_text
from twinstack.redis import RedisSpec

TOP = "organization: acme\nproduct: shop\naccount: '111122223333'\nregion: eu-central-1\nversion: 1.0.0\n"
OFFERS = f"(cfn-lint {offers_file()['versions']['cfn-lint']}, read on {offers_file()['read']})"
BASE = (
    TOP
    + """\
cache:
  node_type: cache.t4g.micro
  nodes: 2
"""
)
TODAY = datetime.date(2026, 11, 24)
FILE = "environments/live.yaml"


class Shop(Environment):
    cache: RedisSpec


def load(layer: str = "", base: str = BASE) -> RedisSpec:
    return load_text(Shop, "live", {"base": base, "live": layer}, TODAY).environment.cache


def refused(layer: str) -> Sequence[Problem]:
    with pytest.raises(ConfigurationError) as caught:
        load(layer)
    return caught.value.problems


def problem(code: str, message: str, path: str, given: str, allowed: str, fix: str, line: int = 1) -> Problem:
    return Problem(code, message, path, Location(FILE, line), given, allowed, fix)


def test_the_defaults_are_safe_for_a_broker() -> None:
    spec = load()
    assert (spec.engine, spec.engine_version, spec.encrypted) == ("redis", "7.1", True)
    assert spec.max_memory_policy == "noeviction"
    assert (spec.snapshot_retention_days, spec.log_retention_days, spec.password_version) == (1, 90, 1)


def test_names_and_the_family_follow_the_environment_and_the_engine() -> None:
    assert load().replication_group_id == "acme-shop-cache-live"
    assert load().family == "redis7"
    assert load("cache: {engine: valkey, engine_version: '8.1'}").family == "valkey8"


@pytest.mark.parametrize("before", ["redis7", "valkey7"])
def test_redis_and_older_valkey_go_up_to_valkey(before: str) -> None:
    spec = load(f"cache: {{engine: valkey, engine_version: '8.2', upgrade_from: {before}}}")
    assert (spec.upgrade_from, spec.family) == (before, "valkey8")


def test_two_nodes_stand_in_two_zones() -> None:
    assert load().is_multi_az
    assert not load("cache: {nodes: 1}").is_multi_az


def test_a_link_is_offered_the_connection() -> None:
    spec = load()
    offer = spec.offer(Access.WRITE)
    assert offer.variables == (Variable("CACHE_URL", secret=spec.url),)
    assert (offer.reach, offer.port) == (Reach.DATABASE_TIER, 6379)
    assert spec.url.name == "acme-shop-live/cache/url"
    assert load(base=BASE + "  variable: REDIS_URL\n").offer(Access.WRITE).variables[0].name == "REDIS_URL"


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        (
            "cache: {engine_version: '7.2'}",
            problem(
                "TW380",
                "a value that AWS does not take",
                "cache.engine_version",
                "redis 7.2, as aws_elasticache_replication_group.engine_version",
                f"7.0, 7.1 {OFFERS}",
                "write `7.1`, if that is what is meant",
            ),
        ),
        (
            "cache: {engine_version: '6.2'}",
            problem(
                "TW503",
                "an unknown redis version",
                "cache.engine_version",
                "6.2",
                "7.0 or later",
                "choose one of these",
            ),
        ),
        (
            "cache: {engine: valkey, engine_version: '7.1'}",
            problem(
                "TW381",
                "a value that AWS has, and not here",
                "cache.engine_version",
                "valkey 7.1, as aws_elasticache_replication_group.engine_version",
                f"7.2 {OFFERS}",
                'write `7.2`, if that is what is meant; or, with a reviewed reason, `cache.acknowledge: {TW381: "…"}`',
            ),
        ),
        (
            "cache: {upgrade_from: valkey7}",
            problem(
                "TW710",
                "an upgrade that AWS does not offer",
                "cache.upgrade_from",
                "from valkey7 to redis7",
                "no upgrade",
                "name the family that the group has today, or remove upgrade_from",
            ),
        ),
        (
            "cache: {engine: valkey, engine_version: '7.2', upgrade_from: valkey8}",
            problem(
                "TW710",
                "an upgrade that AWS does not offer",
                "cache.upgrade_from",
                "from valkey8 to valkey7",
                "from redis7: to a later version, and never back",
                "name the family that the group has today, or remove upgrade_from",
            ),
        ),
        (
            "cache: {max_memory_policy: allkeys}",
            problem(
                "TW380",
                "a value that AWS does not take",
                "cache.max_memory_policy",
                "maxmemory-policy allkeys, as aws_elasticache_parameter_group.parameter.value",
                "noeviction, allkeys-lru, allkeys-lfu, allkeys-random, volatile-lru, volatile-lfu, volatile-random, volatile-ttl "
                '(Amazon ElastiCache User Guide, "Valkey and Redis OSS parameters")',
                "write `allkeys-lru`, if that is what is meant",
            ),
        ),
        (
            "cache: {snapshot_window: 05:30-06:30}",
            problem(
                "TW701",
                "the snapshot window meets the maintenance window",
                "cache.snapshot_window",
                "snapshot 05:30-06:30, maintenance sun:05:00-sun:06:00",
                "two windows (UTC) that do not meet",
                "move one of them",
            ),
        ),
        (
            "cache: {node_type: cache.t1.micro}",
            problem(
                "TW381",
                "a value that AWS has, and not here",
                "cache.node_type",
                "cache.t1.micro in eu-central-1, as aws_elasticache_replication_group.node_type",
                f"a machine of eu-central-1, such as cache.t2.micro {OFFERS}",
                'write `cache.t2.micro`, if that is what is meant; or, with a reviewed reason, `cache.acknowledge: {TW381: "…"}`',
            ),
        ),
        (
            "cache: {nodes: 7}",
            problem(
                "TW104", "the value does not fit", "cache.nodes", "7", "a whole number, 1 to 6", "lower it to 6 or less"
            ),
        ),
        (
            "cache: {name: a-name-of-thirty-characters-xx}",
            problem(
                "TW301",
                "the ElastiCache replication group name is too long",
                "cache.name",
                "acme-shop-a-name-of-thirty-characters-xx-live (45 characters)",
                "1 to 40 characters",
                "set `name` to a part that is 5 characters shorter",
            ),
        ),
    ],
)
def test_what_elasticache_would_refuse_or_regret_is_refused(layer: str, expected: Problem) -> None:
    assert refused(layer) == (expected,)


@pytest.mark.parametrize(
    ("setting", "code", "allowed"),
    [
        ("nodes: 1", "TW404", "2 to 6"),
        ("encrypted: false", "TW403", "true"),
        ("snapshot_retention_days: 0", "TW402", "1 to 35 days"),
    ],
)
def test_production_gives_up_nothing_silently(setting: str, code: str, allowed: str) -> None:
    (found,) = refused(f"protected: true\ncache:\n  {setting}\n")
    assert (found.code, found.given, found.allowed, found.location) == (code, setting, allowed, Location(FILE, 3))
    assert load(f"protected: true\ncache:\n  {setting}\n  acknowledge: {{{code}: a reason for reviewers}}\n")


def test_what_a_program_waits_for_comes_on_a_developers_machine_too() -> None:
    spec = load("cache: {parameters: {notify-keyspace-events: Ex, reserved-memory-percent: 30}}")
    (server, _) = spec.local().services
    assert server.command[-2:] == ("--notify-keyspace-events", "Ex")
