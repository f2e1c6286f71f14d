"""What the engines' own parameters may be: RDS's that are often set; PostgreSQL's as its servers take them
(`engine_parameters.py`), Redis' and Valkey's as ElastiCache does (`cache_parameters.py`).

A formula (`{DBInstanceClassMemory/32768}`, `LEAST(…)`) is worked out by RDS and passed over here. Source: Amazon RDS User
Guide, "Working with parameters on your RDS for PostgreSQL DB instance"; November 2026.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

from twinstack.facts.cache_parameters import refused_cache_parameter
from twinstack.facts.engine_parameters import refused_parameter
from twinstack.facts.offers import Offer
from twinstack.facts.value import ValueFact

_RDS: Final = 'Amazon RDS User Guide, "Parameters on your RDS for PostgreSQL DB instance"'


def refused_parameters(arguments: Mapping[str, Any]) -> Iterator[Offer]:
    """The literal values of a parameter group that its engine does not take."""
    family, rows = arguments.get("family"), arguments.get("parameter")
    facts = _OF_RDS if str(family).startswith("postgres") else {}
    for row in cast("list[Any]", rows) if isinstance(rows, list | tuple) else ():
        name, value = (row.get("name"), row.get("value")) if isinstance(row, Mapping) else (None, None)
        fact = facts.get(str(name))
        if fact is None and isinstance(name, str):
            found = refused_parameter(str(family), name, value) or refused_cache_parameter(str(family), name, value)
            if found:
                yield found
            continue
        if fact is None or value is None or any(sign in str(value) for sign in "{("):
            continue
        if fact.refuses(value):
            yield Offer("parameter.value", f"{name} {value}", fact.allowed, fact.nearest(value), fact.source)


def _values(source: str, *values: str) -> ValueFact:
    return ValueFact(source, values=values)


_OF_RDS: Final[Mapping[str, ValueFact]] = {
    "rds.force_ssl": _values(_RDS, "0", "1"),
    "rds.log_retention_period": ValueFact(_RDS, least=1440, most=10080),
    "rds.logical_replication": _values(_RDS, "0", "1"),
}
"""Of its own, for PostgreSQL."""
