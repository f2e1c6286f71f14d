"""Volumes that outlive the pods of a workload: disks of EBS, each for one pod at a time.

A disk lies in one zone and follows its pod to no other. The pod that has it goes before the next one comes, so every release
interrupts what it does. The claim and the disk are deleted by nobody but a person: `delivery` leaves the one alone, and the
storage class keeps the other. Sources: Kubernetes, "Persistent Volumes" (ReadWriteOncePod, Reclaiming), "Storage Classes"; Amazon EKS
User Guide, "Create a storage class", read on 29 November 2026.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import Field

from twinstack.environment.elsewhere import ObjectName
from twinstack.environment.folders import FolderPath, is_within
from twinstack.environment.model import Finding, Model

VolumeName = Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9-]{0,28}[a-z0-9])?$")]


class KeptVolume(Model):
    """A disk that is there before and after the pod that mounts it."""

    path: FolderPath
    """Where the containers find it."""
    size_gib: Annotated[int, Field(ge=1, le=16384)]
    """Its size in GiB. It may grow, while the pod runs; it never shrinks."""
    storage_class: ObjectName | None = None
    """The StorageClass that makes it; one of the product's own (gp3, encrypted, kept when its claim goes) unless given. It cannot be
    changed."""


class KeptVolumes(Model):
    """What a workload says of the volumes that outlive its pods."""

    kept_volumes: dict[VolumeName, KeptVolume] = Field(default_factory=dict)
    """Disks that outlive its pods, by name, which is a part of the claim's name for ever: `{media: {path: /app/media, size_gib: 20}}`.
    For a workload of one pod, which stops before the next one starts; a disk stays in the zone where it was first mounted."""

    @property
    def has_own_storage_class(self) -> bool:
        """Whether any of them is made by the product's own StorageClass."""
        return any(one.storage_class is None for one in self.kept_volumes.values())


def check_kept_volumes(workload: KeptVolumes, others: Mapping[str, str], most_pods: int) -> Iterator[Finding]:
    """Findings for a volume under several pods, and for one whose path something else has. `others` are those paths, each with
    its field.
    """
    if workload.kept_volumes and most_pods > 1:
        yield Finding(
            "TW628",
            "a disk for one pod, under several",
            ("kept_volumes",),
            given=f"{', '.join(workload.kept_volumes)}, with up to {most_pods} replicas",
            allowed="one pod: `scale: {min: 1, max: 1}`",
            fix="lower `scale.max` to 1, or keep the files in a bucket",
        )
    places = dict(others)
    for name, volume in workload.kept_volumes.items():
        other = next((path for path in places if is_within(path, volume.path) or is_within(volume.path, path)), None)
        if other is not None and not (
            places[other] == "mounted_files" and is_within(other, volume.path) and other != volume.path
        ):
            yield Finding(
                "TW625",
                "a folder where something else is",
                ("kept_volumes", name, "path"),
                given=f"{volume.path}, and {other} of {places[other]}",
                allowed="a path that nothing else has, and that nothing else lies below",
                fix="give one of them another path",
            )
        places[volume.path] = "kept_volumes"
