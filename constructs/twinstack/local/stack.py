"""Everything of the local stack, as files: compose.yaml, .env.example, and what the containers mount."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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

    Raises ConstructionError where a resource's stand-in leaves a variable of its offer without a value, and where two
    stand-ins want one name for two things.
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
    return sorted(chosen.values(), key=lambda service: service.profile or "")


def _entries(stand_ins: Mapping[str, StandIn], shared: Mapping[str, str]) -> Iterator[Entry]:
    for stand_in in stand_ins.values():
        yield from stand_in.entries
    for name, value in shared.items():
        yield Entry("Environment", name, value, OWN.get(name, "set on every workload that needs it"))


COMPOSE: Final = "compose.yaml"
ENV: Final = ".env.example"
OWN: Final = {
    "ENVIRONMENT": "the environment whose values these are",
    "AWS_REGION": "the region that AWS clients are told",
    "BODY_LIMIT_MIB": "the largest request body that a web service takes, in MiB",
}
