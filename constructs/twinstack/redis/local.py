"""What stands in for the cache on a developer's machine: Redis or Valkey in a container."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from twinstack.environment.stand_in import Entry, Health, Service, StandIn, exporter
from twinstack.redis.databases import OWN, others
from twinstack.redis.monitoring import EXPORTER_IMAGE, EXPORTER_PORT

if TYPE_CHECKING:
    from twinstack.redis.spec import RedisSpec


def stand_in(spec: RedisSpec) -> StandIn:
    """The same engine and major version, with the same memory policy and events, its data in a volume, and its exporter."""
    name = spec.compose.name_of(spec.key)
    port = spec.host_port(spec.PORT)
    server = Service(
        name,
        f"{IMAGES[spec.engine]}:{spec.engine_version.split('.')[0]}-alpine",
        command=(
            f"{spec.engine}-server",
            "--appendonly",
            "yes",
            "--maxmemory-policy",
            spec.max_memory_policy,
            *((f"--{EVENTS}", spec.parameters[EVENTS]) if EVENTS in spec.parameters else ()),
        ),
        ports={port: spec.PORT},
        volumes={f"{name}_data": "/data"},
        health=Health((f"{spec.engine}-cli", "ping")),
    )
    figures = exporter(
        spec.exporter_name,
        EXPORTER_IMAGE,
        EXPORTER_PORT,
        of=name,
        environment={"REDIS_ADDR": f"redis://{name}:{spec.PORT}"},
    )
    offer = spec.offer(spec.access_levels[0])
    numbers = dict(zip((one.name for one in offer.variables), (OWN, *others(spec).values()), strict=True))
    values = {"host": name, "port": str(spec.PORT), "database": "0", "password": "", "tls": "false"}
    on_machine = {**values, "host": "localhost", "port": str(port)}
    return StandIn(
        services=(server, figures),
        variables={
            **{one: f"redis://{name}:{spec.PORT}/{number}" for one, number in numbers.items()},
            **{one.name: values[one.part] for one in offer.parts},
        },
        entries=tuple(
            Entry(
                GROUP,
                one,
                f"redis://localhost:{port}/{number}",
                "for a process outside the stack; in the cluster it holds a password",
                is_secret=True,
            )
            for one, number in numbers.items()
        ),
        parts=tuple(
            Entry(
                GROUP,
                one.name,
                on_machine[one.part],
                f"{one.part} of the connection, for a process outside the stack",
                is_secret=one.secret is not None,
            )
            for one in offer.parts
        ),
    )


GROUP: Final = "Redis"
EVENTS: Final = "notify-keyspace-events"
"""The one further parameter that a program notices: without it, nothing that it waits for comes."""
IMAGES: Final = {"redis": "redis", "valkey": "valkey/valkey"}
