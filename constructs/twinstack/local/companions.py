"""The containers beside a workload's own, in the local stack: services that share its folders, and a sidecar its network.

There a sidecar starts after the workload's own container, whose network it is in; what must not be missed meanwhile is tried
again, as it is after a restart. Source: Compose Specification, "network_mode", "depends_on".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from twinstack.environment.companions import Companion
from twinstack.environment.folders import volume_names
from twinstack.environment.quantities import cpu_millis, memory_bytes
from twinstack.environment.shared_folders import shared_folders
from twinstack.environment.spec import WorkloadSpec
from twinstack.environment.stand_in import Condition, Health, Service, literal


def pod_services(spec: WorkloadSpec, own: Service) -> Iterator[Service]:
    """The workload's own service, after what it needs of its pod: its folders, init containers, and the sidecars after it."""
    folders = kept_folders(spec)
    looked_at = {f"shared-{one.claim}": f"{one.path}:ro" for one in shared_folders(spec) if not one.is_writable}
    own = replace(own, volumes={**own.volumes, **looked_at})
    if not spec.companions and not folders:
        yield own
        return
    temporary = tuple(path for path in own.temporary if path not in folders.values())
    own = replace(own, volumes={**own.volumes, **folders}, temporary=temporary)
    ready: dict[str, Condition] = {}
    if folders:
        owner = _owner(spec, folders)
        yield owner
        ready[owner.name] = Condition.DONE
    own = replace(own, needs={**own.needs, **ready})
    for name, one in spec.init_containers.items():
        first = _service(spec, own, name, one)
        yield replace(first, needs=own.needs, restarts=False, stop_seconds=None)
        own = replace(own, needs={**own.needs, first.name: Condition.DONE})
    yield own
    for name, one in spec.sidecars.items():
        beside = _service(spec, own, name, one)
        command = one.health.command if one.health else ()
        yield replace(
            beside,
            network_of=own.name,
            needs={own.name: Condition.STARTED},
            health=Health(tuple(map(literal, command))) if command else None,
            restarts=own.restarts,
        )


def kept_folders(spec: WorkloadSpec) -> dict[str, str]:
    """The named volumes of its folders that outlive or are shared by containers, and where they are mounted."""
    kept = {f"{spec.compose_name}-{name}": one.path for name, one in spec.kept_volumes.items()}
    kept |= {f"shared-{one.claim}": one.path for one in shared_folders(spec) if one.is_writable}
    if not spec.companions:
        return kept
    names = volume_names(spec.writable_folders)
    return kept | {f"{spec.compose_name}-folder-{name}": path for path, name in names.items()}


def _owner(spec: WorkloadSpec, folders: Mapping[str, str]) -> Service:
    """Gives the folders to the workload's user: Docker makes a volume as root."""
    return Service(
        f"{spec.compose_name}-folders",
        IMAGE,
        entrypoint=("chown", f"{spec.user}:{spec.user}", *folders.values()),
        volumes=folders,
        user="0:0",
        is_locked=True,
        capabilities=("CHOWN",),
        restarts=False,
    )


def _service(spec: WorkloadSpec, own: Service, name: str, one: Companion) -> Service:
    limits = one.resources.limits
    variables = {key: literal(value) for key, value in one.environment_variables.items()}
    return Service(
        f"{spec.compose_name}-{name}",
        one.image_reference(spec.context.version),
        entrypoint=tuple(map(literal, one.command)),
        environment={**(own.environment if one.shares_variables else {}), **variables},
        volumes=own.volumes,
        bound_files=own.bound_files,
        user=f"{one.user or spec.user}:{spec.user}",
        is_locked=True,
        temporary=own.temporary,
        cpus=cpu_millis(limits.cpu) / 1000 if limits.cpu else None,
        memory_bytes=memory_bytes(limits.memory),
        stop_seconds=own.stop_seconds,
    )


IMAGE: Final = "docker.io/library/busybox:1.37.0"
