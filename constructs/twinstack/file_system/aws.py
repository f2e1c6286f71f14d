"""What a file system becomes on AWS."""

from __future__ import annotations

from typing import Any, Final

from cdktf_cdktf_provider_aws.efs_backup_policy import EfsBackupPolicy, EfsBackupPolicyBackupPolicy
from cdktf_cdktf_provider_aws.efs_file_system import EfsFileSystem, EfsFileSystemLifecyclePolicy
from cdktf_cdktf_provider_aws.efs_file_system_policy import EfsFileSystemPolicy
from cdktf_cdktf_provider_aws.efs_mount_target import EfsMountTarget
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy_attachment import IamRolePolicyAttachment

from twinstack.aws import (
    Admitting,
    ClosedGroup,
    Extensible,
    Infrastructure,
    Key,
    Resource,
    Tiered,
    keep,
    pin,
    resource_policy,
)
from twinstack.aws.identity import pod_role, pod_trust
from twinstack.environment import NetworkPlan
from twinstack.file_system.spec import ID_KEY, NFS, FileSystemSpec
from twinstack.labels import TELLS


class FileSystem(Resource[FileSystemSpec]):
    """An EFS file system with a way in from each zone, and the driver that mounts it, as an add-on of the cluster.

    Nodes mount it, so what it admits is the cluster's group on NFS' port, and no pod needs a way out to it. The first of an
    environment brings the driver, where the cluster is the environment's own. Sources: Amazon EFS User Guide, "Using IAM to
    control access to file systems", "Security in Amazon EFS"; Amazon EKS User Guide, "Use elastic file system storage with
    Amazon EFS", read on 29 November 2026.
    """

    def __init__(
        self, scope: Infrastructure[Any], spec: FileSystemSpec, *, network: Tiered, cluster: Extensible
    ) -> None:
        super().__init__(scope, spec)
        name = spec.aws_name
        self.key: Key = Key(self, spec.key, name, context=self.context, purpose=f"Files of {name}")
        self.security_group: ClosedGroup = ClosedGroup(
            self, spec.key, name=name, vpc_id=network.vpc_id, description=f"File system {name}"
        )
        self.file_system: EfsFileSystem = self._make_file_system()
        self.policy: EfsFileSystemPolicy = self._make_policy()
        self.backup_policy: EfsBackupPolicy = pin(
            EfsBackupPolicy(
                self,
                "backup-policy",
                file_system_id=self.file_system.id,
                backup_policy=EfsBackupPolicyBackupPolicy(status=spec.backup_status),
            ),
            spec.key,
        )
        self.mount_targets: list[EfsMountTarget] = self._make_mount_targets(network)
        self.driver_role: IamRole | None = None
        if cluster.is_own and spec.is_first:
            self._make_driver(cluster)
        scope.output(
            spec.id_output, self.file_system.id, "What `twinstack deploy` tells the cluster: its pods start only then"
        )
        scope.output(
            f"{spec.key}_tell_cluster",
            f"kubectl create configmap {spec.kubernetes_name} --namespace {self.context.namespace} "
            f"--from-literal={ID_KEY}={self.file_system.id} --dry-run=client --output=yaml "
            f"| kubectl apply --server-side --field-manager={TELLS} --filename=-",
            "Tells the cluster the same by hand, for whoever applies without `twinstack deploy`",
        )

    @property
    def resource(self) -> EfsFileSystem:
        return self.file_system

    def admit(self, cluster: Admitting) -> None:
        self.security_group.admit(cluster.security_group_id, NFS, f"Nodes of {cluster.cluster_name}")

    def _make_file_system(self) -> EfsFileSystem:
        spec = self.spec
        # Each block of the provider says one thing.
        cold = (
            [
                EfsFileSystemLifecyclePolicy(transition_to_ia=spec.cold_after),
                EfsFileSystemLifecyclePolicy(transition_to_primary_storage_class="AFTER_1_ACCESS"),
            ]
            if spec.cold_after
            else None
        )
        return pin(
            EfsFileSystem(
                self,
                "file-system",
                creation_token=spec.aws_name,
                encrypted=True,
                kms_key_id=self.key.arn,
                throughput_mode=spec.throughput,
                lifecycle_policy=cold,
                tags={"Name": spec.title_tag},
                lifecycle=keep(self.context),
            ),
            spec.key,
        )

    def _make_policy(self) -> EfsFileSystemPolicy:
        """Whoever comes through a mount target, which its group admits, and by TLS; nobody as root."""
        arn = self.file_system.arn
        statements = [
            {
                "Sid": "MountTargets",
                "Effect": "Allow",
                "Principal": {"AWS": "*"},
                "Action": ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"],
                "Resource": arn,
                "Condition": {"Bool": {"elasticfilesystem:AccessedViaMountTarget": "true"}},
            },
            {
                "Sid": "TlsOnly",
                "Effect": "Deny",
                "Principal": {"AWS": "*"},
                "Action": "*",
                "Resource": arn,
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            },
        ]
        return pin(
            EfsFileSystemPolicy(self, "policy", file_system_id=self.file_system.id, policy=resource_policy(statements)),
            self.spec.key,
        )

    def _make_mount_targets(self, network: Tiered) -> list[EfsMountTarget]:
        subnets = list(network.database_subnet_ids)
        plan = self.stack.environment.find(NetworkPlan)
        letters = plan.zone_letters if plan else ()
        ends = letters if len(letters) == len(subnets) else [str(number) for number in range(1, len(subnets) + 1)]
        return [
            pin(
                EfsMountTarget(
                    self,
                    f"mount-target-{end}",
                    file_system_id=self.file_system.id,
                    subnet_id=subnet,
                    security_groups=[self.security_group.id],
                ),
                f"{self.spec.key}_{end}",
            )
            for end, subnet in zip(ends, subnets, strict=True)
        ]

    def _make_driver(self, cluster: Extensible) -> None:
        """It makes an access point for each claim. Its name and address are the environment's, whichever field is the first."""
        self.driver_role = pod_role(
            self,
            "driver-role",
            DRIVER_ADDRESS,
            name=self.spec.driver_role_name,
            description=f"{DRIVER} of {cluster.literal_name}",
            trust=pod_trust(self.context, cluster.cluster_name, "kube-system", CONTROLLER),
        )
        attachment = IamRolePolicyAttachment(
            self, "driver-policy", role=self.driver_role.name, policy_arn=f"arn:aws:iam::aws:policy/{POLICY}"
        )
        cluster.addon(DRIVER, roles={CONTROLLER: self.driver_role.arn}, after=[pin(attachment, DRIVER_ADDRESS)])


DRIVER: Final = "aws-efs-csi-driver"
DRIVER_ADDRESS: Final = "file_systems"
CONTROLLER: Final = "efs-csi-controller-sa"
POLICY: Final = "service-role/AmazonEFSCSIDriverPolicy"
