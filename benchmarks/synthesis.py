"""How long both halves of an environment take to make: on each engine, as they were before the native one, in TypeScript."""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from benchmarks import growing, page, typescript
from benchmarks.bars import Bar, table
from benchmarks.former import ROOT, former, path_of, unmonitored_in
from benchmarks.measure import Run, median, run
from benchmarks.watching import watched

ROUNDS: Final = int(os.environ.get("BENCH_ROUNDS", "5"))
PYTHON: Final = str(ROOT / ".venv" / "bin" / "python")
BEFORE: Final = "fd7319d"
"""The last commit whose only engine was node."""
MIB: Final = 2**20
MODE: Final = "TWINSTACK_BINDINGS"


@dataclass(frozen=True, slots=True)
class Case:
    """One command, in one folder."""

    command: Sequence[str]
    folder: Path = ROOT
    variables: Mapping[str, str] = field(default_factory=dict[str, str])

    def run(self) -> Run:
        return run(self.command, self.folder, self.variables)


Runs = Mapping[str, Sequence[Run]]


def measure() -> int:
    """Measures in alternation, writes the report, and returns 1 where a bar is missed."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="twinstack-bench-")))
        before = stack.enter_context(former(BEFORE))
        now = unmonitored_in(folder / "now")
        made = now / TERRAFORM, now / MANIFESTS
        Case(_twinstack("synth", "prod"), now).run()
        program = typescript.write(folder / "typescript", *made)
        cases = _cases(before, now, folder, program)
        for name, case in cases.items():  # once unmeasured: compiled files, page cache, code cache, imports/
            sys.stderr.write(f"beforehand: {name}, {case.run().wall:.2f} s\n")
        if found := typescript.differences(program, *made):
            raise RuntimeError("the program in TypeScript makes something else:\n" + "\n".join(found))
        runs: dict[str, list[Run]] = {name: [] for name in cases}
        for number in range(ROUNDS):
            for name, case in cases.items():
                runs[name].append(case.run())
                sys.stderr.write(f"round {number + 1} of {ROUNDS}: {name}, {runs[name][-1].wall:.2f} s\n")
        changes = _changes()
        grown = _growth(folder)
    bars = [*_bars(runs), _watch_bar(runs, changes), *_growth_bars(grown)]
    figures = [_row(name, of) for name, of in runs.items()]
    text = REPORT.format(
        bars=table(bars),
        figures="\n".join(figures),
        growth="\n".join(_growth_rows(grown)),
        rounds=ROUNDS,
        statements=program.statements,
        objects=program.objects,
        changed=f"{statistics.median(changes):.2f}",
        cores=os.cpu_count(),
        python=platform.python_version(),
        node=_output(_node(), "--version"),
        typescript=_output(_node(), str(typescript.COMPILER), "--version").rpartition(" ")[2],
        before=BEFORE,
    )
    page.write("synthesis", text)
    sys.stdout.write("\n".join([table(bars), "", *figures, "", f"written to {page.PAGE.relative_to(ROOT)}", ""]))
    return 0 if all(bar.held for bar in bars) else 1


def _cases(before: Path, now: Path, folder: Path, program: typescript.Program) -> dict[str, Case]:
    tests = folder / "tests"
    tests.mkdir()
    (tests / "pytest.ini").write_text("[pytest]\n", "utf-8")
    (tests / "test_product.py").write_text(TESTS, "utf-8")
    pytest = (
        PYTHON,
        "-m",
        "pytest",
        "-q",
        "-p",
        "twinstack.testing.plugin",
        "-c",
        str(tests / "pytest.ini"),
        str(tests),
    )
    alone = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    former_path = path_of(before)
    return {
        PROD: Case(_twinstack("synth", "prod"), now),
        f"{PROD}, on node": Case(_twinstack("synth", "prod"), now, {MODE: "node"}),
        f"{PROD}, on the wheels as they are": Case(_twinstack("synth", "prod"), now, {MODE: "stock"}),
        f"{PROD}, {AT}": Case(_twinstack("synth", "prod"), before, former_path),
        f"{PROD}, and what watches it": Case(_twinstack("synth", "prod")),
        THREE: Case(_twinstack("synth"), now),
        f"{THREE}, {AT}": Case(_twinstack("synth"), before, former_path),
        CHECK: Case(_twinstack("check"), now),
        f"{CHECK}, {AT}": Case(_twinstack("check"), before, former_path),
        TESTED: Case(pytest, now, {MODE: "native", **alone}),
        f"{TESTED}, {AT}": Case(pytest, before, {**former_path, **alone}),
        COMPILING: Case((_node(), *program.compile)),
        TYPESCRIPT: Case((_node(), *program.run)),
    }


def _twinstack(*arguments: str) -> tuple[str, ...]:
    return (PYTHON, "-m", "twinstack", *arguments)


def _bars(runs: Runs) -> list[Bar]:
    def ratio(name: str, *others: str, of: Callable[[Run], float] = lambda one: one.wall) -> float:
        """The median of the ratios within each round."""
        rounds = zip(runs[name], zip(*(runs[one] for one in others), strict=True), strict=True)
        return statistics.median(of(one) / sum(map(of, several)) for one, several in rounds)

    def bar(name: str, value: float, wanted: float, unit: str = "times the time") -> Bar:
        return Bar(name, value, "<=", wanted, unit)

    return [
        bar(f"{PROD}, against {BEFORE}", ratio(PROD, f"{PROD}, {AT}"), 0.33),
        bar(
            f"{PROD}, against {BEFORE}: memory of all processes",
            ratio(PROD, f"{PROD}, {AT}", of=lambda one: one.memory),
            0.25,
            "times the memory",
        ),
        bar(f"{PROD}, against the wheels as they are", ratio(PROD, f"{PROD}, on the wheels as they are"), 0.1),
        bar(f"{PROD}, against TypeScript, compiled before", ratio(PROD, TYPESCRIPT), 1.0),
        bar(f"{PROD}, against TypeScript with its compilation", ratio(PROD, TYPESCRIPT, COMPILING), 0.2),
        bar(f"{THREE}, against {BEFORE}", ratio(THREE, f"{THREE}, {AT}"), 0.35),
        bar(f"{THREE}, against one", ratio(THREE, PROD), 1.4),
        bar(f"{TESTED}, against {BEFORE}", ratio(TESTED, f"{TESTED}, {AT}"), 0.35),
        bar(f"{CHECK}, against {BEFORE}", ratio(CHECK, f"{CHECK}, {AT}"), 0.6),
    ]


def _row(name: str, runs: Sequence[Run]) -> str:
    value = median(runs)
    walls = [one.wall for one in runs]
    return (
        f"| {name} | {value.wall:.2f} s | {value.cpu:.2f} s | {value.memory / MIB:.0f} MiB | "
        f"{min(walls):.2f} to {max(walls):.2f} s |"
    )


def _changes() -> list[float]:
    """Seconds from a changed value in a layer until it is in the files."""
    with watched(PYTHON) as synth:
        synth.change(40)  # unmeasured
        return [synth.change(41 + number) for number in range(max(ROUNDS, 5))]


def _watch_bar(runs: Runs, changes: Sequence[float]) -> Bar:
    cold = median(runs[PROD]).wall
    return Bar(
        "a changed value in the files, with `--watch`, against a whole synth",
        statistics.median(changes) / cold, "<=", 0.25, "times the time",
    )  # fmt: skip


def _growth(folder: Path) -> dict[tuple[int, bool, str], Run]:
    """The median of each command on products that grow. In 400 workloads more links are refused than a layer may hold."""
    found: dict[tuple[int, bool, str], list[Run]] = {}
    cases: dict[tuple[int, bool, str], Case] = {}
    for workloads in SIZES:
        for every_link in (False, True)[: 1 if workloads > MOST_WITH_EVERY_LINK else 2]:
            product = folder / f"grown-{workloads}-{every_link}"
            growing.write(product, workloads, every_link=every_link)
            for command in ("synth", "check"):
                cases[workloads, every_link, command] = Case(_twinstack(command), product)
    for number in range(min(ROUNDS, 3)):
        for key, case in cases.items():
            found.setdefault(key, []).append(case.run())
            sys.stderr.write(f"growth, round {number + 1}: {key}, {found[key][-1].wall:.2f} s\n")
    return {key: median(several) for key, several in found.items()}


def _growth_bars(grown: Mapping[tuple[int, bool, str], Run]) -> list[Bar]:
    most = MOST_WITH_EVERY_LINK
    return [
        Bar(
            f"`{command}` of {most} workloads with every link, against two links each",
            grown[most, True, command].wall / grown[most, False, command].wall, "<=", wanted, "times the time",
        )
        for command, wanted in (("synth", 3.0), ("check", 2.0))
    ]  # fmt: skip


def _growth_rows(grown: Mapping[tuple[int, bool, str], Run]) -> list[str]:
    def cell(*key: object) -> str:
        one = grown.get(key)  # ty: ignore[invalid-argument-type]
        return f"{one.wall:.2f} s" if one else ""

    return [
        f"| {size} | {2 * size:,} | {cell(size, False, 'synth')} | {cell(size, False, 'check')} | "
        + (f"{size + size * size:,}" if (size, True, "synth") in grown else "")
        + f" | {cell(size, True, 'synth')} | {cell(size, True, 'check')} |"
        for size in SIZES
    ]


def _node() -> str:
    from twinstack.bindings.node import find_node

    return find_node()


def _output(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


PROD: Final = "prod, both halves"
THREE: Final = "three environments"
CHECK: Final = "`twinstack check`"
TESTED: Final = "pytest with five syntheses"
COMPILING: Final = "the TypeScript program: its compilation"
TYPESCRIPT: Final = "the TypeScript program, compiled before"
AT: Final = f"at {BEFORE}"
TERRAFORM: Final = Path("cdktf.out", "stacks", "analytics-prod", "cdk.tf.json")
MANIFESTS: Final = Path("dist", "analytics-prod")
SIZES: Final = (10, 40, 120, 400)
MOST_WITH_EVERY_LINK: Final = 120
TESTS: Final = """import pytest


