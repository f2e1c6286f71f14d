"""Time as a process has it, on a machine that others use too."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path


def starved_seconds(task: int) -> float:
    """The seconds that this task (a process's first thread, or another) has been ready to run, and did not."""
    return int(Path(f"/proc/{task}/schedstat").read_text().split()[1]) / 1e9


class Stopwatch:
    """The seconds since it was made, without those for which the processes or this thread waited for a processor.

    What a bound is about is measured by it: others have the processors too on a machine that is shared, and a pod has
    its own share. Of each process all threads and all children count.
    """

    def __init__(self, *processes: int) -> None:
        self._processes = processes
        self._mine = threading.get_native_id()
        self._before = self._starved()
        self._latest = dict(self._before)
        self._begun = time.monotonic()

    @property
    def seconds(self) -> float:
        """Until now."""
        return time.monotonic() - self._begun - self.starved

    @property
    def starved(self) -> float:
        """The seconds that are left out."""
        self._latest |= self._starved()  # what ended meanwhile has waited for as long as it was last seen to
        return sum(seconds - self._before.get(task, 0.0) for task, seconds in self._latest.items())

    def _starved(self) -> dict[int, float]:
        found = {}
        for task in (self._mine, *_tasks(self._processes)):
            with suppress(FileNotFoundError, ProcessLookupError):
                found[task] = starved_seconds(task)
        return found


def _tasks(processes: Iterable[int]) -> Iterator[int]:
    for process in processes:
        with suppress(FileNotFoundError, ProcessLookupError):
            for folder in Path(f"/proc/{process}/task").iterdir():
                yield int(folder.name)
                with suppress(FileNotFoundError, ProcessLookupError):
                    yield from _tasks(map(int, (folder / "children").read_text().split()))
