"""The pod template that every workload shares: what Pod Security `restricted` asks for, and more.

Sources: Kubernetes, "Pod Security Standards", "Pod Topology Spread Constraints", "Pod Lifecycle".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cdk8s_plus_27 import k8s

from twinstack.environment import Offer, Preparation, Variable, WorkloadSpec
from twinstack.environment.container import port_sysctls
from twinstack.environment.metrics import own_metrics_port
from twinstack.kubernetes.companions import companions
from twinstack.kubernetes.container import STORAGE, sized, unprivileged
from twinstack.kubernetes.elsewhere import elsewhere_annotation, prefixed_variables, variables_elsewhere
from twinstack.kubernetes.expansion import literal
from twinstack.kubernetes.files import file_mounts, file_volumes
from twinstack.kubernetes.folders import folder_mounts, folder_volumes
from twinstack.kubernetes.kept_volumes import kept_mounts, kept_volumes
from twinstack.kubernetes.labels import pod_labels, selector
from twinstack.kubernetes.mounted_files import mounted_file_mounts, mounted_file_volumes
from twinstack.kubernetes.placement import placed, placement_annotation
from twinstack.kubernetes.priority import priority_of
from twinstack.kubernetes.probes import Health
from twinstack.kubernetes.quantity import quantity
from twinstack.kubernetes.secrets import secret_file, secret_mount, secret_volume
from twinstack.kubernetes.shared_folders import shared_mounts, shared_volumes
from twinstack.labels import label_value
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
    own, mounts = variables(spec), _mounts(spec)
    return k8s.PodTemplateSpec(
        metadata=k8s.ObjectMeta(
            labels=pod_labels(spec),
            annotations={**(annotations or {}), **elsewhere_annotation(spec), **placement_annotation(spec)} or None,
        ),
        spec=k8s.PodSpec(
            service_account_name=spec.service_account,
            automount_service_account_token=bool(spec.cluster_rights),
            enable_service_links=False,
            image_pull_secrets=[k8s.LocalObjectReference(name=spec.pull_secret)] if spec.pull_secret else None,
            restart_policy=restart_policy,
            priority_class_name=priority_of(spec),
            **placed(spec),
            termination_grace_period_seconds=grace_seconds,
            security_context=k8s.PodSecurityContext(
                run_as_non_root=True,
                run_as_user=spec.user,
                run_as_group=spec.user,
                fs_group=spec.user,
                # What is on a disk already is not given to the group again at every start.
                fs_group_change_policy="OnRootMismatch" if spec.kept_volumes else None,
                seccomp_profile=k8s.SeccompProfile(type="RuntimeDefault"),
                sysctls=[
                    k8s.Sysctl(name=name, value=value)
                    for name, value in port_sysctls(port, own_metrics_port(spec)).items()
                ]
                or None,
            ),
            init_containers=[*_preparations(spec, mounts), *companions(spec, own, mounts)] or None,
            containers=[_container(spec, health, port, own, mounts)],
            volumes=_volumes(spec),
            topology_spread_constraints=_spread(spec) if spread else None,
        ),
    )


def variables(spec: WorkloadSpec) -> list[k8s.EnvVar]:
    """The container's variables: its own as literals, those that somebody else keeps, those of its links from the ConfigMap or its Secret.

    An empty one has no `value`, which means the same: the API server keeps none, so that kubectl would send it at every
    apply.
    """
    own = [k8s.EnvVar(name=name, value=literal(value) or None) for name, value in spec.own_variables.items()]
    return own + variables_elsewhere(spec) + _linked(spec, spec.environment.variables_of(spec))


def container_name(spec: WorkloadSpec) -> str:
    """`backend`."""
    return spec.key.replace("_", "-")


def _linked(spec: WorkloadSpec, delivered: Sequence[Variable]) -> list[k8s.EnvVar]:
    return [
        k8s.EnvVar(name=variable.delivered_name, value=secret_file(variable))
        if variable.mounted
        else k8s.EnvVar(name=variable.name, value_from=_source(spec, variable))
        if variable.secret or variable.value
        else k8s.EnvVar(name=variable.name)
        for variable in delivered
    ]


def _source(spec: WorkloadSpec, variable: Variable) -> k8s.EnvVarSource:
    """The objects' names follow from what is in them, so a changed value changes the template, and the pods roll."""
    if variable.secret:
        return k8s.EnvVarSource(secret_key_ref=k8s.SecretKeySelector(name=spec.secret, key=variable.key))
    config = spec.environment.config_name
    return k8s.EnvVarSource(config_map_key_ref=k8s.ConfigMapKeySelector(name=config, key=variable.key))


