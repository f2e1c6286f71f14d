"""What a PostgreSQL database is described by."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Final

from pydantic import Field

from twinstack.environment.links import Access, File, Offer, SecretValue
from twinstack.environment.maintenance import Apply
from twinstack.environment.model import Finding
from twinstack.environment.monitoring import Exporter, Monitoring
from twinstack.environment.quantities import (
    CapitalName,
    DailyWindow,
    EngineValue,
    RetentionDays,
    VariableName,
    WeeklyWindow,
)
from twinstack.environment.spec import ResourceSpec
from twinstack.environment.stand_in import ComposeOptions, StandIn
from twinstack.environment.writes import Writes
from twinstack.postgres.certificates import PostgresTls, roots
from twinstack.postgres.extensions import ExtensionName, server_parameters
from twinstack.postgres.local_image import LocalImage
from twinstack.postgres.offer import offer
from twinstack.postgres.references import CLIENT_IMAGE, CaBundle, ClientImage, SnapshotName
from twinstack.postgres.replica import PostgresReplica
from twinstack.postgres.restore import PostgresRestore, instances_of, who_answers
from twinstack.postgres.rules import check_fields, check_surroundings
from twinstack.postgres.version import STANDARD_SUPPORT_ENDS

INSTANCE: Final = "aws_db_instance"


class PostgresComposeOptions(ComposeOptions):
    """How the database appears in the local stack."""

    prefix: CapitalName | None = None
    """Begins its variables in .env: `DB` for `DB_HOST`; the field's name in capitals unless given."""
    image: LocalImage | None = None
    """The server's image, `pgvector/pgvector:pg17`, for extensions that no image which is known has; PostgreSQL's own, or the one
    of the extension's project, unless given."""


