"""What PostgreSQL says of each of its own parameters, by major version: dated data that real servers gave (`pg_settings`).

`python -m facts_generator.postgres` makes it anew. What Amazon RDS adds, its own `rds.…` and the parameters of extensions, is
listed here by hand. Sources: Amazon RDS User Guide, "Parameters on your RDS for PostgreSQL DB instance" and "Supported
PostgreSQL extension versions"; November 2026.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any, Final

from twinstack.facts.certainty import Certainty
from twinstack.facts.offers import Offer
from twinstack.facts.value import listed, nearest_of


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of one major version."""

    kind: str
    """`bool`, `integer`, `real`, `enum` or `string`."""
    unit: str
    least: str
    most: str
    values: str
    """Those of an enum, `|` between them."""
    context: str
    """`internal`: the server presets it, and nobody sets it."""


def refused_parameter(family: str, name: str, value: Any) -> Offer | None:
    """What is wrong with one parameter of an RDS family; None for another engine's, and for what is right or computed."""
    found = _FAMILY.fullmatch(family)
    if found is None or "${" in name:
        return None
    known = parameters(int(found[1]))
    if not known:
        return None
    one = known.get(name.lower())
    if one is None:
        return _unknown(family, name, known)
    if one.context == "internal":
        return Offer("parameter.name", f"{name} of {family}", "one that can be set: this one is preset", "", _source())
    return None if value is None or any(sign in str(value) for sign in "{(") else _refused_value(name, str(value), one)


def parameters(major: int) -> Mapping[str, Parameter]:
    """Those of a major version; nothing of one that the data has not."""
    return _of_major(major)


def _unknown(family: str, name: str, known: Mapping[str, Parameter]) -> Offer | None:
    prefix, dot, _ = name.partition(".")
    others = [major for major in _majors() if name.lower() in parameters(major)]
    if others:
        allowed = f"one of {family}: this one is of PostgreSQL {', '.join(map(str, others))}"
        return Offer("parameter.name", f"{name} of {family}", allowed, "", _source(), Certainty.OFFER)
    if dot and prefix != "rds":
        near = (
            "" if prefix in EXTENSIONS else next(iter(get_close_matches(prefix, (*EXTENSIONS, "rds"), 1, _ALIKE)), "")
        )
        if not near:
            return None  # an extension's, which has its own
        return Offer(
            "parameter.name",
            f"{name} of {family}",
            listed(EXTENSIONS),
            f"{near}.{name[len(prefix) + 1 :]}",
            _RDS,
            Certainty.NEWER,
        )
    if name in RDS:
        return None
    near = nearest_of(name, RDS if dot else (*known, *RDS))
    allowed = (
        f"one of RDS's own, {listed(RDS)}" if dot else f"a parameter of PostgreSQL {family.removeprefix('postgres')}"
    )
    return Offer("parameter.name", f"{name} of {family}", allowed, near, _RDS if dot else _source(), Certainty.NEWER)


def _refused_value(name: str, value: str, one: Parameter) -> Offer | None:
    given = f"{name} {value}"
    if one.kind == "bool":
        if value in {"0", "1"}:
            return None
        certainty = Certainty.NEWER if value.lower() in _BOOLEANS else Certainty.CLOSED
        near = "1" if value.lower() in {"on", "true", "yes"} else "0" if value.lower() in _BOOLEANS else ""
        return Offer("parameter.value", given, "0, 1", near, _RDS, certainty)
    if one.kind == "enum":
        values = [*one.values.split("|"), *BUILT_WITH.get(name.lower(), ())]
        if value.lower() in {*values, *_BOOLEANS, "0", "1"}:  # the words of a switch are taken and not listed
            return None
        return Offer("parameter.value", given, listed(values), nearest_of(value, values), _source())
    if one.kind in {"integer", "real"}:
        unit = f", in {one.unit}" if one.unit else ""
        allowed = f"a number from {one.least} to {one.most}{unit}"
        try:
            number = float(value)
        except ValueError:
            return Offer("parameter.value", given, allowed, _without_unit(value, one), _source())
        if not float(one.least) <= number <= float(one.most) or (one.kind == "integer" and not number.is_integer()):
            near = one.least if number < float(one.least) else one.most if number > float(one.most) else f"{number:.0f}"
            return Offer("parameter.value", given, allowed, near, _source())
    return None


