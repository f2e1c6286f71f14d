"""What every rehearsal's report has: what was found, what was proved, and what was not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from twinstack.errors import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The part that the reports of both tools share."""

    problems: tuple[Problem, ...]
    """What was found, in the order of the files or of the steps; those that are warnings say so."""
    proved: tuple[str, ...]
    not_proved: tuple[str, ...]
    seconds: Mapping[str, float]
    """How long each part took."""

    @property
    def passed(self) -> bool:
        """Whether nothing worse than a warning was found."""
        return all(problem.warning for problem in self.problems)

    @property
    def verdict(self) -> str:
        """In a word."""
        return "passed" if self.passed else "failed"

    @property
    def head(self) -> str:
        """The verdict in a line, with what it is about."""
        raise NotImplementedError

    def sections(self) -> Iterator[tuple[str, Sequence[str]]]:
        """Titles, and the sentences below each."""
        yield "Proved", self.proved
        yield "Not proved", self.not_proved

    def lines(self) -> list[str]:
        """The report for people, line by line."""
        return lines_of([self])

    def as_dict(self) -> dict[str, Any]:
        """The report as plain data, for JSON."""
        return {
            "passed": self.passed,
            "problems": [asdict(one) for one in self.problems],
            "proved": list(self.proved),
            "not_proved": list(self.not_proved),
            "seconds": {name: round(taken, 3) for name, taken in self.seconds.items()},
        }


def lines_of(reports: Sequence[Report]) -> list[str]:
    """Several reports of one thing for people: each verdict, and below them what any of them says, once."""
    lines = [report.head for report in reports]
    for problem in dict.fromkeys(problem for report in reports for problem in report.problems):
        lines += ["", *str(problem).splitlines()]
    sections: dict[str, dict[str, None]] = {}
    for report in reports:
        for title, sentences in report.sections():
            sections.setdefault(title, {}).update(dict.fromkeys(sentences))
    for title, found in sections.items():
        if found:
            lines += ["", f"{title}:", *(f"  - {sentence}" for sentence in found)]
    return lines


def counted(number: int, noun: str) -> str:
    """`1 object`, `2 objects`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