class PostgresSpec(ResourceSpec):
    """A PostgreSQL instance on RDS, its parameters, its keys and its two credentials.

    Workloads connect as `application_user`, which a Job with the `admin` link makes; the master user is for that Job
    alone. Sources: Amazon RDS User Guide, "Creating a DB instance" and "Quotas and constraints".
    """

    access_levels: ClassVar[tuple[Access, ...]] = (Access.WRITE, Access.MONITOR, Access.ADMIN, Access.READ)
    levels_beside: ClassVar[frozenset[Access]] = frozenset({Access.READ})

    fixed_arguments: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "aws_db_instance": {"engine": "postgres", "storage_type": "gp3"},
    }

    engine_version: Annotated[
        str, Writes(INSTANCE, "engine_version"), Writes("aws_db_parameter_group", "family", through="family")
    ] = "15"
    """PostgreSQL's major version; minor versions are applied by AWS in the maintenance window."""
    upgrade_from: str | None = None
    """The major version that the database has today, `"15"`, beside a new `engine_version`: the permission to upgrade,
    which cannot be undone. The parameter group of the former version stays for this release. Remove it in the release
    after the upgrade was carried out; until then it may stay."""
    apply: Apply = Apply.WINDOW
    """When another machine or version is carried out: in the maintenance `window`, or `now`, during the apply."""
    instance_class: Annotated[str, Field(pattern=r"^db\.[a-z0-9]+\.[a-z0-9]+$"), Writes(INSTANCE, "instance_class")]
    """The machine, `db.t3.medium`. The T classes run in unlimited mode, which RDS cannot turn off: CPU above their
    baseline, over a day, is charged by the hour of a vCPU, and nothing slows down to show it."""
    storage_gib: Annotated[int, Field(ge=20, le=65536), Writes(INSTANCE, "allocated_storage")]
    """Storage to begin with, in GiB (gp3)."""
    max_storage_gib: Annotated[
        Annotated[int, Field(ge=22, le=65536)] | None,
        Writes(INSTANCE, "max_allocated_storage", through="storage_ceiling_gib"),
    ] = None
    """Storage may grow to this by itself, in GiB; twice `storage_gib` unless given."""
    encrypted: bool = True
    """Encrypts storage, snapshots and Performance Insights with a key of the database's own."""
    multi_az: bool
    """Keeps a standby in a second zone."""
    backup_retention_days: Annotated[int, Field(ge=0, le=35), Writes(INSTANCE, "backup_retention_period")]
    """Days of backups, for point-in-time recovery; 0 turns them off."""
    backup_window: Annotated[DailyWindow, Writes(INSTANCE, "backup_window")] = "03:00-04:00"
    """When backups are taken, in UTC."""
    maintenance_window: Annotated[WeeklyWindow, Writes(INSTANCE, "maintenance_window")] = "sun:04:00-sun:05:00"
    """When AWS may restart the instance, in UTC."""
    deletion_protection: bool
    """Makes AWS refuse to delete the instance."""
    final_snapshot: bool = True
    """Takes a snapshot when the instance is deleted, `{name}-final-{part of its key's id}`: what is made anew has another."""
    final_snapshot_generation: Annotated[int, Field(ge=1, le=999)] = 1
    """From 2 on it ends the final snapshot's name. Adding one lets an instance that was replaced under its old key be
    deleted again: a snapshot's name is taken only once."""
    restore_from_snapshot: Annotated[SnapshotName | None, Writes(INSTANCE, "snapshot_identifier")] = None
    """The snapshot that a new instance is made of, by its name or ARN. It counts only while there is no instance: one
    that exists is neither replaced nor changed by it, and `restore_from` is the way beside it."""
    restore_from: PostgresRestore | None = None
    """Another instance of this database, beside it, made of its backups: as it was at a `time`, `{time: 2026-11-29T21:40:00Z}`, or
    of a `snapshot`. It answers from the password version on that its `answers_from` names, and the one before is kept."""
    performance_insights: bool = True
    """Keeps seven days of Performance Insights, which is free of charge."""
    monitoring_interval_seconds: Annotated[int, Field(ge=0, le=60), Writes(INSTANCE, "monitoring_interval")] = 60
    """Resolution of enhanced monitoring, in seconds (1, 5, 10, 15, 30, 60); 0 turns it off."""
    log_retention_days: RetentionDays = 90
    """Days that exported logs are kept."""
    database: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$"), Writes(INSTANCE, "db_name")]
    """The database's name."""
    admin_user: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$"), Writes(INSTANCE, "username")]
    """The master user, for the `admin` link."""
    application_user: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,60}$")]
    """The role that has the application's rights. Workloads connect as it with the first password; with later ones as
    `{application_user}_a` and `{application_user}_b` by turns, its members, so that a rotation refuses nobody."""
    two_roles_from: Annotated[int, Field(ge=1)] = 2
    """The first password version that two roles take turns with. Leave it, but in a database that an older twinstack made
    and whose `password_version` was above 1: one more than that."""
    tls: PostgresTls = PostgresTls.VERIFY_FULL
    """How clients treat the server's certificate: `verify-full` checks that it is RDS's own and this instance's; `require`
    encrypts to whoever answers. Every pod that links to the database finds the certificate of RDS's authority in the
    region under `/etc/twinstack`, and the connection's URL names it."""
    ca_bundle: CaBundle | None = None
    """Where images, `client_image` among them, keep a certificate bundle of their own, which is used instead: for a region
    whose certificate this release does not have."""
    password_version: Annotated[int, Field(ge=1)] = 1
    """Adding one makes new passwords for both users."""
    parameters: Annotated[
        dict[Annotated[str, Field(pattern=r"^[a-z_.]+$")], EngineValue],
        Writes("aws_db_parameter_group", "parameter", through="parameter_blocks"),
    ] = Field(default_factory=dict)
    """Further parameters of the instance, applied at the next restart. Logins are not logged, but for refused ones:
    `log_connections: "1"` writes three lines for each into a log that is charged by the gigabyte."""
    replica: PostgresReplica | None = None
    """A copy that answers reads, `{instance_class: db.t4g.medium}`: links with `read` lead to it, under `{FIELD}_REPLICA_URL`.
    Without one they lead to the database itself, so that an environment may do without."""
    blue_green_update: Annotated[bool, Writes(INSTANCE, "blue_green_update.enabled", through="blue_green")] = False
    """Carries out this release's change of machine, version or parameters on a copy, and lets it take over within a minute,
    during the apply. For one release: take it out afterwards, since a rotation of passwords fails beside it."""
    extensions: tuple[ExtensionName, ...] = ()
    """Extensions that the database is to have, `[pg_trgm, vector]`: a Job with the `admin` link makes those that are not there
    before its own command. What the server has to load first (pg_cron, pgaudit) is written into its parameter group, and an
    instance that runs already has to be restarted once: until then that Job fails. To take one out of the list drops nothing."""
    client_image: ClientImage = CLIENT_IMAGE
    """An image with `sh` and psql 15 or later, for the container that makes the application's role before a Job: its
    whole name with an exact tag or digest. Name a copy in a registry of your own where pods reach no other."""
    compose: PostgresComposeOptions = PostgresComposeOptions()
    """How it appears in the local stack."""
    variable: VariableName | None = Field(default=None, json_schema_extra={"base_only": True})
    """The variable that carries the connection; `{FIELD}_URL` unless given."""

    PORT: ClassVar = 5432

    @property
    def identifier(self) -> str:
        """`shadower-analytics`."""
        return self.aws_name

    @property
    def family(self) -> str:
        """The parameter group's family, which follows the engine: `postgres15`."""
        return f"postgres{self.engine_version}"

    @property
    def parameter_blocks(self) -> list[dict[str, str]]:
        """The parameters of its own, as the group has them."""
        return [{"name": name, "value": value} for name, value in self.own_parameters.items()]

    @property
    def own_parameters(self) -> Mapping[str, str]:
        """What its extensions ask of the server, and its `parameters`, which win."""
        return {**server_parameters(self.extensions, self.database), **self.parameters}

    @property
    def former_family(self) -> str | None:
        """The family of the version that an upgrade starts from."""
        return f"postgres{self.upgrade_from}" if self.upgrade_from else None

    @property
    def storage_ceiling_gib(self) -> int:
        """What storage may grow to, in GiB; 0: RDS has not the tenth more that it would grow by first."""
        most = min(2 * self.storage_gib, 65536)
        return self.max_storage_gib or (most if most * 10 >= self.storage_gib * 11 else 0)

    @property
    def blue_green(self) -> bool | None:
        """What its argument says; nothing while it is off."""
        return self.blue_green_update or None

    @property
    def replica_identifier(self) -> str:
        """`shadower-analytics-replica`."""
        return f"{self.identifier}-replica"

    @property
    def reader(self) -> str:
        """Who answers reads: `replica`, or `database` where there is none yet, or none any more."""
        return "replica" if self.replica and self.replica.answers else "database"

    @property
    def replica_variable(self) -> str:
        """The variable that carries the connection to it, `DATABASE_REPLICA_URL`."""
        return f"{self._variable.removesuffix('_URL')}_REPLICA_URL"

    @property
    def replica_connection(self) -> SecretValue:
        """The URL and the parts of that connection, as JSON; made only when a link asks for `read`."""
        return self._secret("replica")

    @property
    def instances(self) -> tuple[int, ...]:
        """The instances that stand, by number: 0 is the first, and each restoration has its own."""
        return instances_of(self.restore_from)

    def answering(self, version: int | None = None) -> int:
        """The number of the instance that connections of this password version, or of the current one, lead to."""
        return who_answers(self.restore_from, version or self.password_version)

    def identifier_of(self, number: int) -> str:
        """`shadower-analytics-restored-1`, of the first restoration; the plain one of the first instance."""
        return f"{self.identifier}-restored-{number}" if number else self.identifier

    def role_of(self, version: int) -> str:
        """The role that workloads connect as with this version of the password: `analytics_user_b` of an even one."""
        if version < self.two_roles_from:
            return self.application_user
        return f"{self.application_user}_{'a' if version % 2 else 'b'}"

    def monitor_of(self, version: int) -> str:
        """The role that its exporter connects as with this version of the password, by turns as `role_of`."""
        ending = "" if version < self.two_roles_from else "_a" if version % 2 else "_b"
        return f"{self.application_user[:LONGEST_MONITORED]}_monitor{ending}"

    @property
    def passwords(self) -> SecretValue:
        """Both users' passwords, as JSON by user name. Only Terraform reads it."""
        return self._secret("passwords")

    @property
    def url(self) -> SecretValue:
        """The application's whole connection URL."""
        return self._secret("url")

    @property
    def admin_url(self) -> SecretValue:
        """The master user's whole connection URL; made only when a link asks for `admin`."""
        return self._secret("admin-url")

    @property
    def monitor_password(self) -> SecretValue:
        """The password of the role that reads figures. Only Terraform reads it; made only when a link asks for `monitor`."""
        return self._secret("monitor-password")

    @property
    def monitor_url(self) -> SecretValue:
        """The whole connection URL of that role."""
        return self._secret("monitor-url")

    @property
    def connection(self) -> SecretValue:
        """The parts of the application's connection, as JSON; made only when a link asks for one of them."""
        return self._secret("connection")

    @property
    def admin_connection(self) -> SecretValue:
        """The parts of the master user's, likewise."""
        return self._secret("admin-connection")

    @property
    def root_certificate(self) -> str:
        """Where pods find the certificate that clients are to check the server's by; empty where they check none."""
        if self.ca_bundle:
            return self.ca_bundle
        return self.certificate.path if self.certificate and self.tls is PostgresTls.VERIFY_FULL else ""

    @property
    def url_options(self) -> str:
        """What ends a connection URL: `?sslmode=verify-full&sslrootcert=/etc/twinstack/database-ca.pem`."""
        bundle = self.root_certificate
        return f"?sslmode={self.tls}" + (f"&sslrootcert={bundle}" if bundle else "")

    @property
    def certificate(self) -> File | None:
        """The root certificate of RDS in the region, where pods find it; None with a bundle in the images, or unknown."""
        if self.ca_bundle:
            return None
        root = roots().get(self.context.region)
        return File(f"{self.key.replace('_', '-')}-ca.pem", root) if root else None

    @property
    def exporter_name(self) -> str:
        """What shows its figures to Prometheus, and the job's name there."""
        return f"{self.compose.name_of(self.key)}-exporter"

    @property
    def key_name(self) -> str:
        """The alias of the key that encrypts it, without `alias/`."""
        return self.aws_name if self.part else self.aws_name_of("database")

    @property
    def security_group_name(self) -> str:
        """What admits the cluster."""
        return f"{self.identifier}-database"

    def log_group_name(self, log: str, *, of_replica: bool = False, number: int = 0) -> str:
        """Where RDS writes this log, one of LOGS, of the instance with this number."""
        return f"/aws/rds/instance/{self.replica_identifier if of_replica else self.identifier_of(number)}/{log}"

    @property
    def monitoring_role_name(self) -> str:
        """The role by which RDS sends the instance's figures."""
        return self.aws_name_of("monitoring" if self.part else "database-monitoring")

    def local(self) -> StandIn:
        from twinstack.postgres.local import stand_in

        return stand_in(self)

    def offer(self, access: Access) -> Offer:
        return offer(self, access)

    @property
    def _variable(self) -> str:
        return self.variable or f"{self.key.upper()}_URL"

    def exporter(self) -> Exporter:
        from twinstack.postgres.monitoring import exporter

        return exporter(self)

    def monitoring(self) -> Monitoring:
        from twinstack.postgres.monitoring import monitoring

        return monitoring(self)

    def names(self) -> Iterator[tuple[str, str]]:
        for number in self.instances:
            yield "RDS instance", self.identifier_of(number)
        yield "RDS subnet group", self.identifier
        for version in {self.engine_version, self.upgrade_from} & STANDARD_SUPPORT_ENDS.keys():
            yield "RDS parameter group", f"{self.identifier}-postgres{version}"
        yield "KMS alias", self.key_name
        yield "security group", self.security_group_name
        for number in self.instances:
            for log in LOGS:
                yield "CloudWatch log group", self.log_group_name(log, number=number)
        if self.replica:
            yield "RDS instance", self.replica_identifier
        yield "IAM role", self.monitoring_role_name
        for secret in (self.passwords, self.url, self.admin_url):
            yield "Secrets Manager secret", secret.name
        for secret in (self.monitor_password, self.monitor_url) if self.is_used_with(Access.MONITOR) else ():
            yield "Secrets Manager secret", secret.name
        for secret in filter(self.delivers, self._on_demand):
            yield "Secrets Manager secret", secret.name

    def rules(self) -> Iterator[Finding]:
        yield from check_fields(self)

    def review(self) -> Iterator[Finding]:
        yield from check_surroundings(self)

    @property
    def _on_demand(self) -> tuple[SecretValue, ...]:
        return (self.connection, self.admin_connection, self.replica_connection)

    def _secret(self, purpose: str) -> SecretValue:
        return SecretValue(self.context.secret_name(self.key, purpose), self.password_version)


LOGS: Final = ("postgresql", "upgrade")
"""The logs that RDS exports."""
LONGEST_MONITORED: Final = 53
"""Of the application's role, in the name of the one that reads figures: PostgreSQL takes 63 characters in all."""
