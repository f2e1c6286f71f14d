"""Everything of the local stack, as files: compose.yaml, .env.example, and what the containers mount."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Final

from twinstack.environment.base import Environment
from twinstack.environment.spec import WorkloadSpec
from twinstack.environment.stand_in import Entry, Service, StandIn
from twinstack.errors import ConstructionError
from twinstack.local.compose import compose_file
from twinstack.local.env_file import env_file
from twinstack.local.grafana import grafana_service
from twinstack.local.prometheus import prometheus_services
from twinstack.local.workload import service_of, shared_variables


def files_of(environment: Environment) -> Mapping[PurePosixPath, str]:
    """Each generated file's path in the product, and its text.

    Raises ConstructionError where a resource's stand-in leaves a variable of its offer without a value, where a variable
    of a workload would have two, and where two services want one name or one port of the machine.
    """
    stand_ins = {key: spec.local() for key, spec in environment.specs.items()}
    shared = shared_variables(environment)
    services = _services(environment, stand_ins, shared)
    files = {
        COMPOSE: compose_file(environment.product, services),
        ENV: env_file(_entries(stand_ins, shared)),
    }
    return {
        **{PurePosixPath(path): text for path, text in files.items()},
        **{PurePosixPath(file.path): file.text for service in services for file in service.files},
    }


def _services(environment: Environment, stand_ins: Mapping[str, StandIn], shared: Mapping[str, str]) -> list[Service]:
    """Each service once, in the order of the environment; who watches them comes last."""
    members: list[Service] = []
    for key, spec in environment.specs.items():
        members += stand_ins[key].services
        if isinstance(spec, WorkloadSpec):
            members.append(service_of(spec, stand_ins, shared))
    scrapes = sorted((one.scrape for one in members if one.scrape), key=lambda scrape: scrape.job)
    chosen: dict[str, Service] = {}
    for service in (*members, *prometheus_services(environment, scrapes), grafana_service(environment)):
        if chosen.setdefault(service.name, service) != service:
            raise ConstructionError(
                f"{environment.stack_id}: two services of the local stack would be called {service.name}: give one of "
                "them another name with `compose: {name: …}`"
            )
    _check_ports(environment.stack_id, chosen.values())
    return sorted(chosen.values(), key=lambda service: service.profile or "")


def _check_ports(stack_id: str, services: Iterable[Service]) -> None:
    owners: dict[str, list[str]] = {}
    for service in services:
        for port in service.ports:
            default = _DEFAULT.fullmatch(str(port))
            owners.setdefault(default[1] if default else str(port), []).append(service.name)
    lines = [
        f"\n  {' and '.join(names)} would both listen on port {port} of the developer's machine: give one of them another "
        "with `compose: {port: …}`"
        for port, names in owners.items()
        if len(names) > 1
    ]
    if lines:
        raise ConstructionError(f"{stack_id}, local stack:{''.join(lines)}")


def _entries(stand_ins: Mapping[str, StandIn], shared: Mapping[str, str]) -> Iterator[Entry]:
    for stand_in in stand_ins.values():
        yield from stand_in.entries
    for name, value in shared.items():
        yield Entry("Environment", name, value, OWN.get(name, "set on every workload that needs it"))


_DEFAULT: Final = re.compile(r"\$\{[A-Z0-9_]+:-([0-9]+)\}")
COMPOSE: Final = "compose.yaml"
ENV: Final = ".env.example"
OWN: Final = {
    "ENVIRONMENT": "the environment whose values these are",
    "AWS_REGION": "the region that AWS clients are told",
    "BODY_LIMIT_MIB": "the largest request body that a web service takes, in MiB",
}
