"""What a rehearsal on Kubernetes found and proved, and what it could not: for people, and as data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from twinstack.rehearsal.kubernetes.rollout import WorkloadResult
from twinstack.rehearsal.report import Report, counted


@dataclass(frozen=True, slots=True, kw_only=True)
class KubernetesReport(Report):
    """The report of one rehearsal."""

    server_version: str
    pods_ran: bool
    """Whether pods were made, placed and started, or only asked about at the API server."""
    objects: Mapping[str, int]
    """How many objects of each kind were applied."""
    workloads: tuple[WorkloadResult, ...]
    simulated: tuple[str, ...]
    definitions: Mapping[str, str]
    """Where the definition of each custom resource in use was read: a file, or `built in`."""

    @property
    def head(self) -> str:
        errors = sum(1 for problem in self.problems if not problem.warning)
        warnings = len(self.problems) - errors
        return (
            f"Kubernetes rehearsal {self.verdict}: {counted(sum(self.objects.values()), 'object')} on "
            f"{self.server_version}, {counted(errors, 'error')}, {counted(warnings, 'warning')}, "
            f"{self.seconds['total']:.1f} s"
        )

    def sections(self) -> Iterator[tuple[str, Sequence[str]]]:
        yield "Proved", self.proved
        yield "Simulated", self.simulated
        yield "Not proved", self.not_proved

    def as_dict(self) -> dict[str, Any]:
        return {
            **Report.as_dict(self),
            "server_version": self.server_version,
            "pods_ran": self.pods_ran,
            "objects": dict(self.objects),
            "workloads": [asdict(one) for one in self.workloads],
            "simulated": list(self.simulated),
            "definitions": dict(self.definitions),
        }