def _without_unit(value: str, one: Parameter) -> str:
    """`16MB` of what counts in kB is 16384: RDS takes plain numbers, without the units that postgresql.conf knows. Empty where
    it is no such value, or none that is allowed.
    """
    written, counted = _WRITTEN.fullmatch(value.strip()), _COUNTED.fullmatch(one.unit)
    for sizes in _UNITS:
        if written and counted and written[2] in sizes and counted[2] in sizes:
            number = float(written[1]) * sizes[written[2]] / (float(counted[1] or 1) * sizes[counted[2]])
            if not number % 1 and float(one.least) <= number <= float(one.most):
                return f"{number:.0f}"
    return ""


def _source() -> str:
    data = _data()
    return f"pg_settings of PostgreSQL {', '.join(data['versions'])}, read on {data['read']}"


def _majors() -> Iterator[int]:
    for version in _data()["versions"]:
        yield int(version.partition(".")[0])


@cache
def _of_major(major: int) -> Mapping[str, Parameter]:
    return {
        name: Parameter(*row)
        for name, rows in _data()["postgres"].items()
        for first, last, *row in rows
        if first <= major <= last
    }


@cache
def _data() -> dict[str, Any]:
    return json.loads(FILE.read_bytes())


FILE: Final = Path(__file__).with_name("engine_parameters.json")
BUILT_WITH: Final[Mapping[str, tuple[str, ...]]] = {
    "default_toast_compression": ("lz4",),
    "io_method": ("io_uring",),
    "wal_compression": ("lz4", "zstd"),
}
"""What a server takes that was built with more than those that were asked."""
_FAMILY: Final = re.compile(r"postgres(\d\d)")
_RDS: Final = 'Amazon RDS User Guide, "Parameters on your RDS for PostgreSQL DB instance"'
_WRITTEN: Final = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*([A-Za-z]+)")
_COUNTED: Final = re.compile(r"([0-9]*)([A-Za-z]+)")
_UNITS: Final = (
    {"B": 1, "kB": 2**10, "MB": 2**20, "GB": 2**30, "TB": 2**40},
    {"us": 1, "ms": 10**3, "s": 10**6, "min": 60 * 10**6, "h": 3600 * 10**6, "d": 86400 * 10**6},
)
"""Source: PostgreSQL Documentation, "Setting Parameters", Numeric with Unit."""
_ALIKE: Final = 0.85
"""Of what an extension's parameters begin with: one that nobody has listed is no misspelt one."""
_BOOLEANS: Final = frozenset({"on", "off", "true", "false", "yes", "no"})
RDS: Final = (
    "rds.accepted_password_auth_method", "rds.adaptive_autovacuum", "rds.allowed_extensions", "rds.blue_green_replication_type",
    "rds.custom_dns_resolution", "rds.delegated_extension_allow_drop_cascade", "rds.delegated_extension_allow_list",
    "rds.enable_pgactive", "rds.extensions", "rds.force_admin_logging_level", "rds.force_autovacuum_logging_level", "rds.force_ssl",
    "rds.global_db_rpo", "rds.log_retention_period", "rds.log_statement_max_length", "rds.logical_replication",
    "rds.logically_replicate_unlogged_tables", "rds.max_tcp_buffers", "rds.pg_stat_ramdisk_size",
    "rds.rds_superuser_reserved_connections", "rds.restrict_password_commands", "rds.superuser_variables",
    "rds.wal_compression_level",
)  # fmt: skip
"""RDS's own."""
EXTENSIONS: Final = (
    "auth_delay", "auto_explain", "cron", "h3", "http", "hypopg", "mysql_fdw", "oracle_fdw", "orafce", "pg_bigm", "pg_cron",
    "pg_hint_plan", "pg_partman_bgw", "pg_prewarm", "pg_similarity", "pg_stat_statements", "pg_tle", "pg_transport", "pgactive",
    "pgaudit", "pgauditlogtofile", "pglogical", "pgrouting", "pgtle", "plperl", "plpgsql", "plprofiler", "plrust", "plv8", "postgis",
    "postgres_fdw", "prefix", "rdkit", "tds_fdw", "vector", "wal2json", "hnsw", "ivfflat",
)  # fmt: skip
"""What the parameters of extensions that RDS has begin with."""
