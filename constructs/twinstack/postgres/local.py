"""What stands in for the database on a developer's machine: PostgreSQL in a container."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from twinstack.environment.links import Access, Offer, Variable
from twinstack.environment.stand_in import Entry, Service, StandIn, exporter, literal
from twinstack.postgres.local_image import READER, health, image_of, preloaded
from twinstack.postgres.monitoring import EXPORTER_IMAGE, EXPORTER_PORT

if TYPE_CHECKING:
    from twinstack.postgres.spec import PostgresSpec


def stand_in(spec: PostgresSpec) -> StandIn:
    """PostgreSQL of the same major version, its data in a volume, and its exporter under the profile `monitoring`.

    One user is both the master user and the application's, so no role has to be made. Compose puts the URL together and
    cannot percent-encode, so the server does not start with a password that would lead elsewhere in a URL, and says so.
    """
    prefix = spec.compose.prefix or spec.key.upper()
    host, port, database, user, password = (f"{prefix}_{part}" for part in ("HOST", "PORT", "NAME", "USER", "PASSWORD"))
    name = spec.compose.name_of(spec.key)
    host_port = spec.host_port(spec.PORT)
    server = Service(
        name,
        image_of(spec),
        entrypoint=("sh", "-c", literal(CHECK.format(f"{user}, {password}, {database}") + _start(spec))),
        environment={
            "POSTGRES_USER": f"${{{user}:?copy .env.example to .env}}",
            "POSTGRES_PASSWORD": f"${{{password}:?copy .env.example to .env}}",
            "POSTGRES_DB": f"${{{database}:-{spec.database}}}",
        },
        ports={f"${{{port}:-{host_port}}}": spec.PORT},
        volumes={f"{name}_data": "/var/lib/postgresql/data"},
        health=health(spec, user, password, f"${{{database}:-{spec.database}}}"),
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

    def url(host: str, port: str, database: str, *, ending: str = "") -> str:
        return f"postgresql://${{{user}}}{ending}:${{{password}}}@{host}:{port}/{database}"

    on_demand = spec.offer(Access.ADMIN).parts
    reads = spec.offer(Access.READ) if spec.is_used_with(Access.READ) else Offer()
    credentials = {"user": f"${{{user}}}", "password": f"${{{password}}}", "sslmode": "prefer", "sslrootcert": ""}
    in_stack = {"host": name, "port": str(spec.PORT), "name": f"${{{database}:-{spec.database}}}", **credentials}
    on_machine = {"host": f"${{{host}}}", "port": f"${{{port}}}", "name": f"${{{database}}}", **credentials}
    variables = [variable.name for variable in spec.offer(_widest(spec)).variables]
    inside = url(name, str(spec.PORT), f"${{{database}:-{spec.database}}}")
    outside = url(f"${{{host}}}", f"${{{port}}}", f"${{{database}}}")
    reader = {"user": f"${{{user}}}{READER}"}
    reads_inside = url(name, str(spec.PORT), f"${{{database}:-{spec.database}}}", ending=READER)
    reads_outside = url(f"${{{host}}}", f"${{{port}}}", f"${{{database}}}", ending=READER)
    return StandIn(
        services=(server, figures),
        variables={
            **dict.fromkeys((*variables, spec.offer(Access.MONITOR).variables[0].name), inside),
            **{one.name: in_stack[one.part.removeprefix("admin_")] for one in on_demand},
            **{one.name: reads_inside for one in reads.variables},
            **{one.name: (in_stack | reader)[one.part] for one in reads.parts},
        },
        entries=(
            Entry(GROUP, host, "localhost", "where a process outside the stack finds PostgreSQL"),
            Entry(GROUP, port, str(host_port), "its port on this machine"),
            Entry(GROUP, database, spec.database, "the database"),
            Entry(GROUP, user, spec.application_user, "its user, here the owner as well"),
            Entry(
                GROUP,
                password,
                "local_password",
                "letters, digits and . _ ~ - alone: it stands in a URL",
                is_secret=True,
            ),
            *(
                Entry(GROUP, variable, outside, "made of the lines above", is_secret=True, names_others=True)
                for variable in variables
            ),
            *(
                Entry(
                    GROUP,
                    one.name,
                    reads_outside,
                    "the same server, by a role that reads",
                    is_secret=True,
                    names_others=True,
                )
                for one in reads.variables
            ),
        ),
        parts=(
            *(_part(one, on_machine[one.part.removeprefix("admin_")]) for one in on_demand),
            *(_part(one, (on_machine | reader)[one.part]) for one in reads.parts),
        ),
    )


def _part(one: Variable, value: str) -> Entry:
    return Entry(
        GROUP,
        one.name,
        value,
        f"{one.part} of the connection, for a process outside the stack",
        is_secret=one.secret is not None,
        names_others="${" in value,
    )


def _start(spec: PostgresSpec) -> str:
    libraries = preloaded(spec)
    options = f" -c shared_preload_libraries={','.join(libraries)}" if libraries else ""
    cron = ' -c cron.database_name="$POSTGRES_DB"' if "pg_cron" in libraries else ""
    return f"exec docker-entrypoint.sh postgres{options}{cron}\n"


def _widest(spec: PostgresSpec) -> Access:
    return Access.ADMIN if spec.is_used_with(Access.ADMIN) else Access.WRITE


GROUP: Final = "Database"
CHECK: Final = """\
case "$POSTGRES_USER$POSTGRES_PASSWORD$POSTGRES_DB" in
*[!A-Za-z0-9._~-]*) echo "{} of .env stand in a URL: letters, digits and . _ ~ - alone" >&2; exit 1 ;;
esac
"""
