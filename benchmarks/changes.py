"""What knowing a change beforehand costs: `check` with all facts against the commit before them, a change's rehearsal against
one of a release alone.

Each ratio is of neighbours in time: one of each by turns, the ratio of each pair, and the median of those.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import page
from benchmarks.bars import Bar, table
from benchmarks.former import ROOT, former, path_of, unmonitored_in
from benchmarks.measure import Run, median, run

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
PYTHON = str(ROOT / ".venv" / "bin" / "python")
BEFORE_FACTS = "e628df5"
"""The commit before facts and rules were asked at load and at synthesis."""
ONLY_TERRAFORM = ("--only", "terraform")
ASSETS = "KUBEBUILDER_ASSETS"


@dataclass(frozen=True)
class Case:
    """One command, in one folder."""

    command: Sequence[str]
    folder: Path
    variables: Mapping[str, str]


@dataclass(frozen=True)
class Pair:
    """Two commands of which the second may take at most so many times as long as the first."""

    name: str
    first: Case
    second: Case
    wanted: float

    def bar(self, runs: Sequence[tuple[Run, Run]]) -> Bar:
        """The median of the ratios within each pair."""
        ratio = statistics.median(second.wall / first.wall for first, second in runs)
        return Bar(self.name, ratio, "<=", self.wanted, "times the time")


def measure() -> int:
    """Measures each pair by turns, writes the section, and returns 1 where a bar is missed."""
    with former(BEFORE_FACTS) as before, tempfile.TemporaryDirectory(prefix="twinstack-bench-") as folder:
        every = _pairs(before, unmonitored_in(Path(folder)))
        measured = {pair.name: _runs(pair) for pair in every}
    bars = [pair.bar(measured[pair.name]) for pair in every]
    figures = [
        f"| {_words(case)} | {value.wall:.2f} s | {value.cpu:.2f} s |"
        for pair in every
        for case, value in zip(
            (pair.first, pair.second), map(median, zip(*measured[pair.name], strict=True)), strict=True
        )
    ]
    text = REPORT.format(
        bars=table(bars), figures="\n".join(figures), rounds=ROUNDS, before=BEFORE_FACTS, cores=os.cpu_count()
    )
    page.write("changes", text)
    sys.stdout.write("\n".join([table(bars), "", *figures, "", f"written to {page.PAGE.relative_to(ROOT)}", ""]))
    return 0 if all(bar.held for bar in bars) else 1


def _pairs(before: Path, now: Path) -> list[Pair]:
    """A rehearsal has both halves where there is a control plane, else the infrastructure alone."""
    only = () if os.environ.get(ASSETS) else ONLY_TERRAFORM
    rehearsal = (PYTHON, "-m", "twinstack", "rehearse", "prod", *only)
    check = (PYTHON, "-m", "twinstack", "check")
    return [
        Pair(
            f"twinstack check, against {BEFORE_FACTS}",
            Case(check, before, path_of(before)),
            Case(check, now, {}),
            1.2,
        ),
        Pair(
            "twinstack rehearse --from, against rehearse",
            Case(rehearsal, ROOT, {}),
            Case((*rehearsal, "--from", "HEAD"), ROOT, {}),
            2.2,
        ),
    ]


def _runs(pair: Pair) -> list[tuple[Run, Run]]:
    for case in (pair.first, pair.second):  # once unmeasured: compiled files, page cache, code cache
        run(case.command, case.folder, case.variables)
    found: list[tuple[Run, Run]] = []
    for number in range(ROUNDS):
        # By turns which of the two is first, so that a machine that grows slower is no advantage.
        order = (pair.first, pair.second) if number % 2 == 0 else (pair.second, pair.first)
        one, other = (run(case.command, case.folder, case.variables) for case in order)
        found.append((one, other) if number % 2 == 0 else (other, one))
        sys.stderr.write(f"round {number + 1} of {ROUNDS}: {pair.name}, {found[-1][1].wall / found[-1][0].wall:.2f}\n")
    return found


def _words(case: Case) -> str:
    words = " ".join(["twinstack", *case.command[3:]])
    return f"`{words}`{f', at {BEFORE_FACTS}' if case.variables else ''}"


REPORT = """## Knowing a change beforehand

{bars}

| whole process | wall, median | CPU, median |
|---|---|---|
{figures}

Each pair ran {rounds} times by turns on {cores} cores, after once unmeasured; a bar is the median of the ratios within each
pair. `{before}` is the last commit whose `check` asked no facts: its production was watched by nobody, and `check` is compared on a copy
without what watches it. `rehearse --from HEAD` is from this commit to itself: both
releases are synthesized, planned, applied and brought in.
"""
