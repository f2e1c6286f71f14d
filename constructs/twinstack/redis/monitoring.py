"""What is watched of a Redis cache, by its exporter. Source: redis_exporter, "What's exported"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinstack.environment.monitoring import Alert, Monitoring, Panel, Severity

if TYPE_CHECKING:
    from twinstack.redis.spec import RedisSpec


def monitoring(spec: RedisSpec) -> Monitoring:
    """Whether it answers, its memory, and what it refused or threw away."""
    job = f'job="{spec.exporter_name}"'
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
            ),
            Alert(
                "RedisMemoryNearlyFull",
                f"{used} > 0.8",
                5,
                Severity.WARNING,
                f"{spec.key} uses {{{{ $value | humanizePercentage }}}} of its memory",
                f"With {spec.max_memory_policy} a full cache refuses writes or drops keys: find what grows, or take larger nodes.",
            ),
            Alert(
                "RedisRefusesConnections",
                f"increase(redis_rejected_connections_total{{{job}}}[5m]) > 0",
                1,
                Severity.WARNING,
                f"{spec.key} has no connection left",
                "Compare connected_clients with maxclients, and look for a client that does not close.",
            ),
        ),
        panels=(
            Panel(f"{title}: memory", "bytes", {"used": f"redis_memory_used_bytes{{{job}}}"}),
            Panel(f"{title}: commands", "ops", {"commands": f"sum(rate(redis_commands_processed_total{{{job}}}[5m]))"}),
            Panel(f"{title}: clients", "short", {"connected": f"redis_connected_clients{{{job}}}"}),
        ),
    )
