"""What stands in for a file system on a developer's machine: a named volume, which its workloads share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from twinstack.environment.stand_in import Entry, StandIn

if TYPE_CHECKING:
    from twinstack.file_system.spec import FileSystemSpec


def stand_in(spec: FileSystemSpec) -> StandIn:
    """No service: Docker keeps the volume, and each workload mounts it as in the cluster."""
    (variable,) = spec.offer(spec.access_levels[0]).variables
    entry = Entry(GROUP, variable.name, variable.value, f"where the files of {spec.key} are")
    return StandIn(variables={variable.name: variable.value}, entries=(entry,))


GROUP: Final = "File systems"
