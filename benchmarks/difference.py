"""How long `twinstack diff` against a Git revision takes, against one synthesis: it makes two."""

from __future__ import annotations

import os
import platform
import statistics
import sys
from typing import Final

from benchmarks import page
from benchmarks.bars import Bar, table
from benchmarks.measure import Run, median, run
from benchmarks.synthesis import PYTHON, ROOT, ROUNDS

SYNTH: Final = "twinstack synth prod"
DIFF: Final = "twinstack diff prod --against HEAD"
CHANGED: Final = 3
"""The exit status of a diff that finds something, in a work tree with changes."""


def measure() -> int:
    """Measures in pairs, writes the report, and returns 1 where the bar is missed."""
    commands = {words: [PYTHON, "-m", *words.split()] for words in (SYNTH, DIFF)}
    runs: dict[str, list[Run]] = {words: [] for words in commands}
    for number in range(ROUNDS + 1):  # the first is not measured: compiled files, page cache, code cache
        for words, command in commands.items():
            made = run(command, ROOT, {}, fine=(0, CHANGED))
            if number:
                runs[words].append(made)
                sys.stderr.write(f"round {number} of {ROUNDS}: {words}, {made.wall:.2f} s\n")
    ratios = [diff.wall / synth.wall for synth, diff in zip(runs[SYNTH], runs[DIFF], strict=True)]
    bars = [
        Bar("a diff against a Git revision, against one synth", statistics.median(ratios), "<=", 2, "times the time")
    ]
    figures = [
        f"| `{words}` | {middle.wall:.2f} s | {middle.cpu:.2f} s | "
        f"{min(one.wall for one in several):.2f} to {max(one.wall for one in several):.2f} s |"
        for words, several in runs.items()
        for middle in [median(several)]
    ]
    text = REPORT.format(
        bars=table(bars),
        figures="\n".join(figures),
        rounds=ROUNDS,
        cores=os.cpu_count(),
        python=platform.python_version(),
        least=min(ratios),
        most=max(ratios),
    )
    page.write("difference", text)
    sys.stdout.write("\n".join([table(bars), "", *figures, "", f"written to {page.PAGE.relative_to(ROOT)}", ""]))
    return 0 if all(bar.held for bar in bars) else 1


REPORT: Final = """## What a change does

{bars}

| whole process | wall, median | CPU, median | wall, range |
|---|---|---|---|
{figures}

Where nothing but the layers was another at the revision, which Git tells in some hundredths of a second, the program that runs makes
both sides: it is started and loaded once. Otherwise the revision's own program makes its side, in a process beside: that
took 2.26 times while a synth took a second, and more now that it takes half of one. The ratio is the median of those of {rounds} pairs, from {least:.2f} to {most:.2f}; {cores} cores, Python {python}.
"""
