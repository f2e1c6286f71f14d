"""What ElastiCache takes of the parameters of Redis OSS and Valkey, by the family of a parameter group.

Listed by hand, for no package has them. Source: Amazon ElastiCache User Guide, "Engine specific parameters", read in November
2026. It has no list of what valkey9 added: what is unknown there is only told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from typing import Any, Final

from twinstack.facts.certainty import Certainty
from twinstack.facts.offers import Offer
from twinstack.facts.value import ValueFact, as_text

SOURCE: Final = 'Amazon ElastiCache User Guide, "Valkey and Redis OSS parameters"'
FAMILIES: Final = ("redis6.x", "redis7", "valkey7", "valkey8", "valkey9")
"""In the order in which a parameter comes and goes."""


@dataclass(frozen=True, slots=True)
class CacheParameter:
    """One parameter of one family."""

    fact: ValueFact | None = None
    """What it may be; None: free text."""
    is_preset: bool = False
    """Whether ElastiCache sets it, and nobody else."""


def refused_cache_parameter(family: str, name: str, value: Any) -> Offer | None:
    """What is wrong with one parameter of a family of Redis or Valkey; None for another engine's, and for what is computed."""
    known = cache_parameters(family)
    if not known or "${" in name:
        return None
    one = known.get(name)
    if one is None:
        return _unknown(family, name, known)
    if one.is_preset:
        return Offer("parameter.name", f"{name} of {family}", "one that can be set: this one is preset", "", SOURCE)
    if value is None or one.fact is None or "${" in str(value) or not one.fact.refuses(value):
        return None
    return Offer(
        "parameter.value", f"{name} {as_text(value)}", one.fact.allowed, one.fact.nearest(value), one.fact.source
    )


@cache
def cache_parameters(family: str) -> Mapping[str, CacheParameter]:
    """Those of a family; nothing of one that is not listed."""
    if family not in FAMILIES:
        return {}
    place = FAMILIES.index(family)
    return {
        name: one
        for names, one, first, last in _ROWS
        if FAMILIES.index(first) <= place <= FAMILIES.index(last)
        for name in names.split()
    }


def _unknown(family: str, name: str, known: Mapping[str, CacheParameter]) -> Offer:
    others = [other for other in FAMILIES if name in cache_parameters(other)]
    near = next(_like(name, known), "")
    if others:
        allowed = f"one of {family}: this one is of {', '.join(others)}"
        return Offer("parameter.name", f"{name} of {family}", allowed, near, SOURCE, Certainty.OFFER)
    return Offer("parameter.name", f"{name} of {family}", f"a parameter of {family}", near, SOURCE, Certainty.NEWER)


def _like(name: str, known: Mapping[str, CacheParameter]) -> Iterator[str]:
    """What it is called now, and then what is spelled alike."""
    named = name
    for before, now in _RENAMED.items():
        named = named.replace(before, now)
    settable = [one for one, parameter in known.items() if not parameter.is_preset]
    if named in settable:
        yield named
    yield from get_close_matches(named.lower().replace("_", "-"), settable, 1, _ALIKE)


def _one_of(*values: str) -> CacheParameter:
    return CacheParameter(ValueFact(SOURCE, values=values))


def _from(least: int, most: int | None = None) -> CacheParameter:
    return CacheParameter(ValueFact(SOURCE, least=least, most=most))


def _fits(pattern: str, words: str) -> CacheParameter:
    return CacheParameter(ValueFact(SOURCE, pattern=pattern, words=words))


_SWITCH: Final = _one_of("yes", "no")
_COUNT: Final = _from(0)
_PRESET: Final = CacheParameter(is_preset=True)
_OLDEST, _NEWEST = FAMILIES[0], FAMILIES[-1]
_Row = tuple[str, CacheParameter, str, str]


def _always(names: str, one: CacheParameter) -> _Row:
    return names, one, _OLDEST, _NEWEST


