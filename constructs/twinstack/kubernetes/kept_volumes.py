"""Volumes that outlive pods: the claim of each, and the StorageClass that makes encrypted disks and keeps them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from cdk8s_plus_27 import k8s

from twinstack.environment import ClusterPlan, Environment, WorkloadSpec
from twinstack.kubernetes.labels import object_metadata, product_labels
from twinstack.kubernetes.quantity import quantity

if TYPE_CHECKING:
    from twinstack.kubernetes.workload import Workload
    from twinstack.kubernetes.workloads import Workloads


def claims(workload: Workload[Any]) -> dict[str, k8s.KubePersistentVolumeClaim]:
    """The claim of each volume that a workload keeps, by the volume's name."""
    spec: WorkloadSpec = workload.spec
    return {
        name: k8s.KubePersistentVolumeClaim(
            workload,
            f"kept-volume-{name}",
            metadata=workload.metadata(claim_name(spec, name)),
            spec=k8s.PersistentVolumeClaimSpec(
                access_modes=["ReadWriteOncePod"],
                storage_class_name=volume.storage_class or storage_class_name(spec.environment),
                resources=k8s.ResourceRequirements(requests={"storage": quantity(f"{volume.size_gib}Gi")}),
            ),
        )
        for name, volume in spec.kept_volumes.items()
    }


def claim_name(spec: WorkloadSpec, name: str) -> str:
    """`shop-web-media`."""
    return f"{spec.kubernetes_name}-{name}"


def kept_volumes(spec: WorkloadSpec) -> list[k8s.Volume]:
    """The volumes behind them."""
    return [
        k8s.Volume(
            name=f"kept-{name}",
            persistent_volume_claim=k8s.PersistentVolumeClaimVolumeSource(claim_name=claim_name(spec, name)),
        )
        for name in spec.kept_volumes
    ]


def kept_mounts(spec: WorkloadSpec) -> list[k8s.VolumeMount]:
    """Where containers find them."""
    return [k8s.VolumeMount(name=f"kept-{name}", mount_path=one.path) for name, one in spec.kept_volumes.items()]


def storage_class(chart: Workloads[Any]) -> k8s.KubeStorageClass | None:
    """The product's own class, where a workload needs it. It belongs to the whole cluster, so an administrator applies it."""
    environment = chart.environment
    if not any(workload.has_own_storage_class for workload in environment.workloads):
        return None
    cluster = environment.find(ClusterPlan)
    is_auto = cluster is None or cluster.is_auto
    return k8s.KubeStorageClass(
        chart,
        "storage-class",
        metadata=object_metadata(storage_class_name(environment), None, product_labels(environment, "cluster")),
        provisioner=AUTO_MODE if is_auto else ADD_ON,
        parameters={"type": "gp3", "encrypted": "true", "csi.storage.k8s.io/fstype": "ext4"},
        reclaim_policy="Retain",
        volume_binding_mode="WaitForFirstConsumer",
        allow_volume_expansion=True,
        allowed_topologies=[
            k8s.TopologySelectorTerm(
                match_label_expressions=[
                    k8s.TopologySelectorLabelRequirement(key="eks.amazonaws.com/compute-type", values=["auto"])
                ]
            )
        ]
        if is_auto
        else None,
    )


def storage_class_name(environment: Environment) -> str:
    """`analytics-prod-kept`."""
    return f"{environment.stack_id}-kept"


AUTO_MODE: Final = "ebs.csi.eks.amazonaws.com"
ADD_ON: Final = "ebs.csi.aws.com"
"""The add-on aws-ebs-csi-driver, which a cluster with managed groups has."""
