"""The pod template that every workload shares: what Pod Security `restricted` asks for, and more.

Sources: Kubernetes, "Pod Security Standards", "Pod Topology Spread Constraints", "Pod Lifecycle".
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Final

from cdk8s_plus_27 import k8s

from twinstack.environment import Offer, Variable, WorkloadSpec
from twinstack.kubernetes.labels import pod_labels, selector
from twinstack.kubernetes.probes import Health
from twinstack.kubernetes.quantity import quantity
from twinstack.kubernetes.secrets import secret_mount, secret_volume
from twinstack.policy.accepted import Accepted


def pod_template(
    spec: WorkloadSpec,
    *,
    grace_seconds: int,
    health: Health | None = None,
    port: int | None = None,
    spread: bool = False,
    restart_policy: str | None = None,
    annotations: Mapping[str, str] | None = None,
) -> k8s.PodTemplateSpec:
    """The template of a workload's pods: one container, without privileges and with a read-only root.

    `spread` puts replicas into different zones and on different nodes. `grace_seconds` lie between the order to stop
    and the kill.
    """
    return k8s.PodTemplateSpec(
        metadata=k8s.ObjectMeta(
            labels=pod_labels(spec), annotations={**checksums(spec), **(annotations or {})} or None
        ),
        spec=k8s.PodSpec(
            service_account_name=spec.service_account,
            automount_service_account_token=False,
            enable_service_links=False,
            image_pull_secrets=[k8s.LocalObjectReference(name=spec.pull_secret)] if spec.pull_secret else None,
            restart_policy=restart_policy,
            termination_grace_period_seconds=grace_seconds,
            security_context=k8s.PodSecurityContext(
                run_as_non_root=True,
                run_as_user=spec.user,
                run_as_group=spec.user,
                fs_group=spec.user,
                seccomp_profile=k8s.SeccompProfile(type="RuntimeDefault"),
            ),
            init_containers=[_preparation(spec, link.offer) for link in spec.links if link.offer.preparation] or None,
            containers=[_container(spec, health, port)],
            volumes=_volumes(spec),
            topology_spread_constraints=_spread(spec) if spread else None,
        ),
    )


def variables(spec: WorkloadSpec) -> list[k8s.EnvVar]:
    """The container's variables: its own as literals, those of its links from the ConfigMap or its Secret."""
    own = [k8s.EnvVar(name=name, value=value) for name, value in spec.own_variables.items()]
    return own + _linked(spec, spec.environment.variables_of(spec))


def checksums(spec: WorkloadSpec) -> dict[str, str]:
    """Annotations that change when a value this workload reads does, so that its pods are replaced.

    A secret's value is never known here: its name and version stand for it.
    """
    read = spec.environment.variables_of(spec)
    plain = {variable.name: variable.value for variable in read if variable.secret is None}
    secret = {
        variable.name: f"{variable.secret.name}@{variable.secret.version}" for variable in read if variable.secret
    }
    return {
        f"checksum/{kind}": _checksum(values) for kind, values in (("config", plain), ("secrets", secret)) if values
    }


def container_name(spec: WorkloadSpec) -> str:
    """`backend`."""
    return spec.key.replace("_", "-")


def _linked(spec: WorkloadSpec, delivered: Sequence[Variable]) -> list[k8s.EnvVar]:
    config = spec.environment.config_name
    return [
        k8s.EnvVar(
            name=variable.name,
            value_from=k8s.EnvVarSource(secret_key_ref=k8s.SecretKeySelector(name=spec.secret, key=variable.key))
            if variable.secret
            else k8s.EnvVarSource(config_map_key_ref=k8s.ConfigMapKeySelector(name=config, key=variable.key)),
        )
        for variable in delivered
    ]