_ROWS: Final[tuple[_Row, ...]] = (
    _always("activedefrag close-on-replica-write cluster-allow-reads-when-down cluster-enabled "
            "cluster-require-full-coverage", _SWITCH),
    _always("acllog-max-len client-output-buffer-limit-normal-hard-limit client-output-buffer-limit-normal-soft-limit "
            "client-output-buffer-limit-normal-soft-seconds client-output-buffer-limit-pubsub-hard-limit "
            "client-output-buffer-limit-pubsub-soft-limit client-output-buffer-limit-pubsub-soft-seconds "
            "hll-sparse-max-bytes lfu-decay-time list-compress-depth min-replicas-max-lag min-replicas-to-write "
            "repl-backlog-ttl reserved-memory set-max-intset-entries slowlog-max-len stream-node-max-bytes "
            "stream-node-max-entries tcp-keepalive tracking-table-max-keys", _COUNT),
    _always("acl-pubsub-default", _one_of("resetchannels", "allchannels")),
    _always("active-defrag-cycle-max active-defrag-cycle-min", _from(1, 75)),
    _always("active-defrag-ignore-bytes", _from(10485760, 104857600)),
    _always("active-defrag-max-scan-fields", _from(1, 1000000)),
    _always("active-defrag-threshold-lower active-defrag-threshold-upper", _from(1, 100)),
    _always("active-expire-effort", _from(1, 10)),
    _always("client-query-buffer-limit", _from(1048576, 1073741824)),
    _always("databases lfu-log-factor", _from(1)),
    _always("maxmemory-policy", _one_of("noeviction", "allkeys-lru", "allkeys-lfu", "allkeys-random", "volatile-lru",
                                        "volatile-lfu", "volatile-random", "volatile-ttl")),
    _always("notify-keyspace-events", _fits(
        "|[KEg$lshzxetdmnA]*[KE][KEg$lshzxetdmnA]*",
        "letters for kinds of events such as x and e, and K or E among them: without one, nothing is published")),
    _always("proto-max-bulk-len", _from(1048576, 536870912)),
    _always("rename-commands", CacheParameter()),
    _always("repl-backlog-size", _from(16384)),
    _always("reserved-memory-percent", _from(0, 100)),
    _always("slowlog-log-slower-than", _from(-1)),
    _always("timeout", _fits("0|[2-9][0-9]|[1-9][0-9]{2,}", "seconds, 0 for never or from 20 on")),
    _always("appendfsync appendonly client-output-buffer-limit-replica-hard-limit "
            "client-output-buffer-limit-replica-soft-limit client-output-buffer-limit-replica-soft-seconds lua-time-limit "
            "maxclients maxmemory repl-timeout replica-allow-chaining replica-ignore-maxmemory", _PRESET),
    ("activerehashing", _SWITCH, _OLDEST, _OLDEST),
    ("hash-max-ziplist-entries hash-max-ziplist-value zset-max-ziplist-entries zset-max-ziplist-value",
     _COUNT, _OLDEST, _OLDEST),
    ("list-max-ziplist-size", CacheParameter(), _OLDEST, _OLDEST),
    ("maxmemory-samples", _from(1), _OLDEST, "valkey7"),
    ("lazyfree-lazy-eviction lazyfree-lazy-expire lazyfree-lazy-server-del lazyfree-lazy-user-del",
     _SWITCH, _OLDEST, "valkey7"),
    ("replica-lazy-flush", _PRESET, _OLDEST, "valkey7"),
    ("activerehashing", _PRESET, "redis7", _NEWEST),
    ("cluster-allow-pubsubshard-when-down latency-tracking", _SWITCH, "redis7", _NEWEST),
    ("cluster-preferred-endpoint-type", _one_of("ip", "tls-dynamic"), "redis7", _NEWEST),
    ("hash-max-listpack-entries hash-max-listpack-value zset-max-listpack-entries zset-max-listpack-value",
     _COUNT, "redis7", _NEWEST),
    ("list-max-listpack-size", CacheParameter(), "redis7", _NEWEST),
    ("commandlog-request-larger-than commandlog-reply-larger-than", _from(-1), "valkey8", _NEWEST),
    ("commandlog-large-request-max-len commandlog-large-reply-max-len", _from(0, 1024), "valkey8", _NEWEST),
    ("extended-redis-compatibility search-enable-partial-results", _SWITCH, "valkey8", _NEWEST),
    ("maxmemory-samples", _from(1, 64), "valkey8", _NEWEST),
    ("search-default-timeout-ms", _from(1, 60000), "valkey8", _NEWEST),
    ("search-fanout-target-mode", _one_of("client", "throughput"), "valkey8", _NEWEST),
)  # fmt: skip
"""Names, what they may be, and the first and last family that has them."""
_RENAMED: Final = {"slave": "replica", "ziplist": "listpack"}
_ALIKE: Final = 0.8
