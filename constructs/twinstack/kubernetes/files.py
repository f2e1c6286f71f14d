"""How the files of links get into a pod: one ConfigMap of the product, of which each pod mounts its own."""

from __future__ import annotations

from typing import Final

from cdk8s_plus_27 import k8s

from twinstack.environment import WorkloadSpec
from twinstack.environment.links import FILES_FOLDER


def file_volumes(spec: WorkloadSpec) -> list[k8s.Volume]:
    """The volume with the files that the workload's links deliver; none where they deliver none."""
    files = spec.environment.files_of(spec)
    if not files:
        return []
    source = k8s.ConfigMapVolumeSource(
        name=spec.environment.linked_files_name, items=[k8s.KeyToPath(key=file.name, path=file.name) for file in files]
    )
    return [k8s.Volume(name=VOLUME, config_map=source)]


def file_mounts(spec: WorkloadSpec) -> list[k8s.VolumeMount]:
    """Where containers find them."""
    mount = k8s.VolumeMount(name=VOLUME, mount_path=FILES_FOLDER, read_only=True)
    return [mount] if spec.environment.files_of(spec) else []


VOLUME: Final = "files"
