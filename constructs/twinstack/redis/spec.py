"""What a Redis cache is described by."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, ClassVar, Final

from pydantic import Field

from twinstack.environment.links import Access, Offer, Reach, SecretValue, Variable
from twinstack.environment.model import Finding
from twinstack.environment.monitoring import Monitoring
from twinstack.environment.production import relaxed
from twinstack.environment.quantities import DailyWindow, RetentionDays, VariableName, WeeklyWindow, windows_overlap
from twinstack.environment.spec import ResourceSpec
from twinstack.environment.stand_in import ComposeOptions, StandIn


class RedisEngine(StrEnum):
    """Redis OSS ends at 7.1; Valkey continues it. A group can be upgraded in place to Valkey, never back."""

    REDIS = "redis"
    VALKEY = "valkey"


class RedisSpec(ResourceSpec):
    """An ElastiCache replication group without sharding: one primary, and replicas for failover.

    Sources: Amazon ElastiCache User Guide, "Replication groups", "In-transit encryption", "AUTH".
    """

    access_levels: ClassVar[tuple[Access, ...]] = (Access.WRITE,)

    engine: RedisEngine = RedisEngine.REDIS
    """`redis` or `valkey`."""
    engine_version: str = "7.1"
    """The engine's version, `7.1`."""
    node_type: Annotated[str, Field(pattern=r"^cache\.[a-z0-9]+\.[a-z0-9]+$")]
    """The machine, `cache.t3.medium`."""
    nodes: Annotated[int, Field(ge=1, le=6)]
    """The primary and its replicas; from two on they stand in several zones and fail over by themselves."""
    max_memory_policy: str = "noeviction"
    """What happens when memory is full. Celery's broker must lose nothing, hence `noeviction`."""
    snapshot_retention_days: Annotated[int, Field(ge=0, le=35)] = 1
    """Days that daily snapshots are kept; 0 turns them off."""
    snapshot_window: DailyWindow = "02:00-03:00"
    """When snapshots are taken, in UTC."""
    maintenance_window: WeeklyWindow = "sun:05:00-sun:06:00"
    """When AWS may restart nodes, in UTC."""
    encrypted: bool = True
    """Encrypts at rest with a key of the cache's own, and in transit with TLS and a password."""
    log_retention_days: RetentionDays = 90
    """Days that the slow log and the engine log are kept."""
    password_version: Annotated[int, Field(ge=1)] = 1
    """Adding one makes a new password; the old one stays valid until the rotation after that."""
    compose: ComposeOptions = ComposeOptions()
    """How it appears in the local stack."""
    variable: VariableName | None = Field(default=None, json_schema_extra={"base_only": True})
    """The variable that carries the connection; `{FIELD}_URL` unless given."""

    PORT: ClassVar = 6379

    @property
    def replication_group_id(self) -> str:
        """`shadower-analytics-cache`."""
        return self.aws_name

    @property
    def family(self) -> str:
        """The parameter group's family, which follows the engine: `redis7`."""
        return f"{self.engine}{self.engine_version.split('.')[0]}"

    @property
    def is_multi_az(self) -> bool:
        """Whether a replica in another zone can take over."""
        return self.nodes > 1

    @property
    def exporter_name(self) -> str:
        """What shows its figures to Prometheus, and the job's name there."""
        return f"{self.compose.name_of(self.key)}-exporter"

    @property
    def password(self) -> SecretValue:
        """The password itself. Only Terraform reads it."""
        return self._secret("password")

    @property
    def url(self) -> SecretValue:
        """The whole connection URL."""
        return self._secret("url")

    def local(self) -> StandIn:
        from twinstack.redis.local import stand_in

        return stand_in(self)

    def offer(self, access: Access) -> Offer:  # noqa: ARG002  the same variables at every level
        name = self.variable or f"{self.key.upper()}_URL"
        return Offer((Variable(name, secret=self.url),), Reach.DATABASE_TIER, self.PORT)

    def monitoring(self) -> Monitoring:
        from twinstack.redis.monitoring import monitoring

        return monitoring(self)

    def names(self) -> Iterator[tuple[str, str]]:
        yield "ElastiCache replication group", self.replication_group_id
        for secret in (self.password, self.url):
            yield "Secrets Manager secret", secret.name

    def rules(self) -> Iterator[Finding]:
        if not _VERSIONS[self.engine].fullmatch(self.engine_version):
            yield Finding(
                "TW503", f"an unknown {self.engine} version", ("engine_version",), self.engine_version,
                _VERSIONS_TEXT[self.engine], "choose one of these",
            )  # fmt: skip
        if self.max_memory_policy not in MAX_MEMORY_POLICIES:
            yield Finding(
                "TW711", "no such policy", ("max_memory_policy",), self.max_memory_policy, ", ".join(MAX_MEMORY_POLICIES), "choose one of these",
            )  # fmt: skip
        if self.snapshot_retention_days and windows_overlap(self.snapshot_window, self.maintenance_window):
            yield Finding(
                "TW701",
                "the snapshot window meets the maintenance window",
                ("snapshot_window",),
                given=f"snapshot {self.snapshot_window}, maintenance {self.maintenance_window}",
                allowed="two windows (UTC) that do not meet",
                fix="move one of them",
            )
        if self.snapshot_retention_days and self.node_type in NODE_TYPES_WITHOUT_SNAPSHOTS:
            yield Finding(
                "TW712", "this node type keeps no snapshots", ("snapshot_retention_days",), f"{self.node_type} with {self.snapshot_retention_days} days",
                "0, or another node type", "set snapshot_retention_days: 0",
            )  # fmt: skip

    def review(self) -> Iterator[Finding]:
        if not self.context.protected:
            return
        if self.nodes < 2:
            yield relaxed("TW404", "a replica in a second zone", "nodes", self.nodes, "2 to 6")
        if not self.encrypted:
            yield relaxed("TW403", "encryption", "encrypted", False, "true")
        if not self.snapshot_retention_days:
            yield relaxed("TW402", "snapshots", "snapshot_retention_days", 0, "1 to 35 days")

    def _secret(self, purpose: str) -> SecretValue:
        return SecretValue(self.context.secret_name(self.key, purpose), self.password_version)


_VERSIONS: Final = {RedisEngine.REDIS: re.compile(r"7\.[01]"), RedisEngine.VALKEY: re.compile(r"7\.2|8\.[0-2]")}
_VERSIONS_TEXT: Final = {RedisEngine.REDIS: "7.0, 7.1", RedisEngine.VALKEY: "7.2, 8.0, 8.1, 8.2"}
MAX_MEMORY_POLICIES: Final = (
    "noeviction", "allkeys-lru", "allkeys-lfu", "allkeys-random", "volatile-lru", "volatile-lfu", "volatile-random", "volatile-ttl",
)  # fmt: skip
NODE_TYPES_WITHOUT_SNAPSHOTS: Final = frozenset({"cache.t1.micro"})
"""Source: Amazon ElastiCache User Guide, "Snapshot and restore", constraints."""
