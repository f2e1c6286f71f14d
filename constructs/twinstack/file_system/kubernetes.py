"""What a file system becomes in Kubernetes: the claim that its pods mount, and who makes what is behind it."""

from __future__ import annotations

from typing import Any, Final

from cdk8s_plus_27 import k8s

from twinstack.file_system.spec import ID_KEY, FileSystemSpec
from twinstack.kubernetes import Room, Workloads
from twinstack.kubernetes.quantity import quantity
from twinstack.labels import TOLD_BY


class FileSystem(Room[FileSystemSpec]):
    """The claim, for any number of pods on any node; the StorageClass that keeps the files when the claim goes, which an
    administrator applies; and the right of the driver to read, of all the namespace's ConfigMaps, the one with the file
    system's id, which `twinstack deploy` puts there once Terraform has made the file system.

    Sources: aws-efs-csi-driver, "Dynamic Filesystem ID Resolution"; Kubernetes, "Persistent Volumes".
    """

    def __init__(self, scope: Workloads[Any], spec: FileSystemSpec) -> None:
        super().__init__(scope, spec)
        name = spec.kubernetes_name
        self.storage_class: k8s.KubeStorageClass = k8s.KubeStorageClass(
            self,
            "storage-class",
            metadata=k8s.ObjectMeta(name=spec.storage_class, labels=self.common_labels),
            provisioner="efs.csi.aws.com",
            parameters=dict(spec.driver_parameters),
            reclaim_policy="Retain",
            volume_binding_mode="Immediate",
        )
        self.config: k8s.KubeConfigMap = k8s.KubeConfigMap(
            self,
            "config",
            metadata=self.metadata(name, annotations={TOLD_BY: f"{ID_KEY}={spec.id_output}"}),
        )
        self.claim: k8s.KubePersistentVolumeClaim = k8s.KubePersistentVolumeClaim(
            self,
            "claim",
            metadata=self.metadata(name),
            spec=k8s.PersistentVolumeClaimSpec(
                access_modes=["ReadWriteMany"],
                storage_class_name=spec.storage_class,
                # Kubernetes wants a size, and EFS has none.
                resources=k8s.ResourceRequirements(requests={"storage": quantity("1Gi")}),
            ),
        )
        self.role: k8s.KubeRole = k8s.KubeRole(
            self,
            "role",
            metadata=self.metadata(f"{name}-driver"),
            rules=[k8s.PolicyRule(api_groups=[""], resources=["configmaps"], resource_names=[name], verbs=["get"])],
        )
        self.role_binding: k8s.KubeRoleBinding = k8s.KubeRoleBinding(
            self,
            "role-binding",
            metadata=self.metadata(f"{name}-driver"),
            role_ref=k8s.RoleRef(api_group="rbac.authorization.k8s.io", kind="Role", name=f"{name}-driver"),
            subjects=[k8s.Subject(kind="ServiceAccount", name=CONTROLLER, namespace="kube-system")],
        )

    @property
    def resource(self) -> k8s.KubePersistentVolumeClaim:
        return self.claim


CONTROLLER: Final = "efs-csi-controller-sa"