def _preparation(spec: WorkloadSpec, offer: Offer) -> k8s.Container:
    """What a link wants done first, with that link's variables alone."""
    assert offer.preparation is not None
    return k8s.Container(
        name=offer.preparation.name,
        image=offer.preparation.image,
        image_pull_policy="IfNotPresent",
        command=["/bin/sh", "-euc", offer.preparation.script],
        env=_linked(spec, offer.variables),
        resources=k8s.ResourceRequirements(
            requests={"cpu": quantity("50m"), "memory": quantity("64Mi")},
            limits={"cpu": quantity("200m"), "memory": quantity("128Mi")},
        ),
        security_context=_unprivileged(),
        termination_message_policy="FallbackToLogsOnError",
        volume_mounts=_mounts(spec),
    )


def _unprivileged() -> k8s.SecurityContext:
    return k8s.SecurityContext(
        allow_privilege_escalation=False, read_only_root_filesystem=True, capabilities=k8s.Capabilities(drop=["ALL"])
    )


def _mounts(spec: WorkloadSpec) -> list[k8s.VolumeMount]:
    temporary = k8s.VolumeMount(name=TEMPORARY_VOLUME, mount_path="/tmp")  # noqa: S108  a mount point
    return [temporary, *([secret_mount()] if spec.secret_variables else [])]


def _container(spec: WorkloadSpec, health: Health | None, port: int | None) -> k8s.Container:
    requests, limits = spec.resources.requests, spec.resources.limits
    ceiling = {"memory": quantity(limits.memory)} | ({"cpu": quantity(limits.cpu)} if limits.cpu else {})
    return k8s.Container(
        name=container_name(spec),
        image=spec.image_reference(spec.context.version),
        image_pull_policy="IfNotPresent",
        command=list(spec.command) or None,
        ports=[k8s.ContainerPort(name="http", container_port=port)] if port else None,
        env=variables(spec),
        resources=k8s.ResourceRequirements(
            requests={"cpu": quantity(requests.cpu), "memory": quantity(requests.memory)}, limits=ceiling
        ),
        startup_probe=health.startup if health else None,
        liveness_probe=health.liveness if health else None,
        readiness_probe=health.readiness if health else None,
        security_context=_unprivileged(),
        termination_message_policy="FallbackToLogsOnError",
        volume_mounts=_mounts(spec),
    )


def _volumes(spec: WorkloadSpec) -> list[k8s.Volume]:
    temporary = k8s.Volume(
        name=TEMPORARY_VOLUME, empty_dir=k8s.EmptyDirVolumeSource(size_limit=quantity(spec.temporary_storage))
    )
    return [temporary, *([secret_volume(spec)] if spec.secret_variables else [])]


def _spread(spec: WorkloadSpec) -> Sequence[k8s.TopologySpreadConstraint]:
    # ScheduleAnyway: a zone that is gone must not keep the rest from growing or a rollout from ending. EKS's own node
    # provisioning keeps to it as long as it can, so in quiet times replicas do lie in different zones. Each revision
    # is spread by itself, or the pods about to go would count.
    return [
        k8s.TopologySpreadConstraint(
            topology_key=key,
            max_skew=1,
            when_unsatisfiable="ScheduleAnyway",
            label_selector=k8s.LabelSelector(match_labels=selector(spec)),
            match_label_keys=["pod-template-hash"],
        )
        for key in ("topology.kubernetes.io/zone", "kubernetes.io/hostname")
    ]


def _checksum(values: Mapping[str, str]) -> str:
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:_CHECKSUM_LENGTH]


TEMPORARY_VOLUME: Final = "tmp"
_CHECKSUM_LENGTH: Final = 16

ACCEPTED = (
    Accepted(
        "CKV_K8S_15",
        "",
        "A release's tag is never moved, so a node's copy is the image; always pulling would make restarts depend on the registry.",
    ),
    Accepted(
        "CKV_K8S_35",
        "",
        "Variables are how a link delivers a credential; only the container's own process sees them.",
    ),
    Accepted(
        "CKV_K8S_40",
        "",
        "The user is the image's, 1000 unless `user` says otherwise; no host path is mounted, so no user of the node is met.",
    ),
    Accepted(
        "CKV_K8S_43",
        "",
        "A digest is known only once an image is built: `digest` takes it, and the delivery pipeline gives it.",
    ),
)
"""Findings of checkov that every pod has, and why they are right."""
