"""What is watched of a Redis cache, by its exporter. Source: redis_exporter, "What's exported"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from twinstack.environment.links import Access
from twinstack.environment.monitoring import Alert, Exporter, Measured, Monitoring, Panel, Severity, Statistic
from twinstack.environment.placement import thresholds_of

if TYPE_CHECKING:
    from twinstack.redis.spec import RedisSpec


def monitoring(spec: RedisSpec) -> Monitoring:
    """Whether it answers, its memory, and what it refused or threw away."""
    limits = thresholds_of(spec)
    job = f'job="{spec.exporter_name}"'
    nodes = tuple({"CacheClusterId": f"{spec.replication_group_id}-{number:03}"} for number in range(1, spec.nodes + 1))

    def measured(metric: str, statistic: Statistic, threshold: float, **options: Any) -> Measured:
        return Measured("AWS/ElastiCache", metric, nodes, statistic, threshold, **options)

    used = f"redis_memory_used_bytes{{{job}}} / (redis_memory_max_bytes{{{job}}} > 0)"
    title = f"{spec.key} ({spec.engine.capitalize()})"
    return Monitoring(
        alerts=(
            Alert(
                "RedisDown",
                f"redis_up{{{job}}} == 0 or up{{{job}}} == 0",
                1,
                Severity.CRITICAL,
                f"{spec.key} does not answer",
                "Look at the events of the replication group; a failover takes about a minute.",
                # A node that is up has figures every minute, connections or none.
                measured("CurrConnections", Statistic.MAXIMUM, 0, is_below=True, is_missed=True, minutes=5),
            ),
            Alert(
                "RedisMemoryNearlyFull",
                f"{used} > {limits.cache_memory_percent / 100:g}",
                5,
                Severity.WARNING,
                f"{spec.key} uses {{{{ $value | humanizePercentage }}}} of its memory",
                f"With {spec.max_memory_policy} a full cache refuses writes or drops keys: find what grows, or take larger nodes.",
                measured("DatabaseMemoryUsagePercentage", Statistic.MAXIMUM, limits.cache_memory_percent),
            ),
            Alert(
                "RedisRefusesConnections",
                f"increase(redis_rejected_connections_total{{{job}}}[5m]) > 0",
                1,
                Severity.WARNING,
                f"{spec.key} has no connection left",
                "Compare connected_clients with maxclients, and look for a client that does not close.",
            ),
            Alert(
                "RedisEvictsKeys",
                "",
                15,
                Severity.WARNING,
                f"{spec.key} throws away more than {limits.cache_evictions} keys a minute",
                "Its memory is full: find what grows or has no end, or take larger nodes.",
                measured("Evictions", Statistic.SUM, limits.cache_evictions),
            ),
            Alert(
                "RedisCpuHigh",
                "",
                15,
                Severity.WARNING,
                f"the engine of {spec.key} is at its limit",
                "Look for slow commands in the slow log, and for a key that all ask for; more nodes serve more readers.",
                measured(*_cpu(spec, limits.cache_cpu_percent)),
            ),
            *(
                [
                    Alert(
                        "RedisReplicaLags",
                        f"max by (instance) (redis_connected_slave_lag_seconds{{{job}}}) > {limits.cache_replica_lag_seconds}",
                        5,
                        Severity.WARNING,
                        f"a replica of {spec.key} is more than {limits.cache_replica_lag_seconds} s behind",
                        "A failover would lose as much: look at the writes, and at the network of the nodes.",
                        measured("ReplicationLag", Statistic.MAXIMUM, limits.cache_replica_lag_seconds),
                    )
                ]
                if spec.nodes > 1
                else []
            ),
        ),
        panels=(
            Panel(f"{title}: memory", "bytes", {"used": f"redis_memory_used_bytes{{{job}}}"}),
            Panel(f"{title}: commands", "ops", {"commands": f"sum(rate(redis_commands_processed_total{{{job}}}[5m]))"}),
            Panel(f"{title}: clients", "short", {"connected": f"redis_connected_clients{{{job}}}"}),
        ),
    )


def _cpu(spec: RedisSpec, percent: int) -> tuple[str, Statistic, float]:
    """Of nodes with two processors AWS has the whole machine watched, of which one thread is a half.

    Source: Amazon ElastiCache User Guide, "Which metrics should I monitor?", read in November 2026.
    """
    if spec.node_type.endswith(TWO_PROCESSORS):
        return "CPUUtilization", Statistic.AVERAGE, percent / 2
    return "EngineCPUUtilization", Statistic.AVERAGE, percent


def exporter(spec: RedisSpec) -> Exporter:
    """It connects as every client does: AUTH knows one password for all."""
    return Exporter(spec.exporter_name, EXPORTER_IMAGE, EXPORTER_PORT, Access.WRITE, {"url": "REDIS_ADDR"})


EXPORTER_IMAGE: Final = "oliver006/redis_exporter:v1.74.0"
EXPORTER_PORT: Final = 9121
TWO_PROCESSORS: Final = (".micro", ".small", ".medium", ".large")
