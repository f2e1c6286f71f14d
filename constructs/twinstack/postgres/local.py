"""What stands in for the database on a developer's machine: PostgreSQL in a container."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from twinstack.environment.links import Access
from twinstack.environment.stand_in import Entry, Health, Service, StandIn, exporter

if TYPE_CHECKING:
    from twinstack.postgres.spec import PostgresSpec


def stand_in(spec: PostgresSpec) -> StandIn:
    """PostgreSQL of the same major version, its data in a volume, and its exporter under the profile `monitoring`.

    One user is both the master user and the application's, so no role has to be made.
    """
    prefix = spec.compose.prefix or spec.key.upper()
    host, port, database, user, password = (f"{prefix}_{part}" for part in ("HOST", "PORT", "NAME", "USER", "PASSWORD"))
    name = spec.compose.name_of(spec.key)
    host_port = spec.host_port(spec.PORT)
    server = Service(
        name,
        f"postgres:{spec.engine_version}-alpine",
        environment={
            "POSTGRES_USER": f"${{{user}:?copy .env.example to .env}}",
            "POSTGRES_PASSWORD": f"${{{password}:?copy .env.example to .env}}",
            "POSTGRES_DB": f"${{{database}:-{spec.database}}}",
        },
        ports={f"${{{port}:-{host_port}}}": spec.PORT},
        volumes={f"{name}_data": "/var/lib/postgresql/data"},
        health=Health((f"pg_isready -U ${{{user}}} -d ${{{database}:-{spec.database}}}",)),
    )
    figures = exporter(
        spec.exporter_name,
        EXPORTER_IMAGE,
        EXPORTER_PORT,
        of=name,
        environment={
            "DATA_SOURCE_URI": f"{name}:{spec.PORT}/${{{database}:-{spec.database}}}?sslmode=disable",
            "DATA_SOURCE_USER": f"${{{user}}}",
            "DATA_SOURCE_PASS": f"${{{password}}}",
        },
    )

    def url(host: str, port: str, database: str) -> str:
        return f"postgresql://${{{user}}}:${{{password}}}@{host}:{port}/{database}"

    variables = [variable.name for variable in spec.offer(_widest(spec)).variables]
    inside = url(name, str(spec.PORT), f"${{{database}:-{spec.database}}}")
    outside = url(f"${{{host}}}", f"${{{port}}}", f"${{{database}}}")
    return StandIn(
        services=(server, figures),
        variables=dict.fromkeys(variables, inside),
        entries=(
            Entry(GROUP, host, "localhost", "where a process outside the stack finds PostgreSQL"),
            Entry(GROUP, port, str(host_port), "its port on this machine"),
            Entry(GROUP, database, spec.database, "the database"),
            Entry(GROUP, user, spec.application_user, "its user, here the owner as well"),
            Entry(GROUP, password, "local_password", "letters and digits: it stands in a URL", is_secret=True),
            *(
                Entry(
                    GROUP, variable, outside, "made of the lines above, for a process outside the stack", is_secret=True
                )
                for variable in variables
            ),
        ),
    )


def _widest(spec: PostgresSpec) -> Access:
    return Access.ADMIN if spec.is_used_with(Access.ADMIN) else Access.WRITE


GROUP: Final = "Database"
EXPORTER_IMAGE: Final = "quay.io/prometheuscommunity/postgres-exporter:v0.17.1"
EXPORTER_PORT: Final = 9187
