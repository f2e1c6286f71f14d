"""What a PostgreSQL database is described by."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, ClassVar, Final

from pydantic import Field

from twinstack.environment.links import Access, Offer, Preparation, Reach, SecretValue, Variable
from twinstack.environment.model import Finding
from twinstack.environment.monitoring import Monitoring
from twinstack.environment.production import relaxed
from twinstack.environment.quantities import (
    DailyWindow,
    PlainText,
    RetentionDays,
    VariableName,
    WeeklyWindow,
    windows_overlap,
)
from twinstack.environment.spec import ResourceSpec
from twinstack.environment.stand_in import ComposeOptions, StandIn
from twinstack.environment.support import check_support
from twinstack.job.spec import JobSpec
from twinstack.postgres.role import role_script


class PostgresTls(StrEnum):
    """How a client treats the server's certificate. The server refuses connections without TLS in any case."""

    REQUIRE = "require"
    VERIFY_FULL = "verify-full"


class PostgresComposeOptions(ComposeOptions):
    """How the database appears in the local stack."""

    prefix: VariableName | None = None
    """Begins its variables in .env: `DB` for `DB_HOST`; the field's name in capitals unless given."""


class PostgresSpec(ResourceSpec):
    """A PostgreSQL instance on RDS, its parameters, its keys and its two credentials.

    Workloads connect as `application_user`, which a Job with the `admin` link makes; the master user is for that Job
    alone. Sources: Amazon RDS User Guide, "Creating a DB instance" and "Quotas and constraints".
    """

    access_levels: ClassVar[tuple[Access, ...]] = (Access.WRITE, Access.ADMIN)

    engine_version: str = "15"
    """PostgreSQL's major version; minor versions are applied by AWS in the maintenance window."""
    instance_class: Annotated[str, Field(pattern=r"^db\.[a-z0-9]+\.[a-z0-9]+$")]
    """The machine, `db.t3.medium`."""
    storage_gib: Annotated[int, Field(ge=20, le=65536)]
    """Storage to begin with, in GiB (gp3)."""
    max_storage_gib: Annotated[int, Field(ge=22, le=65536)] | None = None
    """Storage may grow to this by itself, in GiB; twice `storage_gib` unless given."""
    encrypted: bool = True
    """Encrypts storage, snapshots and Performance Insights with a key of the database's own."""
    multi_az: bool
    """Keeps a standby in a second zone."""
    backup_retention_days: Annotated[int, Field(ge=0, le=35)]
    """Days of backups, for point-in-time recovery; 0 turns them off."""
    backup_window: DailyWindow = "03:00-04:00"
    """When backups are taken, in UTC."""
    maintenance_window: WeeklyWindow = "sun:04:00-sun:05:00"
    """When AWS may restart the instance, in UTC."""
    deletion_protection: bool
    """Makes AWS refuse to delete the instance."""
    final_snapshot: bool = True
    """Takes a snapshot when the instance is deleted."""
    performance_insights: bool = True
    """Keeps seven days of Performance Insights, which is free of charge."""
    monitoring_interval_seconds: Annotated[int, Field(ge=0, le=60)] = 60
    """Resolution of enhanced monitoring, in seconds (1, 5, 10, 15, 30, 60); 0 turns it off."""
    log_retention_days: RetentionDays = 90
    """Days that exported logs are kept."""
    database: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
    """The database's name."""
    admin_user: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
    """The master user, for the `admin` link."""
    application_user: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
    """The role that workloads connect as."""
    tls: PostgresTls = PostgresTls.REQUIRE
    """`verify-full` needs Amazon's certificate bundle in the image, at `ca_bundle`."""
    ca_bundle: Annotated[str, Field(pattern=r"^/[A-Za-z0-9._/-]+$")] | None = None
    """Where the image keeps Amazon's certificate bundle."""
    password_version: Annotated[int, Field(ge=1)] = 1
    """Adding one makes new passwords for both users."""
    parameters: dict[Annotated[str, Field(pattern=r"^[a-z_.]+$")], PlainText] = Field(default_factory=dict)
    """Further parameters of the instance, applied at the next restart."""
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
    def storage_ceiling_gib(self) -> int:
        """What storage may grow to, in GiB."""
        return self.max_storage_gib or min(2 * self.storage_gib, 65536)

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
    def url_options(self) -> str:
        """What ends a connection URL: `?sslmode=require`."""
        bundle = f"&sslrootcert={self.ca_bundle}" if self.ca_bundle else ""
        return f"?sslmode={self.tls}{bundle}"

    @property
    def exporter_name(self) -> str:
        """What shows its figures to Prometheus, and the job's name there."""
        return f"{self.compose.name_of(self.key)}-exporter"

    @property
    def monitoring_role_name(self) -> str:
        """The role by which RDS sends the instance's figures."""
        return self.aws_name_of("monitoring" if self.part else "database-monitoring")

    def local(self) -> StandIn:
        from twinstack.postgres.local import stand_in

        return stand_in(self)

    def offer(self, access: Access) -> Offer:
        variable = self.variable or f"{self.key.upper()}_URL"
        application = Variable(variable, secret=self.url)
        if access is not Access.ADMIN:
            return Offer((application,), Reach.DATABASE_TIER, self.PORT)
        admin = Variable(f"{variable.removesuffix('_URL')}_ADMIN_URL", secret=self.admin_url)
        preparation = Preparation("application-role", self.client_image, role_script(application.name, admin.name))
        return Offer((application, admin), Reach.DATABASE_TIER, self.PORT, preparation)

    @property
    def client_image(self) -> str:
        """An image with psql, of the server's major version or the oldest that the script can do with."""
        return f"{CLIENT_IMAGE}:{max(self.engine_version, OLDEST_CLIENT)}-alpine"

    def monitoring(self) -> Monitoring:
        from twinstack.postgres.monitoring import monitoring

        return monitoring(self)

    def names(self) -> Iterator[tuple[str, str]]:
        yield "RDS instance", self.identifier
        yield "IAM role", self.monitoring_role_name
        for secret in (self.passwords, self.url, self.admin_url):
            yield "Secrets Manager secret", secret.name

    def rules(self) -> Iterator[Finding]:
        if self.backup_retention_days and windows_overlap(self.backup_window, self.maintenance_window):
            yield Finding(
                "TW701",
                "the backup window meets the maintenance window",
                ("backup_window",),
                given=f"backup {self.backup_window}, maintenance {self.maintenance_window}",
                allowed="two windows (UTC) that do not meet",
                fix="move one of them",
            )
        if self.storage_ceiling_gib * 10 < self.storage_gib * 11:
            yield Finding(
                "TW702",
                "storage could not grow",
                ("max_storage_gib",),
                given=f"max_storage_gib {self.storage_ceiling_gib}, storage_gib {self.storage_gib}",
                allowed=f"at least {-(-self.storage_gib * 11 // 10)}, a tenth more than storage_gib",
                fix="raise max_storage_gib",
            )
        for field, user in (("admin_user", self.admin_user), ("application_user", self.application_user)):
            if user in RESERVED_USERS or user.startswith("pg_"):
                yield Finding(
                    "TW703",
                    "a reserved user name",
                    (field,),
                    user,
                    "a name PostgreSQL and RDS do not reserve",
                    f"for example app_{user.removeprefix('pg_')}",
                )
        for name in sorted(KEPT_PARAMETERS & set(self.parameters)):
            yield Finding(
                "TW708",
                "a parameter that is not to be changed",
                ("parameters", name),
                given=f"{name}: {self.parameters[name]}",
                allowed="connections with TLS only",
                fix="remove it",
            )
        if self.admin_user == self.application_user:
            yield Finding(
                "TW704", "the application would connect as the master user", ("application_user",), self.application_user,
                "two different users", "give the application a role of its own",
            )  # fmt: skip
        if self.monitoring_interval_seconds not in MONITORING_INTERVALS:
            yield Finding(
                "TW705", "no interval of enhanced monitoring", ("monitoring_interval_seconds",), str(self.monitoring_interval_seconds),
                ", ".join(map(str, MONITORING_INTERVALS)) + " seconds", "choose one of these",
            )  # fmt: skip
        if self.tls is PostgresTls.VERIFY_FULL and not self.ca_bundle:
            yield Finding(
                "TW706",
                "verify-full without a certificate bundle",
                ("ca_bundle",),
                "none",
                "the bundle's path in the image",
                "set ca_bundle",
            )

    def review(self) -> Iterator[Finding]:
        if self.links and not self.is_used_with(Access.ADMIN):
            has_job = any(isinstance(spec, JobSpec) for spec in self.environment.specs.values())
            yield Finding(
                "TW709",
                f"nobody makes the role {self.application_user} that workloads connect as",
                given=f"links to {self.key}, none of them with `admin`",
                allowed="a Job with the `admin` link, which makes the role and its grants",
                fix=f"give a Job `uses: [{self.key}: admin]`",
                warning=not has_job,  # somebody else may make it
                acknowledgeable=True,
            )
        yield from check_support(
            "PostgreSQL", self.engine_version, STANDARD_SUPPORT_ENDS, self.context.today, ("engine_version",)
        )
        if not self.context.protected:
            return
        if not self.deletion_protection:
            yield relaxed("TW401", "deletion protection", "deletion_protection", False, "true")
        if self.backup_retention_days < SHORTEST_PRODUCTION_BACKUP_DAYS:
            yield relaxed(
                "TW402", "a week of backups", "backup_retention_days", self.backup_retention_days, "7 to 35 days"
            )
        if not self.encrypted:
            yield relaxed("TW403", "encryption at rest", "encrypted", False, "true")
        if not self.multi_az:
            yield relaxed("TW404", "a standby in a second zone", "multi_az", False, "true")
        if not self.final_snapshot:
            yield relaxed("TW405", "a final snapshot", "final_snapshot", False, "true")

    def _secret(self, purpose: str) -> SecretValue:
        return SecretValue(self.context.secret_name(self.key, purpose), self.password_version)


