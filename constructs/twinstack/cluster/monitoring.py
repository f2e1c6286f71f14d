"""What is watched of a cluster's nodes, by node-exporter. Source: node_exporter, "Collectors"."""

from __future__ import annotations

from typing import Final

from twinstack.environment.monitoring import Alert, Monitoring, Panel, Severity


def monitoring() -> Monitoring:
    """CPU, memory and disk of each node."""
    return Monitoring(
        alerts=(
            Alert(
                "NodeMemoryNearlyFull",
                f"{MEMORY} > 0.9",
                10,
                Severity.WARNING,
                "{{ $labels.instance }} uses {{ $value | humanizePercentage }} of its memory",
                "Pods will be evicted: look for one without a limit, or let another node come.",
            ),
            Alert(
                "NodeDiskNearlyFull",
                f"{DISK} > 0.85",
                10,
                Severity.WARNING,
                "the disk of {{ $labels.instance }} is {{ $value | humanizePercentage }} full",
                "Images and logs fill it: look at the largest, or replace the node.",
            ),
        ),
        panels=(
            Panel("nodes: CPU", "percentunit", {"{{instance}}": CPU}),
            Panel("nodes: memory", "percentunit", {"{{instance}}": MEMORY}),
            Panel("nodes: disk", "percentunit", {"{{instance}}": DISK}),
        ),
    )


JOB: Final = "node-exporter"
CPU: Final = f'1 - avg by (instance) (rate(node_cpu_seconds_total{{job="{JOB}",mode="idle"}}[5m]))'
MEMORY: Final = f'1 - node_memory_MemAvailable_bytes{{job="{JOB}"}} / node_memory_MemTotal_bytes{{job="{JOB}"}}'
DISK: Final = f'1 - node_filesystem_avail_bytes{{job="{JOB}",mountpoint="/"}} / node_filesystem_size_bytes{{job="{JOB}",mountpoint="/"}}'
