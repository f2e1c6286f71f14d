"""Which image has the extensions of a database on a developer's machine, and how they are made there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import Field

from twinstack.environment.links import Access
from twinstack.environment.model import Finding
from twinstack.environment.stand_in import Health
from twinstack.postgres.extensions import CONTRIB, PRELOADED

if TYPE_CHECKING:
    from twinstack.postgres.spec import PostgresSpec

LocalImage = Annotated[
    str,
    Field(
        pattern=r"^[a-z0-9][A-Za-z0-9._:-]*(/[A-Za-z0-9._-]+)*(:[A-Za-z0-9._-]+)?(@sha256:[0-9a-f]{64})?$",
        json_schema_extra={"examples": ["pgvector/pgvector:pg17"]},
    ),
]


def image_of(spec: PostgresSpec) -> str:
    """The image of the server: of the extension's project where PostgreSQL's own has it not."""
    if spec.compose.image:
        return spec.compose.image
    project = _project(spec)
    if project is None:
        return f"postgres:{spec.engine_version}-alpine"
    return project.format(major=spec.engine_version)


def there(spec: PostgresSpec) -> tuple[str, ...]:
    """The extensions that this image has."""
    if spec.compose.image or _project(spec):
        return spec.extensions
    return tuple(name for name in spec.extensions if name in CONTRIB)


def preloaded(spec: PostgresSpec) -> tuple[str, ...]:
    """What the server has to load, which on RDS it does by itself or by its parameter group."""
    return tuple(name for name in there(spec) if name in PRELOADED or name == "pg_stat_statements")


def health(spec: PostgresSpec, user: str, password: str, database: str) -> Health:
    """Whether it answers. The check makes what is missing of extensions and of the role that reads: also in a volume of before."""
    said = f"-U ${{{user}}} -d {database}"
    steps = [f"pg_isready {said}"]
    if made := "".join(f" -c 'CREATE EXTENSION IF NOT EXISTS \"{name}\" CASCADE'" for name in there(spec)):
        steps.append(f"psql -qX -v ON_ERROR_STOP=1 {said}{made}")
    if spec.is_used_with(Access.READ):
        reader = f"${{{user}}}{READER}"
        steps.append(
            f"{{ psql -qXtA {said} -c \"SELECT 'there' FROM pg_roles WHERE rolname = '{reader}'\" | grep -q there "  # noqa: S608
            f"|| psql -qX -v ON_ERROR_STOP=1 {said} -c 'CREATE ROLE \"{reader}\" LOGIN IN ROLE pg_read_all_data' "
            f"-c 'ALTER ROLE \"{reader}\" SET default_transaction_read_only = on' "
            f'-c "ALTER ROLE \\"{reader}\\" PASSWORD \'${{{password}}}\'"; }}'
        )
    return Health((" && ".join(steps),), in_shell=True)


def check_local_image(spec: PostgresSpec) -> Iterator[Finding]:
    """A warning for extensions that the local server is not known to have."""
    if missing := [name for name in spec.extensions if name not in there(spec)]:
        yield Finding(
            "TW765",
            "extensions that the local database does not have",
            ("extensions",),
            given=", ".join(missing),
            allowed="those of PostgreSQL itself, of pgvector, or of PostGIS; or an image that has all of them",
            fix=f"name one: `{spec.key}.compose: {{image: …}}`",
            warning=True,
            acknowledgeable=True,
        )


def _project(spec: PostgresSpec) -> str | None:
    """The image that has those that PostgreSQL's own has not, if one has them all."""
    others = {*spec.extensions} - CONTRIB
    return next((image for names, image in PROJECTS.items() if others and others <= names), None)


READER: Final = "_reader"
"""What ends the name of the role that a link with `read` connects as: the one server stands for the replica too."""
PROJECTS: Final[Mapping[frozenset[str], str]] = {
    frozenset({"vector"}): "pgvector/pgvector:pg{major}",
    frozenset(
        {
            "address_standardizer", "address_standardizer_data_us", "postgis", "postgis_raster", "postgis_tiger_geocoder",
            "postgis_topology",
        }
    ): "postgis/postgis:{major}-3.5",
}  # fmt: skip
"""Sources: the projects' pages on Docker Hub, "pgvector/pgvector" and "postgis/postgis"."""
