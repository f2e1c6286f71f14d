"""What is watched of a PostgreSQL database, by its exporter.

Sources: postgres_exporter 0.17, cmd/postgres_exporter/queries.go and collector/pg_replication_slot.go; Amazon RDS User Guide,
"Monitoring read replication". Read in November 2026.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from twinstack.environment.links import Access
from twinstack.environment.monitoring import Alert, Exporter, Measured, Monitoring, Panel, Severity, Statistic
from twinstack.environment.placement import thresholds_of
from twinstack.postgres.machine import most_connections

if TYPE_CHECKING:
    from twinstack.postgres.spec import PostgresSpec


def monitoring(spec: PostgresSpec) -> Monitoring:
    """Whether it answers, its connections, and transactions that stay open."""
    limits = thresholds_of(spec)
    job = f'job="{spec.exporter_name}"'
    most = most_connections(spec)
    answering = spec.identifier_of(spec.answering())

    def measured(metric: str, statistic: Statistic, threshold: float, instance: str = "", **options: Any) -> Measured:
        return Measured(
            "AWS/RDS", metric, ({"DBInstanceIdentifier": instance or answering},), statistic, threshold, **options
        )

    lag = limits.database_replica_lag_seconds
    written = f"pg_stat_replication_pg_current_wal_lsn_bytes{{{job}}}"
    replayed = f"{written} - pg_stat_replication_pg_wal_lsn_diff{{{job}}}"
    by_reader = "by (instance, application_name)"

    connections = f"sum by (instance) (pg_stat_activity_count{{{job}}}) / min by (instance) (pg_settings_max_connections{{{job}}})"
    title = f"{spec.key} (PostgreSQL)"
    return Monitoring(
        alerts=(
            Alert(
                "PostgresDown",
                f"pg_up{{{job}}} == 0 or up{{{job}}} == 0",
                1,
                Severity.CRITICAL,
                f"{spec.key} does not answer",
                "Look at the events of the instance, then at its security group and its number of connections.",
                # An instance that is up has figures every minute, connections or none.
                measured("DatabaseConnections", Statistic.MAXIMUM, 0, is_below=True, is_missed=True, minutes=5),
            ),
            Alert(
                "PostgresConnectionsNearlyUsedUp",
                f"{connections} > {limits.database_connections_percent / 100:g}",
                5,
                Severity.WARNING,
                f"{spec.key} uses {{{{ $value | humanizePercentage }}}} of its connections",
                "Each replica of a service keeps a pool: lower its size, or take a larger instance.",
                measured("DatabaseConnections", Statistic.MAXIMUM, most * limits.database_connections_percent // 100)
                if most
                else None,
            ),
            Alert(
                "PostgresTransactionOpenForLong",
                f'max by (instance) (pg_stat_activity_max_tx_duration{{{job},state!="idle"}}) > 900',
                5,
                Severity.WARNING,
                f"a transaction in {spec.key} has been open for {{{{ $value | humanizeDuration }}}}",
                "It holds locks and keeps vacuum from cleaning: find it in pg_stat_activity.",
            ),
            Alert(
                "PostgresStorageNearlyFull",
                "",
                15,
                Severity.CRITICAL,
                f"less than {limits.database_free_storage_percent} % of the storage of {spec.key} is free",
                "A full instance stops: raise `max_storage_gib` if storage has reached it, and find what grows. RDS enlarges "
                "storage once in six hours at most.",
                measured(
                    "FreeStorageSpace",
                    Statistic.MINIMUM,
                    spec.storage_gib * 2**30 * limits.database_free_storage_percent // 100,
                    is_below=True,
                ),
            ),
            Alert(
                "PostgresCpuHigh",
                "",
                15,
                Severity.WARNING,
                f"{spec.key} uses {limits.database_cpu_percent} % of its CPU or more",
                "Performance Insights shows the statements that take it; a T class above its baseline is charged for it too.",
                measured("CPUUtilization", Statistic.AVERAGE, limits.database_cpu_percent),
            ),
            *(
                [
                    Alert(
                        "PostgresReplicaLags",
                        # What had been written so long ago is not replayed yet; or nobody reads what is kept for the replica.
                        f"min {by_reader} ({replayed}) < max {by_reader} ({written} offset {lag}s)"
                        f' or max by (instance) (pg_replication_slot_slot_is_active{{{job},slot_type="physical"}}) == 0',
                        10,
                        Severity.WARNING,
                        f"the replica of {spec.key} is more than {lag} s behind, or gone",
                        "What reads from it sees what was. Look at its replication state, for a long statement on it, and whether its "
                        "machine is too small for what is written. What it has not read yet is kept, and fills the database's storage.",
                        # Of a database that is not written to, RDS shows up to five minutes, and then none: never ten in a row.
                        measured("ReplicaLag", Statistic.MAXIMUM, lag, spec.replica_identifier, is_missed=True),
                    )
                ]
                if spec.replica
                else []
            ),
        ),
        panels=(
            Panel(f"{title}: connections", "percentunit", {"used": connections}),
            Panel(
                f"{title}: transactions",
                "ops",
                {
                    "commits": f"sum(rate(pg_stat_database_xact_commit{{{job}}}[5m]))",
                    "rollbacks": f"sum(rate(pg_stat_database_xact_rollback{{{job}}}[5m]))",
                },
            ),
            Panel(f"{title}: size", "bytes", {"{{datname}}": f'pg_database_size_bytes{{{job},datname!~"template.*"}}'}),
        ),
    )


def exporter(spec: PostgresSpec) -> Exporter:
    """It connects as a role that may read figures and nothing else."""
    return Exporter(
        spec.exporter_name, EXPORTER_IMAGE, EXPORTER_PORT, Access.MONITOR, {"monitor_url": "DATA_SOURCE_NAME"}
    )


EXPORTER_IMAGE: Final = "quay.io/prometheuscommunity/postgres-exporter:v0.17.1"
EXPORTER_PORT: Final = 9187
