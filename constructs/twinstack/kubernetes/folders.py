"""The folders that a container may write into: volumes that begin empty and go with their pod.

Source: Kubernetes, "Volumes", `emptyDir`.
"""

from __future__ import annotations

from typing import Final

from cdk8s_plus_27 import k8s

from twinstack.environment import WorkloadSpec
from twinstack.environment.folders import SHARED_MEMORY, TEMPORARY_FOLDER, volume_names
from twinstack.kubernetes.quantity import quantity


def folder_volumes(spec: WorkloadSpec) -> list[k8s.Volume]:
    """A volume for /tmp, for each of `writable_folders`, and in memory for /dev/shm where its size is given."""
    sizes = {name: spec.writable_folders[path] for path, name in _named(spec).items()}
    volumes = [
        k8s.Volume(name=name, empty_dir=k8s.EmptyDirVolumeSource(size_limit=quantity(size)))
        for name, size in {TEMPORARY_VOLUME: spec.temporary_storage, **sizes}.items()
    ]
    if spec.shared_memory:
        memory = k8s.EmptyDirVolumeSource(medium="Memory", size_limit=quantity(spec.shared_memory))
        volumes.append(k8s.Volume(name=SHARED_MEMORY_VOLUME, empty_dir=memory))
    return volumes


def folder_mounts(spec: WorkloadSpec) -> list[k8s.VolumeMount]:
    """Where containers find them."""
    places = {TEMPORARY_VOLUME: TEMPORARY_FOLDER, **{name: path for path, name in _named(spec).items()}}
    if spec.shared_memory:
        places[SHARED_MEMORY_VOLUME] = SHARED_MEMORY
    return [k8s.VolumeMount(name=name, mount_path=path) for name, path in places.items()]


def _named(spec: WorkloadSpec) -> dict[str, str]:
    return {path: f"folder-{name}" for path, name in volume_names(spec.writable_folders).items()}


TEMPORARY_VOLUME: Final = "tmp"
SHARED_MEMORY_VOLUME: Final = "shared-memory"
