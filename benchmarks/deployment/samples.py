"""What was measured: one sample for each step, tool and round, and the medians."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Step(StrEnum):
    """What is done, in the words of the page."""

    FIRST = "first deploy"
    FIRST_WAITING = "first deploy, waiting on both sides"
    NOTHING = "nothing new"
    DISTANT_NOTHING = "nothing new, 30 ms of round trip"
    REMOVED = "one object removed"
    IMAGE = "one image"
    IMAGE_WAITING = "one image, waiting on both sides"
    DISTANT_IMAGE = "one image, 30 ms of round trip"
    RETURN = "return to the former release"
    BULK_150 = "150 ConfigMaps, nothing new"
    BULK_600 = "600 ConfigMaps, nothing new"


@dataclass(frozen=True)
class Sample:
    """One run of one tool in one step."""

    compared: float
    """The seconds that the bar is about: see the step."""
    wall: float
    cpu: float
    memory: int
    requests: int
    writes: int
    noticed: float = 0.0
    """Seconds from the moment the last workload was ready until the tool wrote down that it is; 0 where nothing was waited for."""
    late: float = 0.0
    """Those to the end of the process."""


@dataclass(frozen=True)
class HandEdit:
    """What a tool did to the same release after somebody's edit by hand."""

    status: int
    mended: bool
    """Whether the cluster holds again what the release says."""
    said: bool
    """Whether it named who had held the field."""
    output: str


class Samples:
    """All samples of a run."""

    def __init__(self) -> None:
        self._taken: dict[tuple[Step, str], list[Sample]] = defaultdict(list)
        self.edits: dict[str, list[HandEdit]] = defaultdict(list)

    def add(self, step: Step, tool: str, sample: Sample) -> None:
        """Keeps a sample."""
        self._taken[step, tool].append(sample)

    def all(self, step: Step, tool: str) -> list[Sample]:
        """Those of a step and a tool, in order."""
        return self._taken[step, tool]

    def median(self, step: Step, tool: str, figure: Callable[[Sample], float]) -> float:
        """The median of one figure."""
        return statistics.median(map(figure, self._taken[step, tool]))

    def ratio(self, step: Step, of: str, to: str, figure: Callable[[Sample], float]) -> float:
        """One tool's median as a share of the other's."""
        return self.median(step, of, figure) / self.median(step, to, figure)