@pytest.mark.parametrize("days", range(31, 36))
def test_exports_are_kept_for_as_long_as_it_says(twin, days):
    files = twin("prod", {"exports.expire_days": days}).files
    assert any(f'"days": {days}' in text for text in files.values())
"""
REPORT: Final = """## Making the output

{bars}

| whole process | wall, median | CPU, median | memory, median of the peaks | wall, range |
|---|---|---|---|---|
{figures}

With `twinstack synth prod --watch` a changed value of a layer is in the files after {changed} s (median).

### How it grows

Each workload has a bucket and settings of its own. With two links it is linked to those, with every link to its bucket and to
the settings of all. 400 workloads with every link are more than a layer may say (20,000 values).

| workloads | links, two each | `synth` | `check` | every link | `synth` | `check` |
|---|---|---|---|---|---|---|
{growth}

### Method

Every figure is a whole process, from start to end, with node and Python and whatever else it starts: wall time; CPU time
of all its processes; resident memory summed over them, looked at every 20 ms. Each case runs once unmeasured, so that
compiled files, page cache, `imports/` and tables are there, then in {rounds} rounds in alternation with the others; a bar is
the median of the ratios within each round. {cores} cores, Python {python}, node {node}.

`{before}` is the last commit on which every synth began with node. It runs in a folder of its own, with its own code and the
same Python and wheels. Nobody watched production then, so what is measured is a copy of the product without it:
`monitoring` and the exporters of nodes are taken out of environments/prod.yaml. What they cost is a row of its own. The tests are one file of a product that makes prod five times, with another value each time, on the
native engine and on what there was, with pytest and twinstack's own plugin alone. The program in TypeScript is generated from
prod's output: a typed class for each of {statements} blocks and {objects} objects, each imported from its own file, compiled by
TypeScript {typescript} and run by the same node on the same releases of cdktf and cdk8s. It makes the same Terraform JSON but for
cdktf's own notes, and the same objects; what it lacks is what twinstack does besides: environments, links, names, rules.

### Where the time went

Importing the stock AWS bindings loads 2,212 Python modules and as many JavaScript files to use some fifty of them. The native
engine starts no node and imports none of them: it makes the classes that a program names, of tables that are built once. What is
left is Python itself, the models of the environment, the rules, and the two halves: see [Engines](engines.md).
"""
