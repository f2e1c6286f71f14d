"""The folders that links put into pods, and that pods of several workloads share: the volume and the mount of each."""

from __future__ import annotations

from cdk8s_plus_27 import k8s

from twinstack.environment import WorkloadSpec
from twinstack.environment.shared_folders import shared_folders


def shared_volumes(spec: WorkloadSpec) -> list[k8s.Volume]:
    """The volumes, one for each claim."""
    return [
        k8s.Volume(
            name=f"shared-{number}",
            persistent_volume_claim=k8s.PersistentVolumeClaimVolumeSource(
                claim_name=folder.claim, read_only=None if folder.is_writable else True
            ),
        )
        for number, folder in enumerate(shared_folders(spec), 1)
    ]


def shared_mounts(spec: WorkloadSpec) -> list[k8s.VolumeMount]:
    """Where containers find them."""
    return [
        k8s.VolumeMount(name=f"shared-{number}", mount_path=folder.path, read_only=None if folder.is_writable else True)
        for number, folder in enumerate(shared_folders(spec), 1)
    ]
