"""What the engines' own parameters may be: those that are often set, as RDS and ElastiCache take them; any other one of
PostgreSQL as its servers do (`engine_parameters.py`).

RDS takes plain numbers, without the units that postgresql.conf knows, and 0 and 1 for off and on. A formula
(`{DBInstanceClassMemory/32768}`, `LEAST(…)`) is worked out by RDS and passed over here. Sources: PostgreSQL 17 Documentation,
"Server Configuration"; Amazon RDS User Guide, "Working with parameters on your RDS for PostgreSQL DB instance"; Amazon
ElastiCache User Guide, "Valkey and Redis OSS parameters"; November 2026.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

from twinstack.facts.engine_parameters import refused_parameter
from twinstack.facts.offers import Offer
from twinstack.facts.value import ValueFact

_POSTGRES: Final = (
    'PostgreSQL Documentation, "Server Configuration"; Amazon RDS User Guide, RDS for PostgreSQL parameters'
)
_CACHE: Final = 'Amazon ElastiCache User Guide, "Valkey and Redis OSS parameters"'
_HIGHEST: Final = 2147483647


def refused_parameters(arguments: Mapping[str, Any]) -> Iterator[Offer]:
    """The literal values of a parameter group that its engine does not take."""
    family, rows = arguments.get("family"), arguments.get("parameter")
    facts = next((known for engine, known in PARAMETERS.items() if str(family).startswith(engine)), {})
    for row in cast("list[Any]", rows) if isinstance(rows, list | tuple) else ():
        name, value = (row.get("name"), row.get("value")) if isinstance(row, Mapping) else (None, None)
        fact = facts.get(str(name))
        if fact is None and isinstance(name, str):
            if found := refused_parameter(str(family), name, value):
                yield found
            continue
        if fact is None or value is None or any(sign in str(value) for sign in "{("):
            continue
        if fact.refuses(value):
            yield Offer("parameter.value", f"{name} {value}", fact.allowed, fact.nearest(value), fact.source)


def _values(source: str, *values: str) -> ValueFact:
    return ValueFact(source, values=values)


def _range(least: float, most: float = _HIGHEST) -> ValueFact:
    return ValueFact(_POSTGRES, least=least, most=most)


_SWITCH: Final = _values(_POSTGRES, "0", "1")
_YES_OR_NO: Final = _values(_CACHE, "yes", "no")
_OF_CACHES: Final[Mapping[str, ValueFact]] = {
    "activedefrag": _YES_OR_NO,
    "appendonly": _YES_OR_NO,
    "cluster-enabled": _YES_OR_NO,
    "lazyfree-lazy-eviction": _YES_OR_NO,
    "maxmemory-policy": _values(
        _CACHE, "noeviction", "allkeys-lru", "allkeys-lfu", "allkeys-random", "volatile-lru", "volatile-lfu", "volatile-random",
        "volatile-ttl",
    ),
    "reserved-memory-percent": ValueFact(_CACHE, least=0, most=100),
}  # fmt: skip
PARAMETERS: Final[Mapping[str, Mapping[str, ValueFact]]] = {
    "postgres": {
        "autovacuum": _SWITCH,
        "autovacuum_analyze_scale_factor": _range(0, 100),
        "autovacuum_max_workers": _range(1, 262143),
        "autovacuum_vacuum_scale_factor": _range(0, 100),
        "client_min_messages": _values(
            _POSTGRES, "debug5", "debug4", "debug3", "debug2", "debug1", "log", "notice", "warning", "error"
        ),
        "deadlock_timeout": _range(1),
        "default_statistics_target": _range(1, 10000),
        "effective_cache_size": _range(1),
        "idle_in_transaction_session_timeout": _range(0),
        "lock_timeout": _range(0),
        "log_lock_waits": _SWITCH,
        "log_min_duration_statement": _range(-1),
        "log_statement": _values(_POSTGRES, "none", "ddl", "mod", "all"),
        "log_temp_files": _range(-1),
        "max_connections": _range(6, 8388607),
        "password_encryption": _values(_POSTGRES, "md5", "scram-sha-256"),
        "random_page_cost": _range(0, 1.79e308),
        "rds.force_ssl": _SWITCH,
        "rds.log_retention_period": _range(1440, 10080),
        "rds.logical_replication": _SWITCH,
        "ssl_min_protocol_version": _values(_POSTGRES, "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"),
        "statement_timeout": _range(0),
        "track_activity_query_size": _range(100, 1048576),
        "work_mem": _range(64),
    },
    "redis": _OF_CACHES,
    "valkey": _OF_CACHES,
}  # fmt: skip
"""By the engine, which begins the family's name."""
