"""What is watched of a PostgreSQL database, by its exporter. Source: postgres_exporter, "Metrics"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinstack.environment.monitoring import Alert, Monitoring, Panel, Severity

if TYPE_CHECKING:
    from twinstack.postgres.spec import PostgresSpec


def monitoring(spec: PostgresSpec) -> Monitoring:
    """Whether it answers, its connections, and transactions that stay open."""
    job = f'job="{spec.exporter_name}"'
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
            ),
            Alert(
                "PostgresConnectionsNearlyUsedUp",
                f"{connections} > 0.8",
                5,
                Severity.WARNING,
                f"{spec.key} uses {{{{ $value | humanizePercentage }}}} of its connections",
                "Each replica of a service keeps a pool: lower its size, or take a larger instance.",
            ),
            Alert(
                "PostgresTransactionOpenForLong",
                f'max by (instance) (pg_stat_activity_max_tx_duration{{{job},state!="idle"}}) > 900',
                5,
                Severity.WARNING,
                f"a transaction in {spec.key} has been open for {{{{ $value | humanizeDuration }}}}",
                "It holds locks and keeps vacuum from cleaning: find it in pg_stat_activity.",
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
