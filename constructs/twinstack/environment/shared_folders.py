"""Folders that links put into a workload's containers, and that its pods share with those of other workloads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from twinstack.environment.folders import is_within
from twinstack.environment.links import Folder
from twinstack.environment.model import Finding

if TYPE_CHECKING:
    from twinstack.environment.spec import WorkloadSpec


def shared_folders(workload: WorkloadSpec) -> tuple[Folder, ...]:
    """Each folder once: written into where any of the workload's links may."""
    found: dict[str, Folder] = {}
    for link in workload.links:
        if (folder := link.made.folder) and (folder.is_writable or folder.path not in found):
            found[folder.path] = folder
    return tuple(found.values())


def check_shared_folders(workload: WorkloadSpec, others: Mapping[str, str]) -> Iterator[Finding]:
    """A finding for each folder of a link whose path something else has. `others` are those paths, each with its field."""
    places = dict(others)
    for link in workload.links:
        folder = link.made.folder
        if folder is None:
            continue
        other = next((path for path in places if is_within(path, folder.path) or is_within(folder.path, path)), None)
        owner = f"uses: {link.resource.key}"
        if other is not None and places[other] != owner:
            yield Finding(
                "TW625",
                "a folder where something else is",
                ("uses",),
                given=f"{folder.path} of {link.resource.key}, and {other} of {places[other]}",
                allowed="a path that nothing else has, and that nothing else lies below",
                fix="give one of them another path",
            )
        places[folder.path] = owner
