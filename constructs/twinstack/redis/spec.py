"""What a Redis cache is described by."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Final

from pydantic import Field

from twinstack.environment.links import Access, Offer, Reach, SecretValue, Variable
from twinstack.environment.maintenance import Apply
from twinstack.environment.model import Finding
from twinstack.environment.monitoring import Exporter, Monitoring
from twinstack.environment.production import relaxed
from twinstack.environment.quantities import DailyWindow, EngineValue, RetentionDays, VariableName, WeeklyWindow
from twinstack.environment.queues import Queue, QueueTrigger
from twinstack.environment.spec import ResourceSpec
from twinstack.environment.stand_in import ComposeOptions, StandIn
from twinstack.environment.writes import Writes
from twinstack.facts.windows import windows_overlap
from twinstack.redis.databases import (
    DatabaseName,
    DatabaseNumber,
    check_databases,
    check_variables,
    others,
    own_variable,
    url_of,
    variables,
)
from twinstack.redis.version import OLDEST, RedisFamily, check_upgrade

GROUP: Final = "aws_elasticache_replication_group"
PARAMETERS: Final = "aws_elasticache_parameter_group"
POLICY: Final = "maxmemory-policy"


class RedisEngine(StrEnum):
    """Redis OSS ends at 7.1; Valkey continues it. A group can be upgraded in place to Valkey, never back."""

    REDIS = "redis"
    VALKEY = "valkey"


class RedisSpec(ResourceSpec):
    """An ElastiCache replication group without sharding: one primary, and replicas for failover.

    Sources: Amazon ElastiCache User Guide, "Replication groups", "In-transit encryption", "AUTH".
    """

    access_levels: ClassVar[tuple[Access, ...]] = (Access.WRITE,)
    redelivers_after_seconds: ClassVar[int | None] = 3600  # Celery User Guide, "Using Redis", "Visibility timeout"

    engine: Annotated[RedisEngine, Writes(GROUP, "engine")] = RedisEngine.REDIS
    """`redis` or `valkey`."""
    engine_version: Annotated[str, Writes(GROUP, "engine_version"), Writes(PARAMETERS, "family", through="family")] = (
        "7.1"
    )
    """The engine's version, `7.1`."""
    upgrade_from: RedisFamily | None = None
    """The engine and major version that the group has today, `redis7`, beside a new one: their parameter group stays for
    this release, since AWS deletes none that is in use. Remove it in the release after the upgrade was carried out."""
    apply: Apply = Apply.WINDOW
    """When another machine or version is carried out: in the maintenance `window`, or `now`, during the apply."""
    node_type: Annotated[str, Field(pattern=r"^cache\.[a-z0-9]+\.[a-z0-9]+$"), Writes(GROUP, "node_type")]
    """The machine, `cache.t3.medium`. The T classes run in unlimited mode: CPU above their baseline, over a day, is charged
    by the hour of a vCPU, and nothing slows down to show it."""
    nodes: Annotated[int, Field(ge=1, le=6), Writes(GROUP, "num_cache_clusters")]
    """The primary and its replicas; from two on they stand in several zones and fail over by themselves."""
    max_memory_policy: Annotated[str, Writes(PARAMETERS, "parameter", through="policy_blocks")] = "noeviction"
    """What happens when memory is full. Celery's broker must lose nothing, hence `noeviction`."""
    parameters: Annotated[
        dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")], EngineValue],
        Writes(PARAMETERS, "parameter", through="own_blocks"),
    ] = Field(default_factory=dict)
    """Further parameters of the engine, `{timeout: 300, notify-keyspace-events: Ex}`, which hold at once."""
    snapshot_retention_days: Annotated[int, Field(ge=0, le=35), Writes(GROUP, "snapshot_retention_limit")] = 1
    """Days that daily snapshots are kept; 0 turns them off."""
    snapshot_window: Annotated[DailyWindow, Writes(GROUP, "snapshot_window")] = "02:00-03:00"
    """When snapshots are taken, in UTC."""
    final_snapshot_generation: Annotated[int, Field(ge=1, le=999)] = 1
    """From 2 on it ends the final snapshot's name. Adding one lets a group that was replaced under its old key be deleted
    again: a snapshot's name is taken only once."""
    maintenance_window: Annotated[WeeklyWindow, Writes(GROUP, "maintenance_window")] = "sun:05:00-sun:06:00"
    """When AWS may restart nodes, in UTC."""
    encrypted: bool = True
    """Encrypts at rest with a key of the cache's own, and in transit with TLS and a password."""
    log_retention_days: RetentionDays = 90
    """Days that the slow log and the engine log are kept."""
    password_version: Annotated[int, Field(ge=1)] = 1
    """Adding one makes a new password; the old one stays valid until the rotation after that."""
    databases: dict[DatabaseName, DatabaseNumber] = Field(default_factory=dict, json_schema_extra={"base_only": True})
    """Numbered databases by name, `{broker: 0, cache: 1}`: 0 is what the resource's own variable leads to, with or without a
    name here; each other has a variable of its own, `CACHE_URL` of `cache`. All share the nodes, their memory and
    `max_memory_policy`: a cache that may forget beside a queue that must not wants a Redis of its own."""
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

    def arguments_beside(self) -> Mapping[str, Mapping[str, Any]]:
        return {PARAMETERS: {"family": self.family}}

    @property
    def policy_blocks(self) -> list[dict[str, str]]:
        """What happens when memory is full, as its group has it."""
        return [{"name": POLICY, "value": self.max_memory_policy}]

    @property
    def own_blocks(self) -> list[dict[str, str]]:
        """The further parameters, as its group has them."""
        return [{"name": name, "value": value} for name, value in self.parameters.items()]

    def log_group_name(self, log: str) -> str:
        """Where ElastiCache writes this log, one of LOGS."""
        return f"/aws/elasticache/{self.replication_group_id}/{log}"

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

    @property
    def connection(self) -> SecretValue:
        """Its parts as JSON; made only when a link asks for one of them."""
        return self._secret("connection")

    def local(self) -> StandIn:
        from twinstack.redis.local import stand_in

        return stand_in(self)

    def offer(self, access: Access) -> Offer:  # noqa: ARG002  the same variables at every level
        urls = (Variable(own_variable(self), secret=self.url, part="url"), *variables(self))
        return Offer(urls, Reach.DATABASE_TIER, self.PORT, parts=self._parts())

    def _parts(self) -> tuple[Variable, ...]:
        """For programs that take no URL. Without encryption there is no password, and its variable is empty."""
        stem = self.key.upper()
        password = replace(self.connection, entry="password") if self.encrypted else None
        return (
            Variable(f"{stem}_HOST", secret=replace(self.connection, entry="host"), part="host"),
            Variable(f"{stem}_PORT", str(self.PORT), part="port"),
            Variable(f"{stem}_DATABASE", "0", part="database"),
            Variable(f"{stem}_PASSWORD", secret=password, part="password")
            if password
            else Variable(f"{stem}_PASSWORD", "", part="password"),
            Variable(f"{stem}_TLS", str(self.encrypted).lower(), part="tls"),
        )

    def queue_trigger(self, queue: Queue) -> QueueTrigger:
        """By the length of a list, as Celery and its like keep their tasks."""
        told = {
            "port": str(self.PORT),
            "enableTLS": str(self.encrypted).lower(),
            "databaseIndex": "0",
            "listName": queue.name or "celery",
            "listLength": str(queue.tasks_per_replica),
        }
        return QueueTrigger("redis", told, {"host": "host", "password": "password"})

    def exporter(self) -> Exporter:
        from twinstack.redis.monitoring import exporter

        return exporter(self)

    def monitoring(self) -> Monitoring:
        from twinstack.redis.monitoring import monitoring

        return monitoring(self)

    def names(self) -> Iterator[tuple[str, str]]:
        yield "ElastiCache replication group", self.replication_group_id
        yield "ElastiCache subnet group", self.replication_group_id
        yield "KMS alias", self.replication_group_id
        yield "security group", self.replication_group_id
        for log in LOGS:
            yield "CloudWatch log group", self.log_group_name(log)
        for family in filter(None, (self.family, self.upgrade_from)):
            yield "ElastiCache parameter group", f"{self.replication_group_id}-{family}"
        for secret in (
            self.password,
            self.url,
            *(url_of(self, name) for name in others(self)),
            *filter(self.delivers, (self.connection,)),
        ):
            yield "Secrets Manager secret", secret.name

    def rules(self) -> Iterator[Finding]:
        yield from check_databases(self)
        if POLICY in self.parameters:
            yield Finding(
                "TW708",
                "a parameter that is not to be changed",
                ("parameters", POLICY),
                given=f"{POLICY}: {self.parameters[POLICY]}",
                allowed=f"max_memory_policy, which is {self.max_memory_policy}",
                fix=f"write `max_memory_policy: {self.parameters[POLICY]}` instead",
            )
        major = self.engine_version.partition(".")[0]
        if not major.isdecimal() or int(major) < OLDEST:
            yield Finding(
                "TW503", f"an unknown {self.engine} version", ("engine_version",), self.engine_version,
                f"{OLDEST}.0 or later", "choose one of these",
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

    def review(self) -> Iterator[Finding]:
        yield from check_variables(self)
        if self.upgrade_from:
            yield from check_upgrade(self.upgrade_from, self.family)
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


LOGS: Final = ("slow-log", "engine-log")
"""The logs that ElastiCache delivers."""
