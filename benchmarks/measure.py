"""Runs a command as a whole process and tells its wall time, CPU time and the memory of all its processes."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import threading
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PAGE = resource.getpagesize()
LONGEST_NOTE = 2_000


@dataclass(frozen=True)
class Run:
    """One run: seconds, and bytes at the highest moment, summed over the process and its children."""

    wall: float
    cpu: float
    memory: int


def median(runs: Sequence[Run]) -> Run:
    """Each figure's median."""
    return Run(
        statistics.median(run.wall for run in runs),
        statistics.median(run.cpu for run in runs),
        int(statistics.median(run.memory for run in runs)),
    )


def run(command: Sequence[str], folder: Path, variables: Mapping[str, str], *, fine: Collection[int] = (0,)) -> Run:
    """Runs a command to its end. Raises CalledProcessError where its exit status is none of those that are `fine`."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"} | dict(
        variables
    )
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    watch = _Watch(process.pid)
    watch.start()
    _, errors = process.communicate()
    wall = time.perf_counter() - start
    watch.ended.set()
    watch.join()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if process.returncode not in fine:
        error = subprocess.CalledProcessError(process.returncode, command, stderr=errors)
        error.add_note(errors.decode(errors="replace")[-LONGEST_NOTE:])
        raise error
    return Run(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, watch.highest)


class _Watch(threading.Thread):
    """Looks every 20 ms at the memory of a process and everything below it."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid = pid
        self.highest = 0
        self.ended = threading.Event()

    def run(self) -> None:
        while not self.ended.wait(0.02):
            self.highest = max(self.highest, sum(map(_resident, _tree(self.pid))))


def _tree(pid: int) -> list[int]:
    found = [pid]
    for parent in found:
        try:
            for task in Path(f"/proc/{parent}/task").iterdir():
                found += [int(child) for child in (task / "children").read_text().split()]
        except OSError:
            continue
    return found


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE
    except (OSError, IndexError, ValueError):
        return 0