def _preparations(spec: WorkloadSpec, mounts: Sequence[k8s.VolumeMount]) -> list[k8s.Container]:
    """What its links want done first. A name that two containers of the pod would have is followed by its resource's."""
    wanted = [(link, link.made, link.made.preparation) for link in spec.links]
    names = [container_name(spec), *(one.name for _, _, one in wanted if one)]
    return [
        _preparation(
            spec,
            offer,
            preparation,
            preparation.name
            if names.count(preparation.name) == 1
            else label_value(f"{preparation.name}-{link.resource.key.replace('_', '-')}"),
            mounts,
        )
        for link, offer, preparation in wanted
        if preparation
    ]


def _preparation(
    spec: WorkloadSpec, offer: Offer, preparation: Preparation, name: str, mounts: Sequence[k8s.VolumeMount]
) -> k8s.Container:
    """What a link wants done first, with that link's variables alone."""
    return k8s.Container(
        name=name,
        image=preparation.image,
        image_pull_policy="IfNotPresent",
        command=["/bin/sh", "-euc", literal(preparation.script)],
        env=_linked(spec, offer.variables),
        resources=k8s.ResourceRequirements(
            requests={"cpu": quantity("50m"), "memory": quantity("64Mi"), STORAGE: quantity("64Mi")},
            limits={
                "cpu": quantity("200m"),
                "memory": quantity("128Mi"),
                STORAGE: quantity(spec.ephemeral_storage_limit),
            },
        ),
        security_context=unprivileged(),
        termination_message_policy="FallbackToLogsOnError",
        volume_mounts=list(mounts),
    )


def _mounts(spec: WorkloadSpec) -> list[k8s.VolumeMount]:
    secrets = [secret_mount()] if spec.secret_variables else []
    return [
        *folder_mounts(spec),
        *secrets,
        *file_mounts(spec),
        *mounted_file_mounts(spec),
        *kept_mounts(spec),
        *shared_mounts(spec),
    ]


def _container(
    spec: WorkloadSpec,
    health: Health | None,
    port: int | None,
    own: Sequence[k8s.EnvVar],
    mounts: Sequence[k8s.VolumeMount],
) -> k8s.Container:
    return k8s.Container(
        name=container_name(spec),
        image=spec.image_reference(spec.context.version),
        image_pull_policy="IfNotPresent",
        command=[*map(literal, spec.command)] or None,
        ports=_ports(spec, port) or None,
        env=list(own),
        env_from=prefixed_variables(spec),
        resources=sized(spec.resources, spec.ephemeral_storage_limit),
        startup_probe=health.startup if health else None,
        liveness_probe=health.liveness if health else None,
        readiness_probe=health.readiness if health else None,
        security_context=unprivileged(),
        termination_message_policy="FallbackToLogsOnError",
        volume_mounts=list(mounts),
    )


def _ports(spec: WorkloadSpec, port: int | None) -> list[k8s.ContainerPort]:
    named = {"http": port, "metrics": own_metrics_port(spec)}
    return [k8s.ContainerPort(name=name, container_port=one) for name, one in named.items() if one]


def _volumes(spec: WorkloadSpec) -> list[k8s.Volume]:
    secrets = [secret_volume(spec)] if spec.secret_variables else []
    return [
        *folder_volumes(spec),
        *secrets,
        *file_volumes(spec),
        *mounted_file_volumes(spec),
        *kept_volumes(spec),
        *shared_volumes(spec),
    ]


def _spread(spec: WorkloadSpec) -> Sequence[k8s.TopologySpreadConstraint]:
    # ScheduleAnyway: a zone that is gone must not keep the rest from growing or a rollout from ending. EKS's own node
    # provisioning keeps to it as long as it can, so in quiet times replicas do lie in different zones. DoNotSchedule with
    # `minDomains` was weighed and left: with fewer zones than that it keeps pods Pending for ever, which is an outage
    # where sharing a zone is a risk. Nodes that are cordoned or tainted, as in every upgrade, are no places to count
    # (nodeTaintsPolicy). Each revision is spread by itself, or the pods about to go would count.
    return [
        k8s.TopologySpreadConstraint(
            topology_key=key,
            max_skew=1,
            when_unsatisfiable="ScheduleAnyway",
            label_selector=k8s.LabelSelector(match_labels=selector(spec)),
            match_label_keys=["pod-template-hash"],
            node_taints_policy="Honor",
        )
        for key in ("topology.kubernetes.io/zone", "kubernetes.io/hostname")
    ]


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
        "CKV_K8S_38",
        "",
        "A token is mounted only where a workload has `cluster_rights`, and gives these alone.",
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
