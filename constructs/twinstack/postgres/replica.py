"""A copy of a database that answers reads, and what RDS asks of a database that has one or that is changed by a copy."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final

from pydantic import Field

from twinstack.environment.maintenance import Apply
from twinstack.environment.model import Finding, Model
from twinstack.environment.writes import Writes

if TYPE_CHECKING:
    from twinstack.postgres.spec import PostgresSpec

LOGICAL_REPLICATION: Final = "rds.logical_replication"


class PostgresReplica(Model):
    """A read replica in the same region: an instance of its own, with the database's storage, key, parameters and users.

    It is a moment behind, and refuses every write. It holds nothing of its own, so nothing protects it from deletion. Source: Amazon RDS User Guide, "Working with read replicas for Amazon RDS for
    PostgreSQL", read in November 2026.
    """

    fixed_arguments: ClassVar[Mapping[str, Mapping[str, Any]]] = {"aws_db_instance": {"engine": "postgres"}}

    instance_class: Annotated[
        str, Field(pattern=r"^db\.[a-z0-9]+\.[a-z0-9]+$"), Writes("aws_db_instance", "instance_class")
    ]
    """The machine, `db.t4g.medium`. One that is much smaller than the database's falls behind when much is written."""
    multi_az: bool = False
    """Keeps a standby of the replica in a second zone."""
    answers: bool = True
    """Whether links with `read` lead to it. In the release before it is taken out: false, so that nobody asks it any more."""


def check_copies(spec: "PostgresSpec") -> Iterator[Finding]:
    """Findings for a replica without backups, and for a blue/green update that RDS or Terraform would not carry out.

    Sources, read in November 2026: Amazon RDS User Guide, "Limitations and considerations for Amazon RDS blue/green
    deployments"; Terraform AWS provider, "Resource: aws_db_instance", "Low-Downtime Updates", and its
    internal/service/rds/instance.go, which switches over during the apply whatever `apply_immediately` says.
    """
    if spec.replica and not spec.backup_retention_days:
        yield Finding(
            "TW719",
            "a replica of a database without backups",
            ("backup_retention_days",),
            "0",
            "1 to 35 days: RDS makes a replica of a backup",
            "keep backups for a day at least, or remove replica",
        )
    if not spec.blue_green_update:
        return
    if spec.replica:
        yield Finding(
            "TW720",
            "a blue/green update of a database with a replica",
            ("blue_green_update",),
            "true, with replica",
            "one of the two: the replica would be left behind, a copy of what is deleted",
            "remove the replica in a release before, and add it again in one after",
        )
    if not spec.backup_retention_days:
        yield Finding(
            "TW720",
            "a blue/green update of a database without backups",
            ("blue_green_update",),
            "true, with backup_retention_days: 0",
            "backups: the copy is made of one",
            "keep backups for a day at least",
        )
    if spec.apply is not Apply.NOW:
        yield Finding(
            "TW720",
            "a blue/green update that would not wait for the window",
            ("apply",),
            f"{spec.apply}, with blue_green_update",
            "now: the copy takes over during the apply",
            "set `apply: now` beside it, for the same release",
        )
    if spec.upgrade_from and spec.own_parameters.get(LOGICAL_REPLICATION) != "1":
        yield Finding(
            "TW720",
            "a blue/green upgrade without logical replication",
            ("parameters",),
            f"{LOGICAL_REPLICATION}: {spec.own_parameters.get(LOGICAL_REPLICATION, 'not set')}",
            f'{LOGICAL_REPLICATION}: "1", set and in force before: another major version is fed by logical replication',
            "set it in a release before, and restart the database",
        )
