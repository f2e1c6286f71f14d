"""What a rehearsal with Terraform found and proved, and what it could not: for people, and as data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from twinstack.rehearsal.report import Report, counted


@dataclass(frozen=True, slots=True, kw_only=True)
class TerraformReport(Report):
    """The report of one stack's rehearsal."""

    stack: str
    program: str
    """The program and its version, `Terraform 1.11.4`."""
    schema: str
    """The version of the AWS provider whose schema was used."""
    resources: Mapping[str, int]
    """How many resources of each type were made."""
    notes: tuple[str, ...]

    @property
    def head(self) -> str:
        errors = sum(1 for problem in self.problems if not problem.warning)
        return (
            f"Terraform rehearsal of {self.stack} {self.verdict}: "
            f"{counted(sum(self.resources.values()), 'resource')} with {self.program}, schema of AWS {self.schema}, "
            f"{counted(errors, 'error')}, {sum(self.seconds.values()):.1f} s"
        )

    def sections(self) -> Iterator[tuple[str, Sequence[str]]]:
        yield from Report.sections(self)
        yield "Notes", self.notes

    def as_dict(self) -> dict[str, Any]:
        return {
            **Report.as_dict(self),
            "stack": self.stack,
            "program": self.program,
            "schema": self.schema,
            "resources": dict(self.resources),
            "notes": list(self.notes),
        }
