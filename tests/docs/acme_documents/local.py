"""What stands in for it on a developer's machine: MongoDB."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinstack.local import Entry, Health, Service, StandIn

if TYPE_CHECKING:
    from acme_documents.spec import DocumentsSpec


def stand_in(spec: DocumentsSpec) -> StandIn:
    """A server of its own, called after the field."""
    name, port = spec.compose.name_of(spec.key), spec.host_port(spec.PORT)
    (variable,) = spec.offer(spec.access_levels[0]).variables
    server = Service(
        name,
        "mongo:7",
        ports={port: spec.PORT},
        volumes={f"{name}_data": "/data/db"},
        health=Health(("mongosh", "--quiet", "--eval", "db.adminCommand('ping')")),
    )
    comment = "for a process outside the stack; in the cluster it holds a password"
    return StandIn(
        services=(server,),
        variables={variable.name: f"mongodb://{name}:{spec.PORT}"},
        entries=(Entry("Documents", variable.name, f"mongodb://localhost:{port}", comment, is_secret=True),),
    )
