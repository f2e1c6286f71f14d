"""A bar: a figure that a run must reach, and whether it did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal


@dataclass(frozen=True)
class Bar:
    """One figure against what is wanted of it."""

    name: str
    value: float
    sign: Literal["<=", ">="]
    wanted: float
    unit: str

    @property
    def held(self) -> bool:
        """Whether it is reached."""
        return self._holds(self.value)

    def _holds(self, value: float) -> bool:
        return value <= self.wanted if self.sign == "<=" else value >= self.wanted

    @property
    def row(self) -> str:
        """A row of the table in docs/performance.md."""
        word = "at most" if self.sign == "<=" else "at least"
        # With as many digits as it takes to see why it is held or is not: 0.604 is not at most 0.6.
        digits = next((one for one in range(2, 6) if self._holds(round(self.value, one)) == self.held), 6)
        value = f"{self.value:.{digits}f}".rstrip("0").rstrip(".")
        return f"| {self.name} | {value} {self.unit} | {word} {self.wanted:g} | {'yes' if self.held else '**no**'} |"


def table(bars: Sequence[Bar]) -> str:
    """All of them, a row each."""
    return "\n".join([*_HEAD, *(bar.row for bar in bars)])


_HEAD: Final = ("| bar | measured | wanted | held |", "|---|---|---|---|")