STANDARD_SUPPORT_ENDS: Final = {
    "11": datetime.date(2024, 2, 29),
    "12": datetime.date(2025, 2, 28),
    "13": datetime.date(2026, 2, 28),
    "14": datetime.date(2027, 2, 28),
    "15": datetime.date(2028, 2, 29),
    "16": datetime.date(2029, 2, 28),
    "17": datetime.date(2030, 2, 28),
    "18": datetime.date(2031, 2, 28),
}
"""Source: Amazon RDS for PostgreSQL release calendars."""
KEPT_PARAMETERS: Final = frozenset({"rds.force_ssl", "ssl"})
MONITORING_INTERVALS: Final = (0, 1, 5, 10, 15, 30, 60)
RESERVED_USERS: Final = frozenset(
    {"admin", "postgres", "public", "rdsadmin", "rdsrepladmin", "rds_superuser", "none", "user"}
)
"""Source: Amazon RDS API, CreateDBInstance, "Can't be a reserved word for the chosen database engine"."""
CLIENT_IMAGE: Final = "public.ecr.aws/docker/library/postgres"
"""Docker's official image, from the copy that AWS keeps."""
OLDEST_CLIENT: Final = "15"
"""The first whose psql knows `\\getenv`; it talks to older servers as well. Source: PostgreSQL 15, "Release Notes"."""
SHORTEST_PRODUCTION_BACKUP_DAYS: Final = 7
