"""What a rehearsal with Terraform found and proved, and what it could not: for people, and as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from twinstack.errors import Problem


@dataclass(frozen=True, slots=True)
class TerraformReport:
    """The report of one stack's rehearsal."""

    stack: str
    program: str
    """The program and its version, `Terraform 1.11.4`."""
    schema: str
    """The version of the AWS provider whose schema was used."""
    resources: Mapping[str, int]
    """How many resources of each type were made."""
    problems: tuple[Problem, ...]
    """What was found, in the order of the steps; those that are warnings say so."""
    proved: tuple[str, ...]
    not_proved: tuple[str, ...]
    notes: tuple[str, ...]
    seconds: Mapping[str, float]
    """How long each step took."""

    @property
    def passed(self) -> bool:
        """Whether nothing worse than a warning was found."""
        return all(problem.warning for problem in self.problems)

    def lines(self) -> list[str]:
        """The report for people, line by line."""
        errors = sum(1 for problem in self.problems if not problem.warning)
        lines = [
            f"Terraform rehearsal of {self.stack} {'passed' if self.passed else 'failed'}: "
            f"{_counted(sum(self.resources.values()), 'resource')} with {self.program}, schema of AWS {self.schema}, "
            f"{_counted(errors, 'error')}, {sum(self.seconds.values()):.1f} s"
        ]
        for problem in self.problems:
            lines += ["", *str(problem).splitlines()]
        for title, sentences in (("Proved", self.proved), ("Not proved", self.not_proved), ("Notes", self.notes)):
            if sentences:
                lines += ["", f"{title}:", *(f"  - {sentence}" for sentence in sentences)]
        return lines

    def as_dict(self) -> dict[str, Any]:
        """The report as plain data, for JSON."""
        return {
            "passed": self.passed,
            "stack": self.stack,
            "program": self.program,
            "schema": self.schema,
            "resources": dict(self.resources),
            "problems": [asdict(one) for one in self.problems],
            "proved": list(self.proved),
            "not_proved": list(self.not_proved),
            "notes": list(self.notes),
            "seconds": {name: round(taken, 3) for name, taken in self.seconds.items()},
        }


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
