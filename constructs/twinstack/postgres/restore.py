"""Another instance, made of the database's backups beside it, which takes its place when it is told to.

An instance cannot be set back: RDS makes another one of a snapshot or of a point in time. Its connections are those of a
version of the passwords, so who takes the place is known version by version: old pods read the old version and stay where
they are, new ones read the new version. Sources: Amazon RDS User Guide, "Restoring a DB instance to a specified time" and
"Restoring to a DB instance"; Terraform AWS provider, internal/service/rds/instance.go, commit 00e4b23. Read in November 2026.
"""

import datetime
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import AfterValidator, Field

from twinstack.environment.model import Finding, Model
from twinstack.environment.writes import Writes
from twinstack.postgres.references import SnapshotName

if TYPE_CHECKING:
    from twinstack.postgres.spec import PostgresSpec

LATEST: Final = "latest"


def _is_point_in_time(text: str) -> str:
    """Refuses what is no moment in UTC. The provider takes a time that it cannot read for none at all."""
    if text == LATEST:
        return text
    try:
        datetime.datetime.strptime(text, FORM)
    except ValueError:
        raise ValueError("a moment in UTC, `2026-11-29T21:40:00Z`, or `latest`") from None
    return text


FORM: Final = "%Y-%m-%dT%H:%M:%SZ"
PointInTime = Annotated[
    str, AfterValidator(_is_point_in_time), Field(json_schema_extra={"examples": ["2026-11-29T21:40:00Z"]})
]


class PostgresRestore(Model):
    """What the further instance is made of, and from when on it answers."""

    time: Annotated[
        PointInTime | None, Writes("aws_db_instance", "restore_to_point_in_time.restore_time", through="moment")
    ] = None
    """A moment within the days of `backup_retention_days`, in UTC, `2026-11-29T21:40:00Z`; `latest`: as late as RDS can, which is
    about five minutes ago."""
    snapshot: Annotated[SnapshotName | None, Writes("aws_db_instance", "snapshot_identifier")] = None
    """Instead of a time: a snapshot of this database, by its name or ARN."""
    answers_from: Annotated[int, Field(ge=2)] | None = None
    """The password version whose connections lead to it: one more than before, in the release that raises `password_version` to
    it. Until then it only stands there, to be looked at."""
    number: Annotated[int, Field(ge=1, le=99)] = 1
    """Which restoration it is, in its name, `{name}-restored-1`: the next one adds one, and is made of this one's instance."""
    keep_former: bool = True
    """Whether Terraform keeps the instance before. Once false it forgets that one and its logs, and deletes nothing."""

    @property
    def moment(self) -> str | None:
        """What its argument says; nothing for the latest one, which is another argument."""
        return None if self.time == LATEST else self.time

    def rules(self) -> Iterator[Finding]:
        if bool(self.time) is bool(self.snapshot):
            yield Finding(
                "TW757",
                "an instance made of nothing, or of two things",
                (),
                given="time and snapshot" if self.time else "neither time nor snapshot",
                allowed="one of the two",
                fix="write the moment, or the snapshot's name",
            )
        if not self.keep_former and self.answers_from is None:
            yield Finding(
                "TW758",
                "nobody would answer",
                ("keep_former",),
                given="keep_former: false, without answers_from",
                allowed="to forget an instance in the release after the one in which another answers",
                fix="let the restored one answer first (answers_from)",
            )


def instances_of(restore: PostgresRestore | None) -> tuple[int, ...]:
    """The instances that stand, by number: 0 is the first, and each restoration has its own."""
    if restore is None:
        return (0,)
    return (restore.number - 1, restore.number) if restore.keep_former else (restore.number,)


def who_answers(restore: PostgresRestore | None, version: int) -> int:
    """The number of the instance that the connections of this password version lead to."""
    if restore is None:
        return 0
    answers = restore.answers_from is not None and version >= restore.answers_from
    return restore.number if answers or not restore.keep_former else restore.number - 1


def check_restore(spec: "PostgresSpec") -> Iterator[Finding]:
    """Findings for an instance that RDS would not make, or that answers before its connections are written."""
    restore = spec.restore_from
    if restore is None:
        return
    if restore.answers_from and restore.answers_from > spec.password_version:
        yield Finding(
            "TW758",
            "an instance that answers from a password version on that there is not yet",
            ("restore_from", "answers_from"),
            given=f"{restore.answers_from}, with password_version {spec.password_version}",
            allowed=f"a version that there is; or {restore.answers_from} with the same password_version",
            fix=f"set `password_version: {restore.answers_from}` in the same release, which switches",
        )
    bound = [name for name in ("replica", "blue_green_update", "upgrade_from") if getattr(spec, name)]
    if bound:
        yield Finding(
            "TW759",
            "a restoration beside what is bound to the instance before",
            ("restore_from",),
            given=", ".join(bound),
            allowed="one after the other: it is made as that instance was, and nothing else follows",
            fix=f"take {' and '.join(bound)} out in a release before",
        )
    if restore.time and not spec.backup_retention_days:
        yield Finding(
            "TW759",
            "a point in time of a database without backups",
            ("restore_from", "time"),
            given=f"{restore.time}, with backup_retention_days: 0",
            allowed="a snapshot",
            fix="name a snapshot",
        )
    if restore.moment and restore.moment[:10] > str(spec.context.today + datetime.timedelta(days=1)):
        yield Finding(
            "TW759",
            "a point in time that is still to come",
            ("restore_from", "time"),
            given=restore.moment,
            allowed="a moment in the past, in UTC, or latest",
            fix="correct the date",
        )
