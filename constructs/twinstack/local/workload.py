"""A workload's container in the local stack: the same image, user, limits and variables as in the cluster."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from twinstack.environment.base import Environment
from twinstack.environment.container import port_sysctls
from twinstack.environment.folders import TEMPORARY_FOLDER
from twinstack.environment.quantities import cpu_millis, memory_bytes
from twinstack.environment.spec import WorkloadSpec
from twinstack.environment.stand_in import Condition, Entry, Service, StandIn, literal
from twinstack.errors import ConstructionError


def service_of(spec: WorkloadSpec, stand_ins: Mapping[str, StandIn]) -> Service:
    """The Compose service. Raises ConstructionError where a link offers a variable that nothing fills here, and for one with two values."""
    limits = spec.resources.limits
    run = spec.local_run()
    return Service(
        spec.compose_name,
        spec.image_reference("local" if spec.build else spec.context.version),
        build=f"./{spec.build}" if spec.build else None,
        entrypoint=tuple(map(literal, spec.command)),
        environment=variables_of(spec, stand_ins),
        aliases=(spec.kubernetes_name,) if run.port or run.scrape else (),
        ports={spec.host_port(run.port): run.port} if run.port else {},
        bound_files={path: file for path, one in spec.mounted_files.items() if (file := one.local_file)},
        needs=_needs(spec, stand_ins),
        health=run.health,
        user=str(spec.user),
        is_locked=True,
        temporary=(TEMPORARY_FOLDER, *spec.writable_folders),
        shared_memory_bytes=memory_bytes(spec.shared_memory) if spec.shared_memory else None,
        sysctls=port_sysctls(run.port, run.scrape.port if run.scrape else None),
        cpus=cpu_millis(limits.cpu) / 1000 if limits.cpu else None,
        memory_bytes=memory_bytes(limits.memory),
        stop_seconds=run.stop_seconds,
        restarts=not run.ends,
        scrape=run.scrape,
    )


def variables_of(spec: WorkloadSpec, stand_ins: Mapping[str, StandIn]) -> dict[str, str]:
    """What the cluster sets, with the values of this machine."""
    variables = {name: literal(value) for name, value in spec.own_variables.items()}
    for name, source in spec.variables_from.items():
        variables[name] = f"${{{name}:?copy .env.example to .env}}" if source.example else f"${{{name}-}}"
    for prefix, one in spec.variables_by_prefix.items():
        for name in one.examples:
            variables[f"{prefix}{name}"] = f"${{{prefix}{name}-}}"
    filled_by: dict[str, str] = {}
    for link in spec.links:
        filled = stand_ins[link.resource.key].variables
        own = {variable.part: variable.name for variable in link.made.everything}
        offered = {variable.name: own[variable.part] for variable in link.offer.variables}
        if missing := sorted({name for name in offered.values() if name not in filled}):
            raise ConstructionError(
                f"{spec.environment.stack_id}: {link.resource.key} offers {', '.join(missing)} to {spec.key}, but its "
                f"stand-in on a developer's machine fills {', '.join(filled) or 'nothing'}: give "
                f"{type(link.resource).__name__}.local() a value for each variable of offer()"
            )
        every = {
            variable.name
            for access in link.resource.access_levels
            for variable in link.resource.offer(access).everything
        }
        given = [
            (name, value)
            for source, value in filled.items()
            for name in (*(one for one, own_name in offered.items() if own_name == source), *({source} - every))
        ]
        for name, value in given:
            first = filled_by.setdefault(name, link.resource.key)
            if first != link.resource.key and variables[name] != value:
                raise ConstructionError(
                    f"{spec.environment.stack_id}: on a developer's machine {first} gives {spec.key} {name}="
                    f"{variables[name]}, and {link.resource.key} gives it {value}: let one server stand in for all of a "
                    f"type (`self.environment.find_all({type(link.resource).__name__})` in its stand-in), or name the "
                    "variables apart"
                )
            variables[name] = value
    return variables


def shared_variables(environment: Environment) -> dict[str, str]:
    """The variables that no link delivers and that have one value wherever they are set."""
    values: dict[str, set[str]] = {}
    for workload in environment.workloads:
        for name, value in workload.own_variables.items():
            values.setdefault(name, set()).add(value)
    return {name: next(iter(found)) for name, found in values.items() if len(found) == 1}


def entries_elsewhere(spec: WorkloadSpec) -> Iterator[Entry]:
    """Lines of .env.example for the variables whose values somebody else keeps."""
    for name, source in spec.variables_from.items():
        yield Entry(
            "From elsewhere", name, source.example, f"{source.key} of {source.title}", is_secret=bool(source.secret)
        )
    for prefix, one in spec.variables_by_prefix.items():
        for name, example in one.examples.items():
            yield Entry("From elsewhere", f"{prefix}{name}", example, f"of {one.title}", is_secret=bool(one.secret))


def _needs(spec: WorkloadSpec, stand_ins: Mapping[str, StandIn]) -> dict[str, Condition]:
    """What has to run first: each linked resource, and the Job that prepares one of them."""
    needs: dict[str, Condition] = {}
    for link in spec.links:
        if isinstance(link.resource, WorkloadSpec):
            needs[link.resource.compose_name] = Condition.STARTED
        for service in stand_ins[link.resource.key].services[:1]:
            needs[service.name] = Condition.HEALTHY if service.health else Condition.STARTED
        for other in link.resource.links:
            run = other.workload.local_run()
            if run.ends and not run.comes_last and other.offer.preparation and other.workload is not spec:
                needs[other.workload.compose_name] = Condition.DONE
    if spec.local_run().comes_last:
        for workload in spec.environment.workloads:
            if not workload.local_run().ends:
                needs.setdefault(workload.compose_name, Condition.STARTED)
    return needs
