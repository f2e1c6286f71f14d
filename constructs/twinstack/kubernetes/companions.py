"""The containers that stand beside a workload's own in its pods.

A sidecar is an init container that is restarted for ever: it starts in its turn and stays. The classes of Kubernetes 1.27 do
not know the field that says so, and it is put where they have written. Source: Kubernetes, "Sidecar Containers".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from cdk8s_plus_27 import k8s

from twinstack.environment import Environment, WorkloadSpec
from twinstack.environment.companions import Companion, Sidecar
from twinstack.environment.pod_template import pod_template_of
from twinstack.kubernetes.container import sized, unprivileged
from twinstack.kubernetes.elsewhere import prefixed_variables
from twinstack.kubernetes.expansion import literal
from twinstack.kubernetes.files import VOLUME as FILES
from twinstack.kubernetes.labels import selector
from twinstack.kubernetes.probes import service_health
from twinstack.kubernetes.secrets import VOLUME as SECRETS


def companions(
    spec: WorkloadSpec, variables: Sequence[k8s.EnvVar], mounts: Sequence[k8s.VolumeMount]
) -> list[k8s.Container]:
    """Sidecars and then init containers, in the order in which they start. `variables` and `mounts` are the workload's own."""
    return [_container(spec, name, one, variables, mounts) for name, one in spec.companions.items()]


def with_sidecars(manifests: Sequence[Any], environment: Environment) -> Sequence[Any]:
    """The manifests, with every sidecar told to stay."""
    for workload in environment.workloads:
        for container in _first_containers(manifests, selector(workload)) if workload.sidecars else ():
            if container["name"] in workload.sidecars:
                container["restartPolicy"] = "Always"
    return manifests


def _first_containers(manifests: Sequence[Any], labels: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    for manifest in manifests:
        template = pod_template_of(manifest)
        if template and labels.items() <= (template["metadata"].get("labels") or {}).items():
            yield from template["spec"].get("initContainers") or ()


def _container(
    spec: WorkloadSpec,
    name: str,
    one: Companion,
    variables: Sequence[k8s.EnvVar],
    mounts: Sequence[k8s.VolumeMount],
) -> k8s.Container:
    health = (
        service_health(one.health, port=one.port or 0, start_seconds=one.start_seconds)
        if isinstance(one, Sidecar) and one.health
        else None
    )
    port = one.port if isinstance(one, Sidecar) else None
    return k8s.Container(
        name=name,
        image=one.image_reference(spec.context.version),
        image_pull_policy="IfNotPresent",
        command=[*map(literal, one.command)] or None,
        ports=[k8s.ContainerPort(container_port=port)] if port else None,
        env=_variables(one, variables),
        env_from=prefixed_variables(spec) if one.shares_variables else None,
        resources=sized(one.resources, one.resources.limits.ephemeral_storage or spec.ephemeral_storage_limit),
        startup_probe=health.startup if health else None,
        liveness_probe=health.liveness if health else None,
        readiness_probe=health.readiness if health else None,
        security_context=unprivileged(one.user),
        termination_message_policy="FallbackToLogsOnError",
        volume_mounts=[mount for mount in mounts if one.shares_variables or mount.name not in OF_LINKS],
    )


def _variables(one: Companion, workloads: Sequence[k8s.EnvVar]) -> list[k8s.EnvVar] | None:
    own = [k8s.EnvVar(name=name, value=literal(value) or None) for name, value in one.environment_variables.items()]
    shared = workloads if one.shares_variables else ()
    return [*own, *(variable for variable in shared if variable.name not in one.environment_variables)] or None


OF_LINKS: Final = frozenset({SECRETS, FILES})
"""Volumes with what links deliver: for those who are given the variables that lead there."""
