"""What a rehearsal on Kubernetes found and proved, and what it could not: for people, and as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from twinstack.errors import Problem
from twinstack.rehearsal.kubernetes.rollout import WorkloadResult


@dataclass(frozen=True, slots=True)
class KubernetesReport:
    """The report of one rehearsal."""

    server_version: str
    pods_ran: bool
    """Whether pods were made, placed and started, or only asked about at the API server."""
    objects: Mapping[str, int]
    """How many objects of each kind were applied."""
    workloads: tuple[WorkloadResult, ...]
    problems: tuple[Problem, ...]
    """What was found, in file order; those that are warnings say so."""
    proved: tuple[str, ...]
    simulated: tuple[str, ...]
    not_proved: tuple[str, ...]
    seconds: Mapping[str, float]
    """How long each part took."""

    @property
    def passed(self) -> bool:
        """Whether nothing worse than a warning was found."""
        return all(problem.warning for problem in self.problems)

    def lines(self) -> list[str]:
        """The report for people, line by line."""
        count = sum(self.objects.values())
        errors = sum(1 for problem in self.problems if not problem.warning)
        warnings = len(self.problems) - errors
        verdict = "passed" if self.passed else "failed"
        lines = [
            f"Kubernetes rehearsal {verdict}: {_counted(count, 'object')} on {self.server_version}, "
            f"{_counted(errors, 'error')}, {_counted(warnings, 'warning')}, {self.seconds['total']:.1f} s"
        ]
        for problem in self.problems:
            lines += ["", *str(problem).splitlines()]
        for title, sentences in (
            ("Proved", self.proved),
            ("Simulated", self.simulated),
            ("Not proved", self.not_proved),
        ):
            if sentences:
                lines += ["", f"{title}:", *(f"  - {sentence}" for sentence in sentences)]
        return lines

    def as_dict(self) -> dict[str, Any]:
        """The report as plain data, for JSON."""
        return {
            "passed": self.passed,
            "server_version": self.server_version,
            "pods_ran": self.pods_ran,
            "objects": dict(self.objects),
            "workloads": [asdict(one) for one in self.workloads],
            "problems": [asdict(one) for one in self.problems],
            "proved": list(self.proved),
            "simulated": list(self.simulated),
            "not_proved": list(self.not_proved),
            "seconds": {name: round(taken, 3) for name, taken in self.seconds.items()},
        }


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
