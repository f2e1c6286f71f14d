"""The parameters of Redis and Valkey, held against what ElastiCache takes of each family."""

from __future__ import annotations

from typing import Any

import pytest

from stacks import product
from tests.changes.edits.recorded import DAY, LAYERS
from tests.facts.parameter_groups import refused_in, require_refused
from twinstack.errors import ConfigurationError
from twinstack.facts import Certainty, Refused
from twinstack.facts.cache_parameters import FAMILIES, cache_parameters
from twinstack.layers.load import load_text
from twinstack.redis.version import RedisFamily


def found(family: str, name: str, value: Any) -> list[Refused]:
    return refused_in("aws_elasticache_parameter_group", family, name, value)


def test_every_family_that_is_made_is_listed_and_no_name_twice_in_one() -> None:
    assert {*RedisFamily} <= {*FAMILIES}
    assert all(len(cache_parameters(family)) > 60 for family in FAMILIES)
    assert cache_parameters("memcached1.6") == {}


@pytest.mark.parametrize(
    ("family", "name", "value"),
    [
        ("redis7", "maxmemory-policy", "noeviction"),
        ("redis7", "timeout", "0"),
        ("redis7", "timeout", 20),
        ("redis7", "timeout", 300),
        ("redis7", "notify-keyspace-events", ""),
        ("redis7", "notify-keyspace-events", "Ex"),
        ("redis7", "notify-keyspace-events", "AKE"),
        ("redis7", "lazyfree-lazy-user-del", "yes"),
        ("redis7", "reserved-memory-percent", "25"),
        ("redis7", "cluster-enabled", "yes"),
        ("redis7", "timeout", "${var.timeout}"),
        ("valkey8", "maxmemory-samples", 64),
        ("valkey7", "maxmemory-samples", 100),
        ("valkey9", "search-fanout-target-mode", "throughput"),
        ("redis6.x", "hash-max-ziplist-entries", "512"),
        ("memcached1.6", "max_item_size", "x"),
        ("${var.family}", "timeout", "5"),
    ],
)
def test_what_elasticache_takes_is_not_refused(family: str, name: str, value: Any) -> None:
    assert found(family, name, value) == []


@pytest.mark.parametrize(
    ("family", "name", "value", "nearest", "certainty"),
    [
        ("redis7", "timeout", "5", "", Certainty.CLOSED),
        ("redis7", "notify-keyspace-events", "gx", "", Certainty.CLOSED),
        ("redis7", "notify-keyspace-events", "expired", "", Certainty.CLOSED),
        ("redis7", "activedefrag", "true", "", Certainty.CLOSED),
        ("redis7", "active-expire-effort", "11", "10", Certainty.CLOSED),
        ("redis7", "reserved-memory-percent", "25%", "0", Certainty.CLOSED),
        ("redis7", "repl-backlog-size", "1mb", "16384", Certainty.CLOSED),
        ("redis7", "maxclients", "1000", "", Certainty.CLOSED),
        ("redis7", "appendonly", "yes", "", Certainty.CLOSED),
        ("redis6.x", "latency-tracking", "yes", "", Certainty.OFFER),
        ("redis7", "hash-max-ziplist-entries", "512", "hash-max-listpack-entries", Certainty.OFFER),
        ("redis7", "close-on-slave-write", "no", "close-on-replica-write", Certainty.NEWER),
        ("redis7", "maxmemory_policy", "noeviction", "maxmemory-policy", Certainty.NEWER),
        ("redis7", "requirepass", "x", "", Certainty.NEWER),
        ("valkey8", "lazyfree-lazy-eviction", "yes", "", Certainty.OFFER),
        ("valkey8", "maxmemory-samples", "100", "64", Certainty.CLOSED),
    ],
)  # fmt: skip
def test_what_it_does_not_take_is_said_with_the_nearest_right_one(
    family: str, name: str, value: Any, nearest: str, certainty: Certainty
) -> None:
    require_refused(found(family, name, value), name, nearest, certainty)


def test_a_field_of_an_environment_is_told_at_its_own_line() -> None:
    text = LAYERS["prod"].replace(
        "cache:\n", "cache:\n  parameters:\n    timeout: 300\n    tracking-table-max-keys: many\n"
    )
    assert text != LAYERS["prod"]
    with pytest.raises(ConfigurationError) as caught:
        load_text(product.environment, "prod", {**LAYERS, "prod": text}, DAY)
    (one,) = caught.value.problems
    assert (one.code, one.path) == ("TW380", "cache.parameters.tracking-table-max-keys")
    assert one.location is not None
    assert text.splitlines()[one.location.line - 1].strip() == "tracking-table-max-keys: many"


def test_the_policy_has_a_field_of_its_own() -> None:
    text = LAYERS["prod"].replace("cache:\n", "cache:\n  parameters: {maxmemory-policy: allkeys-lru}\n")
    with pytest.raises(ConfigurationError) as caught:
        load_text(product.environment, "prod", {**LAYERS, "prod": text}, DAY)
    (one,) = caught.value.problems
    assert (one.code, one.path) == ("TW708", "cache.parameters.maxmemory-policy")
    assert one.fix == "write `max_memory_policy: allkeys-lru` instead"
