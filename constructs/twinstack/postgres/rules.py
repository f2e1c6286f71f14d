"""What a PostgreSQL database must agree on, with itself and with what is around it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from twinstack.environment.links import Access
from twinstack.environment.model import Finding
from twinstack.environment.production import relaxed
from twinstack.environment.support import check_support
from twinstack.facts.windows import windows_overlap
from twinstack.job.spec import JobSpec
from twinstack.postgres.certificates import PostgresTls, roots
from twinstack.postgres.extensions import check_extensions, check_libraries
from twinstack.postgres.local_image import check_local_image
from twinstack.postgres.references import CLIENT_IMAGE, check_snapshot
from twinstack.postgres.replica import check_copies
from twinstack.postgres.restore import check_restore
from twinstack.postgres.role import RESERVED_USERS
from twinstack.postgres.version import STANDARD_SUPPORT_ENDS, check_upgrade

if TYPE_CHECKING:
    from twinstack.postgres.spec import PostgresSpec


def check_fields(spec: PostgresSpec) -> Iterator[Finding]:
    """What its fields must agree on."""
    if spec.backup_retention_days and windows_overlap(spec.backup_window, spec.maintenance_window):
        yield Finding(
            "TW701",
            "the backup window meets the maintenance window",
            ("backup_window",),
            given=f"backup {spec.backup_window}, maintenance {spec.maintenance_window}",
            allowed="two windows (UTC) that do not meet",
            fix="move one of them",
        )
    if spec.storage_ceiling_gib and spec.storage_ceiling_gib * 10 < spec.storage_gib * 11:
        yield Finding(
            "TW702",
            "storage could not grow",
            ("max_storage_gib",),
            given=f"max_storage_gib {spec.storage_ceiling_gib}, storage_gib {spec.storage_gib}",
            allowed=f"at least {-(-spec.storage_gib * 11 // 10)}, a tenth more than storage_gib",
            fix="raise max_storage_gib, or leave it out where RDS has no more",
        )
    for field, user in (("admin_user", spec.admin_user), ("application_user", spec.application_user)):
        if user in RESERVED_USERS or user.startswith("pg_"):
            yield Finding(
                "TW703",
                "a reserved user name",
                (field,),
                user,
                "a name PostgreSQL and RDS do not reserve",
                f"for example app_{user.removeprefix('pg_')}",
            )
    for name in sorted(name for name in KEPT_PARAMETERS if spec.parameters.get(name, "1") != "1"):
        yield Finding(
            "TW708",
            "a parameter that is not to be changed",
            ("parameters", name),
            given=f"{name}: {spec.parameters[name]}",
            allowed="connections with TLS only",
            fix="remove it",
        )
    yield from check_libraries(spec)
    yield from check_copies(spec)
    if spec.admin_user in {
        spec.application_user,
        *map(spec.role_of, (spec.two_roles_from, spec.two_roles_from + 1)),
    }:
        yield Finding(
            "TW704", "the application would connect as the master user", ("application_user",), spec.application_user,
            "two different users", "give the application a role of its own",
        )  # fmt: skip


def check_surroundings(spec: PostgresSpec) -> Iterator[Finding]:
    """What it and the rest of its environment must agree on, and what production gives up."""
    if spec.upgrade_from and spec.engine_version in STANDARD_SUPPORT_ENDS:
        yield from check_upgrade(spec.upgrade_from, spec.engine_version)
    yield from _certificate(spec)
    if spec.links and not spec.is_used_with(Access.ADMIN):
        has_job = any(isinstance(other, JobSpec) for other in spec.environment.specs.values())
        yield Finding(
            "TW709",
            f"nobody makes the role {spec.application_user} that workloads connect as",
            given=f"links to {spec.key}, none of them with `admin`",
            allowed="a Job with the `admin` link, which makes the role and its grants",
            fix=f"give a Job `uses: [{spec.key}: admin]`",
            warning=not has_job,  # somebody else may make it
            acknowledgeable=True,
        )
    yield from check_extensions(spec)
    yield from check_local_image(spec)
    yield from check_snapshot(spec.restore_from_snapshot, spec.context.region, ("restore_from_snapshot",))
    if spec.restore_from:
        yield from check_snapshot(spec.restore_from.snapshot, spec.context.region, ("restore_from", "snapshot"))
    yield from check_restore(spec)
    yield from check_support(
        "PostgreSQL", spec.engine_version, STANDARD_SUPPORT_ENDS, spec.context.today, ("engine_version",)
    )
    if not spec.context.protected:
        return
    if not spec.deletion_protection:
        yield relaxed("TW401", "deletion protection", "deletion_protection", False, "true")
    if spec.backup_retention_days < SHORTEST_PRODUCTION_BACKUP_DAYS:
        yield relaxed("TW402", "a week of backups", "backup_retention_days", spec.backup_retention_days, "7 to 35 days")
    if not spec.encrypted:
        yield relaxed("TW403", "encryption at rest", "encrypted", False, "true")
    if not spec.multi_az:
        yield relaxed("TW404", "a standby in a second zone", "multi_az", False, "true")
    if not spec.final_snapshot:
        yield relaxed("TW405", "a final snapshot", "final_snapshot", False, "true")


def _certificate(spec: PostgresSpec) -> Iterator[Finding]:
    if spec.tls is not PostgresTls.VERIFY_FULL:
        if spec.context.protected:
            yield relaxed("TW713", "clients that know the database by its certificate", "tls", spec.tls, "verify-full")
    elif not spec.certificate and not spec.ca_bundle:
        yield Finding(
            "TW706",
            "no certificate of RDS is known for this region",
            ("ca_bundle",),
            given=f"none, in {spec.context.region}",
            allowed="the path in the images of Amazon's bundle, or a region of " + ", ".join(roots()),
            fix="put Amazon's bundle into the images, client_image too, and set ca_bundle",
        )
    elif spec.ca_bundle and spec.is_used_with(Access.ADMIN) and spec.client_image == CLIENT_IMAGE:
        yield Finding(
            "TW714",
            "the image that makes the role has no certificate bundle",
            ("client_image",),
            given=spec.client_image,
            allowed=f"an image with psql and {spec.ca_bundle}",
            fix="name one, or remove ca_bundle: the library brings the region's certificate",
        )


KEPT_PARAMETERS: Final = frozenset({"rds.force_ssl", "ssl"})
SHORTEST_PRODUCTION_BACKUP_DAYS: Final = 7
