"""When AWS carries out a change that interrupts: what databases and caches share."""

from __future__ import annotations

from enum import StrEnum


class Apply(StrEnum):
    """When a change that interrupts is carried out: another machine, engine version, parameter group.

    Source: Amazon RDS User Guide, "Using the schedule modifications setting"; ElastiCache, ModifyReplicationGroup,
    ApplyImmediately (November 2026).
    """

    WINDOW = "window"
    """In the next maintenance window. Until then every plan shows the change again."""
    NOW = "now"
    """During the apply, with the interruption that the change brings."""
