"""Writes compose.yaml. Source: Compose Specification."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from twinstack.environment.dumper import dump
from twinstack.environment.stand_in import MONITORING, Service
from twinstack.local.origin import ORIGIN


def compose_file(product: str, services: Iterable[Service]) -> str:
    """The stack of these services, in their order, under the product's name."""
    members = list(services)
    volumes = {volume: {} for service in members for volume in service.volumes}
    document = {"name": product, "services": {service.name: entry(service) for service in members}}
    return _header(members) + dump([document | ({"volumes": volumes} if volumes else {})])


def entry(service: Service) -> dict[str, Any]:
    """One service as Compose writes it, without what is left at its default."""
    source = {"context": service.build, "dockerfile": "Dockerfile"} if service.build else None
    watched = {"watch": [{"action": "rebuild", "path": service.build}]} if service.build else None
    limits = {
        "cpus": f"{service.cpus:g}" if service.cpus else None,
        "memory": f"{service.memory_bytes // _MIB}M" if service.memory_bytes else None,
    }
    keys: dict[str, Any] = {
        "image": service.image,
        "build": source,
        "profiles": [service.profile] if service.profile else None,
        "entrypoint": list(service.entrypoint),
        "command": list(service.command),
        "environment": dict(service.environment),
        "depends_on": {name: {"condition": str(condition)} for name, condition in service.needs.items()},
        "healthcheck": _health(service),
        "ports": [f"127.0.0.1:{outside}:{inside}" for outside, inside in service.ports.items()],
        "network_mode": f"service:{service.network_of}" if service.network_of else None,
        "networks": {"default": {"aliases": list(service.aliases)}} if service.aliases else None,
        "volumes": _volumes(service),
        "user": service.user,
        "read_only": service.is_locked,
        "tmpfs": list(service.temporary) if service.is_locked else None,
        "shm_size": service.shared_memory_bytes,
        "cap_drop": ["ALL"] if service.is_locked else None,
        "cap_add": list(service.capabilities),
        "sysctls": dict(service.sysctls),
        "security_opt": ["no-new-privileges:true"],
        "deploy": {"resources": {"limits": kept}} if (kept := _kept(limits)) else None,
        "stop_grace_period": f"{service.stop_seconds}s" if service.stop_seconds else None,
        "restart": "unless-stopped" if service.restarts else "no",
        "develop": watched,
    }
    return _kept(keys)


def _header(services: Iterable[Service]) -> str:
    """Where it comes from, how it is started, and where it is then found: at whatever nothing else needs."""
    members = list(services)
    needed = {name for service in members for name in service.needs}
    entrances = [
        f"http://localhost:{port}"
        for one in members
        if one.name not in needed and not one.profile
        for port in one.ports
    ]
    is_built = any(one.build for one in members)
    up, aside = ("up --build", "") if is_built else ("up", NOT_BUILT)
    started = f"docker compose --profile {MONITORING} {up}"
    return (
        ORIGIN
        + "# What is yours alone goes into compose.override.yaml.\n"
        + "#   cp .env.example .env\n"
        + f"#   {f'docker compose {up}':<{len(started)}}   {', '.join(entrances)}\n"
        + f"#   {started}   with Prometheus and Grafana\n"
        + aside
    )


def _health(service: Service) -> dict[str, Any] | None:
    health = service.health
    if health is None:
        return None
    return {
        "test": health.test,
        "interval": f"{health.period_seconds}s",
        "timeout": f"{health.timeout_seconds}s",
        "retries": health.retries,
    }


def _volumes(service: Service) -> list[str]:
    return [
        *(f"{volume}:{target}" for volume, target in service.volumes.items()),
        *(f"{source}:{target}:ro" for source, target in service.mounts.items()),
        *(f"./{file}:{target}:ro" for target, file in service.bound_files.items()),
        *(f"./{file.path}:{file.target}:ro" for file in service.files),
    ]


def _kept(keys: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in keys.items() if value not in (None, [], {}, False)}


_MIB: Final = 1024 * 1024


NOT_BUILT: Final = (
    "# Every image is pulled: a workload whose image is built here names its Dockerfile's folder, `build: web`.\n"
)
