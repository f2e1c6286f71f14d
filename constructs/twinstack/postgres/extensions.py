"""Extensions of PostgreSQL: which RDS has, what they ask of the server, and the statement that makes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import Field

from twinstack.environment.model import Finding
from twinstack.facts.value import nearest_of

if TYPE_CHECKING:
    from twinstack.postgres.spec import PostgresSpec

ExtensionName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,62}$", json_schema_extra={"examples": ["pg_trgm"]})]
LIBRARIES: Final = "shared_preload_libraries"


def create_statement(extensions: Sequence[str]) -> str:
    """The lines of psql that make those that are not there, in this order, with what they need of others."""
    if not extensions:
        return ""
    names = ", ".join(f"'{name}'" for name in extensions)
    return (
        f"SELECT format('CREATE EXTENSION IF NOT EXISTS %I CASCADE', name) FROM unnest(ARRAY[{names}]) WITH ORDINALITY AS "  # noqa: S608
        "wanted(name, place)\n  WHERE NOT EXISTS (SELECT FROM pg_extension WHERE extname = name) ORDER BY place \\gexec\n"
    )


def libraries(extensions: Sequence[str]) -> tuple[str, ...]:
    """What the server has to load when it starts; RDS loads the first by itself, unless somebody names others."""
    needed = [name for name in extensions if name in PRELOADED]
    return ("pg_stat_statements", *needed) if needed else ()


def server_parameters(extensions: Sequence[str], database: str) -> Mapping[str, str]:
    """The parameters that the extensions need; none of them holds before the next restart."""
    loaded = libraries(extensions)
    found = {LIBRARIES: ",".join(loaded)} if loaded else {}
    if "pg_cron" in extensions:
        found["cron.database_name"] = (
            database  # which is `postgres` otherwise, and the extension can be made nowhere else
        )
    if "pglogical" in extensions:
        found["rds.logical_replication"] = "1"
    return found


def check_libraries(spec: PostgresSpec) -> Iterator[Finding]:
    """A finding where the parameter that is given by hand leaves out what an extension needs."""
    given = spec.parameters.get(LIBRARIES)
    if given is None:
        return
    missing = sorted({*libraries(spec.extensions)} - {one.strip() for one in given.split(",")})
    if missing:
        yield Finding(
            "TW717",
            "the server would not load what an extension needs",
            ("parameters", LIBRARIES),
            given,
            f"with {', '.join(missing)} in it",
            f"add {', '.join(missing)}, or remove the parameter: the library writes it",
        )


def check_extensions(spec: PostgresSpec) -> Iterator[Finding]:
    """A warning for each that RDS was not known to have with this version, and for each that is missing on a developer's
    machine.
    """
    known = offered(spec.engine_version)
    for index, name in enumerate(spec.extensions):
        if name in known:
            continue
        near = ALIASES.get(name) or nearest_of(name, known)
        yield Finding(
            "TW718",
            "an extension that RDS is not known to have",
            ("extensions", index),
            given=f"{name}, with PostgreSQL {spec.engine_version}",
            allowed="what `SHOW rds.extensions` says on the instance",
            fix=f"did you mean `{near}`?" if near else "look there; the Job that makes it fails where RDS has it not",
            warning=True,
            acknowledgeable=True,
        )


def offered(version: str) -> list[str]:
    """Those that RDS has with a major version, as far as it is known."""
    major = int(version) if version.isdecimal() else 0
    limits = {name: LIMITS.get(name, (0, 99)) for name in OFFERED}
    return sorted(name for name, (first, last) in limits.items() if first <= major <= last)


ALIASES: Final[Mapping[str, str]] = {"pgvector": "vector", "pgtrgm": "pg_trgm", "uuid_ossp": "uuid-ossp", "h3-pg": "h3"}
"""What some are called by their projects, and by nobody in `CREATE EXTENSION`."""
CONTRIB: Final = frozenset(
    {
        "amcheck", "autoinc", "bloom", "bool_plperl", "btree_gin", "btree_gist", "citext", "cube", "dblink",
        "dict_int", "dict_xsyn", "earthdistance", "fuzzystrmatch", "hstore", "hstore_plperl", "insert_username",
        "intagg", "intarray", "isn", "jsonb_plperl", "lo", "ltree", "moddatetime", "old_snapshot", "pageinspect",
        "pg_buffercache", "pg_freespacemap", "pg_prewarm", "pg_stat_statements", "pg_trgm", "pg_visibility",
        "pg_walinspect", "pgcrypto", "pgrowlocks", "pgstattuple", "plperl", "plpgsql", "pltcl", "postgres_fdw",
        "refint", "seg", "sslinfo", "tablefunc", "tcn", "tsm_system_rows", "tsm_system_time", "unaccent", "uuid-ossp",
    }
)  # fmt: skip
"""Those that come with PostgreSQL itself."""
OFFERED: Final = CONTRIB | frozenset(
    {
        "address_standardizer", "address_standardizer_data_us", "aws_commons", "aws_lambda", "aws_s3", "flow_control",
        "h3", "h3_postgis", "hll", "hypopg", "ip4r", "log_fdw", "mysql_fdw", "oracle_fdw", "orafce", "pg_bigm",
        "pg_cron", "pg_hint_plan", "pg_partman", "pg_proctab", "pg_repack", "pg_similarity", "pg_tle", "pg_transport",
        "pgactive", "pgaudit", "pgcollection", "pglogical", "pgrouting", "pgtap", "plprofiler", "plrust", "plv8",
        "postgis", "postgis_raster", "postgis_tiger_geocoder", "postgis_topology", "prefix", "rdkit", "rds_tools",
        "tds_fdw", "vector",
    }
)  # fmt: skip
"""Those of RDS. Source: Amazon RDS for PostgreSQL Release Notes, "Extension versions for Amazon RDS for PostgreSQL". Written by
hand in November 2026 from what of it could be had, which was not the whole table: a name that is not here is warned about and
never refused."""
LIMITS: Final[Mapping[str, tuple[int, int]]] = {
    "old_snapshot": (14, 16),
    "pg_walinspect": (15, 99),
}
"""The first and the last major version that has it. Source: the same; PostgreSQL 17, "Release Notes"."""
PRELOADED: Final = frozenset(
    {"pg_bigm", "pg_cron", "pg_hint_plan", "pg_tle", "pgaudit", "pglogical", "plprofiler", "plrust"}
)
"""Those that do nothing, or cannot be made, before the server has loaded them. Source: Amazon RDS User Guide, "Using PostgreSQL
extensions with Amazon RDS for PostgreSQL", November 2026."""
