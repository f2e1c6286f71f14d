"""From where on a figure is too much, for those who watch: the same numbers for every kind of watcher."""

from typing import Annotated

from pydantic import Field

from twinstack.environment.model import Model

Percent = Annotated[int, Field(ge=1, le=100)]


class Thresholds(Model):
    """From where on a figure raises an alert.

    Sources: Amazon CloudWatch User Guide, "Recommended alarms"; Amazon ElastiCache User Guide, "Which metrics should I
    monitor?"; AWS Certificate Manager User Guide, "Supported CloudWatch metrics". Read in November 2026.
    """

    database_cpu_percent: Percent = 90
    """CPU of a database, over a quarter of an hour. AWS recommends 90."""
    database_free_storage_percent: Percent = 10
    """What must be free of a database's `storage_gib`. AWS recommends 10, below which RDS lets storage grow where it may."""
    database_connections_percent: Percent = 80
    """How many of a database's connections may be used."""
    database_replica_lag_seconds: Annotated[int, Field(ge=1, le=86_400)] = 60
    """How far a database's replica may be behind."""
    cache_memory_percent: Percent = 80
    """How much of a cache's memory may be used."""
    cache_cpu_percent: Percent = 90
    """CPU of a cache's engine, which has one thread: AWS recommends 90 of that one."""
    cache_evictions: Annotated[int, Field(ge=0)] = 1000
    """Keys that a cache may throw away in a minute for want of memory; with `noeviction` it throws away none."""
    cache_replica_lag_seconds: Annotated[int, Field(ge=1, le=3600)] = 30
    """How far a cache's replica may be behind."""
    edge_errors: Annotated[int, Field(ge=0)] = 10
    """Answers with 5xx that a load balancer may give or hand on in a minute."""
    edge_seconds: Annotated[float, Field(gt=0, le=3600)] = 1
    """How long an answer may take on average, at the load balancer."""
    certificate_days: Annotated[int, Field(ge=1, le=44)] = 30
    """Days before a certificate ends. ACM renews its own 60 days before, and writes at 45."""
