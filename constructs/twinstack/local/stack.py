"""Everything of the local stack, as files: compose.yaml, .env.example, and what the containers mount."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Final

from twinstack.environment.base import Environment
from twinstack.environment.spec import WorkloadSpec
from twinstack.environment.stand_in import Entry, Service, StandIn
from twinstack.errors import ConstructionError
from twinstack.local.companions import pod_services
from twinstack.local.compose import compose_file
from twinstack.local.env_file import env_file
from twinstack.local.grafana import grafana_service
from twinstack.local.prometheus import prometheus_services
from twinstack.local.workload import entries_elsewhere, service_of, shared_variables


def files_of(environment: Environment) -> Mapping[PurePosixPath, str]:
    """Each generated file's path in the product, and its text.

    Raises ConstructionError where a resource's stand-in leaves a variable of its offer without a value, where a variable
    of a workload would have two, and where two services want one name or one port of the machine.
    """
    stand_ins = {key: spec.local() for key, spec in environment.specs.items()}
    services = _services(environment, stand_ins)
    compose = compose_file(environment.product, services)
    entries = _entries(environment, stand_ins, shared_variables(environment))
    files = {COMPOSE: compose, ENV: env_file(entries, read_by_compose=set(_NAMED.findall(compose)))}
    return {
        **{PurePosixPath(path): text for path, text in files.items()},
        **{PurePosixPath(file.path): file.text for service in services for file in service.files},
    }


def _services(environment: Environment, stand_ins: Mapping[str, StandIn]) -> list[Service]:
    """Each service once, in the order of the environment; who watches them comes last."""
    members: list[Service] = []
    for key, spec in environment.specs.items():
        members += stand_ins[key].services
        if isinstance(spec, WorkloadSpec) and spec.local_run().is_run:
            members += pod_services(spec, service_of(spec, stand_ins))
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


def _entries(environment: Environment, stand_ins: Mapping[str, StandIn], shared: Mapping[str, str]) -> Iterator[Entry]:
    known: set[str] = {*shared}
    for key, stand_in in stand_ins.items():
        for line in _lines(environment, key, stand_in):
            known.add(line.name)
            yield line
    for workload in environment.workloads:  # what has a line already has its value there
        yield from (line for line in entries_elsewhere(workload) if line.name not in known)
    for name, value in shared.items():
        yield Entry("Environment", name, value, OWN.get(name, "set on every workload that needs it"))


def _lines(environment: Environment, key: str, stand_in: StandIn) -> Iterator[Entry]:
    """The stand-in's own lines, but for variables that nobody is given, and one for each other name that a link has."""
    run = [link for link in environment.links if link.resource.key == key and link.workload.local_run().is_run]
    links = [link for link in run if link.names]
    given = {one.name for link in run for one in link.offer.variables}
    renamed = {one.name for link in links for one in link.made.variables} - given
    text = repr((stand_in.services, stand_in.variables))
    kept = [line for line in stand_in.entries if line.name not in renamed or f"${{{line.name}" in text]
    yield from kept
    known = {line.name: line for line in (*stand_in.entries, *stand_in.parts)}
    for link in links:
        own = {variable.part: variable.name for variable in link.made.everything}
        for variable in link.offer.variables:
            line = known.get(own[variable.part])
            # An input that is called as the variable is its line already.
            if line is None or variable.name == line.name or line.example == f"${{{variable.name}}}":
                continue
            comment = f"{line.name} by another name: {line.comment}" if line in kept else line.comment
            yield replace(line, name=variable.name, comment=comment)


_NAMED: Final = re.compile(r"(?<!\$)(?:\$\$)*\$\{([A-Za-z_][A-Za-z0-9_]*)")
"""A variable that Compose asks .env for."""
_DEFAULT: Final = re.compile(r"\$\{[A-Z0-9_]+:-([0-9]+)\}")
COMPOSE: Final = "compose.yaml"
ENV: Final = ".env.example"
OWN: Final = {
    "ENVIRONMENT": "the environment whose values these are",
    "AWS_REGION": "the region that AWS clients are told",
    "BODY_LIMIT_MIB": "the largest request body that a web service takes, in MiB",
}
