"""Rules over RDS and ElastiCache."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from twinstack.environment.spec import Half
from twinstack.policy.aws.stack import Stack
from twinstack.policy.rule import Fault, Rules

RULES: Final = Rules(Half.INFRASTRUCTURE)


@RULES("reserved-user", "A master user whose name the engine keeps for itself", "choose another name", severity="error")
def reserved_user(stack: Stack) -> Iterator[Fault]:
    """RDS refuses at creation a user whose name is a reserved word of the engine."""
    for one in stack.of("aws_db_instance", "aws_rds_cluster"):
        key = "username" if one.type == "aws_db_instance" else "master_username"
        name = one.literal(key).lower()
        engine = one.literal("engine")
        kept = name == "rdsadmin" or ("postgres" in engine and (name in POSTGRES_USERS or name.startswith("pg_")))
        if name and kept:
            yield Fault(one.address, key, name, "a name that is no reserved word")


@RULES("no-iops-of-zero", "A zero that is meant as nothing", "leave the argument out")
def no_iops_of_zero(stack: Stack) -> Iterator[Fault]:
    """A zero is sent as a value, and AWS refuses it: what is not set is left out."""
    for one in stack.of("aws_db_instance", "aws_ebs_volume"):
        for key in ("iops", "storage_throughput", "throughput"):
            if one.literal(key) == "0":
                yield Fault(one.address, key, "0", "a number above 0, or nothing")


@RULES(
    "family-fits-engine",
    "A parameter group of another version than the engine's",
    "change both together",
    severity="error",
)
def family_fits_engine(stack: Stack) -> Iterator[Fault]:
    """AWS refuses a parameter group whose family is not that of the engine's version. A version that is left out is
    whatever AWS has as its default on that day.
    """
    for one in stack.of("aws_db_instance", "aws_elasticache_replication_group"):
        written = one.get("parameter_group_name")
        group = stack.referred(written)
        named = _DEFAULT.fullmatch(str(written or ""))
        family = group.literal("family") if group else named[1] if named else ""
        if not family or any(one.get(key) for key in MADE_FROM):
            continue
        engine, version = one.literal("engine") or _usual(one.type), one.literal("engine_version")
        if one.get("engine_version") is None:
            yield Fault(one.address, "engine_version", "nothing", f"a version of the family {family}", doubtful=True)
        elif version and engine in _NUMBERED and not _fits(engine, version, family):
            yield Fault(one.address, "parameter_group_name", f"{family}, with {engine} {version}", "one version")


@RULES("nobody-takes-over", "Failover of a cache with one node", "add a node, or turn it off", severity="error")
def nobody_takes_over(stack: Stack) -> Iterator[Fault]:
    """ElastiCache refuses automatic failover where no other node could take over."""
    for one in stack.of("aws_elasticache_replication_group"):
        key = "automatic_failover_enabled"
        if one.literal(key) == "true" and one.literal("num_cache_clusters") == "1":
            yield Fault(one.address, key, "true, with one node", "false, or num_cache_clusters of 2 and more")


@RULES(
    "source-has-backups", "A read replica of a database without backups", "keep backups of the source", severity="error"
)
def source_has_backups(stack: Stack) -> Iterator[Fault]:
    """RDS makes a replica of a database only while that has automatic backups, and a new one has none unless told."""
    for one in stack.of("aws_db_instance"):
        source = stack.referred(one.get("replicate_source_db"))
        if source is None or source.type != "aws_db_instance":
            continue
        days = source.data.get("backup_retention_period")
        inherits = days is None and any(source.get(key) for key in MADE_FROM)
        if (days or 0) in (0, "0") and not inherits:
            yield Fault(source.address, "backup_retention_period", "0", f"more than 0, for {one.address}")


@RULES(
    "replica-keeps-backups",
    "Backups of a read replica that can have none",
    "leave them to the source",
    severity="error",
)
def replica_keeps_backups(stack: Stack) -> Iterator[Fault]:
    """RDS keeps backups of a PostgreSQL replica from 14.1 on, and refuses them of an older one."""
    for one in stack.of("aws_db_instance"):
        source = stack.referred(one.get("replicate_source_db"))
        if source is None or one.literal("backup_retention_period") in ("", "0"):
            continue
        engine = one.literal("engine") or source.literal("engine")
        version = one.literal("engine_version") or source.literal("engine_version")
        major = version.partition(".")[0]
        if engine == "postgres" and major.isdigit() and int(major) < REPLICA_BACKUPS:
            days = one.literal("backup_retention_period")
            yield Fault(one.address, "backup_retention_period", f"{days}, of PostgreSQL {version}", "0")


def _usual(kind: str) -> str:
    return "redis" if kind == "aws_elasticache_replication_group" else ""


def _fits(engine: str, version: str, family: str) -> bool:
    parts = version.split(".")
    # redis7 is of 7.0 and 7.1; redis6.x, redis5.0, postgres9.6 and mysql8.0 say two parts.
    families = {f"{engine}{parts[0]}", f"{engine}{'.'.join(parts[:2])}", f"{engine}{parts[0]}.x"}
    return family in families


REPLICA_BACKUPS: Final = 14
"""The first major of PostgreSQL of which RDS keeps backups of replicas. Source: Amazon RDS User Guide, "Working with DB instance read
replicas", Differences between engines."""
MADE_FROM: Final = (
    "replicate_source_db", "snapshot_identifier", "snapshot_name", "snapshot_arns", "restore_to_point_in_time",
    "global_replication_group_id",
)  # fmt: skip
"""What has its engine and its backups from another, where it does not say them."""
POSTGRES_USERS: Final = frozenset(
    {"admin", "rdsadmin", "rdsrepladmin", "rdstopmgr", "user", "table", "public", "select"}
)
_NUMBERED: Final = frozenset({"postgres", "mysql", "mariadb", "redis", "valkey"})
_DEFAULT: Final = re.compile(r"default[.:]([a-z]+[0-9][0-9.x]*?)(?:\.cluster\.on)?")
