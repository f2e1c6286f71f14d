"""What the engines' own parameters may be: those of RDS and ElastiCache that are often set; PostgreSQL's as its servers take
them (`engine_parameters.py`).

A formula (`{DBInstanceClassMemory/32768}`, `LEAST(…)`) is worked out by RDS and passed over here. Sources: Amazon RDS User
Guide, "Working with parameters on your RDS for PostgreSQL DB instance"; Amazon ElastiCache User Guide, "Valkey and Redis OSS
parameters"; November 2026.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

from twinstack.facts.engine_parameters import refused_parameter
from twinstack.facts.offers import Offer
from twinstack.facts.value import ValueFact

_RDS: Final = 'Amazon RDS User Guide, "Parameters on your RDS for PostgreSQL DB instance"'
_CACHE: Final = 'Amazon ElastiCache User Guide, "Valkey and Redis OSS parameters"'


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
        "rds.force_ssl": _values(_RDS, "0", "1"),
        "rds.log_retention_period": ValueFact(_RDS, least=1440, most=10080),
        "rds.logical_replication": _values(_RDS, "0", "1"),
    },
    "redis": _OF_CACHES,
    "valkey": _OF_CACHES,
}  # fmt: skip
"""By the engine, which begins the family's name."""
