"""Names of what is elsewhere: the image with psql, a certificate bundle in images, and a snapshot to restore from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from twinstack.environment.exact_image import is_exact
from twinstack.environment.links import FILES_FOLDER
from twinstack.environment.model import Finding

CLIENT_IMAGE: Final = "public.ecr.aws/docker/library/postgres:18.4-alpine"
"""Docker's official image, from the copy that AWS keeps, of the release of May 2026. Its psql talks to every older server,
and one before 15 knows no `\\getenv`. Source: PostgreSQL 18, "psql", "Notes"; PostgreSQL 15, "Release Notes"."""


SNAPSHOT: Final = re.compile(r"(arn:aws:rds:[a-z0-9-]+:[0-9]{12}:snapshot:)?(rds:)?[A-Za-z](?!.*--)[A-Za-z0-9-]*(?<!-)")
"""Those that AWS takes by itself begin with `rds:`."""


def _is_snapshot(name: str) -> str:
    if not SNAPSHOT.fullmatch(name):
        raise ValueError(
            "a snapshot's name or ARN, `shadower-analytics-final-0f3a9b12` or `rds:shadower-analytics-2026-11-28-03-05`"
        )
    return name


def check_snapshot(name: str | None, region: str, place: tuple[str, ...]) -> Iterator[Finding]:
    """A finding for a snapshot in another region, which RDS cannot restore from: it has to be copied first.

    Source: Amazon RDS User Guide, "Copying a DB snapshot", read in November 2026.
    """
    if name and name.startswith("arn:") and name.split(":")[3] != region:
        yield Finding(
            "TW715",
            "a snapshot of another region",
            place,
            name,
            f"a snapshot in {region}",
            f"copy it (`aws rds copy-db-snapshot --region {region}`), and name the copy",
        )


def _is_in_an_image(path: str) -> str:
    if path.startswith(HIDDEN):
        raise ValueError("a path in the images that no volume lies over: pods mount theirs at " + ", ".join(HIDDEN))
    return path


HIDDEN: Final = ("/tmp/", f"{FILES_FOLDER}/", "/mnt/secrets-store/")  # noqa: S108  what pods mount there
CaBundle = Annotated[str, Field(pattern=r"^(/[A-Za-z0-9_-][A-Za-z0-9._-]*)+$"), AfterValidator(_is_in_an_image)]
ClientImage = Annotated[str, AfterValidator(is_exact), Field(json_schema_extra={"examples": [CLIENT_IMAGE]})]
SnapshotName = Annotated[
    str, AfterValidator(_is_snapshot), Field(json_schema_extra={"examples": ["shadower-analytics-final-0f3a9b12"]})
]
