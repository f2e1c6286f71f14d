"""How long both halves of an environment take to make, against the stock bindings."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks import page
from benchmarks.bars import Bar, table
from benchmarks.measure import Run, median, run

ROOT = Path(__file__).parent.parent
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
PYTHON = str(ROOT / ".venv" / "bin" / "python")
STOCK = {"TWINSTACK_BINDINGS": "stock"}
MIB = 2**20


def measure() -> int:
    """Measures in alternation, writes the report, and returns 1 where a bar is missed."""
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "bench.py"
        program.write_text(PROGRAM, encoding="utf-8")
        cases = {
            "prod, stock bindings": ([PYTHON, str(program), folder, "prod"], STOCK),
            "prod": ([PYTHON, str(program), folder, "prod"], {}),
            "three environments": ([PYTHON, str(program), folder], {}),
            "twinstack check": ([PYTHON, "-m", "twinstack", "check"], {}),
        }
        for command, variables in cases.values():  # once unmeasured: compiled files, page cache, code cache
            run(command, ROOT, variables)
        runs: dict[str, list[Run]] = {name: [] for name in cases}
        for number in range(ROUNDS):
            for name, (command, variables) in cases.items():
                runs[name].append(run(command, ROOT, variables))
                sys.stderr.write(f"round {number + 1} of {ROUNDS}: {name}, {runs[name][-1].wall:.2f} s\n")
    medians = {name: median(values) for name, values in runs.items()}
    stock, one, three, check = medians.values()
    bars = [
        Bar("prod, both halves, against the stock bindings: time", stock.wall / one.wall, ">=", 9.0, "times faster"),
        Bar(
            "prod, both halves, against the stock bindings: memory", stock.memory / one.memory, ">=", 5.0, "times less"
        ),
        Bar("three environments against one", three.wall / one.wall, "<=", 1.6, "times the time"),
        Bar("twinstack check", check.wall, "<=", 0.5, "seconds"),
    ]
    figures = [
        f"| {name} | {value.wall:.2f} s | {value.cpu:.2f} s | {value.memory / MIB:.0f} MiB | "
        f"{min(one.wall for one in runs[name]):.2f} to {max(one.wall for one in runs[name]):.2f} s |"
        for name, value in medians.items()
    ]
    text = REPORT.format(
        bars=table(bars),
        figures="\n".join(figures),
        rounds=ROUNDS,
        cores=os.cpu_count(),
        python=platform.python_version(),
        node=_node(),
    )
    page.write("synthesis", text)
    sys.stdout.write("\n".join([table(bars), "", *figures, "", f"written to {page.PAGE.relative_to(ROOT)}", ""]))
    return 0 if all(bar.held for bar in bars) else 1


def _node() -> str:
    from twinstack.bindings.node import find_node

    return subprocess.run([find_node(), "--version"], capture_output=True, text=True, check=True).stdout.strip()


PROGRAM = """
import gc, sys
from pathlib import Path
gc.disable()
sys.path.insert(0, str(Path.cwd()))
from twinstack.bindings import activate
activate(Path.cwd())
from stacks import product
from twinstack.environment.spec import Half
from twinstack.synthesis import write
folder = Path(sys.argv[1])
write(product, product.load_all(sys.argv[2:]), {Half.INFRASTRUCTURE: folder / "a", Half.WORKLOADS: folder / "b"}, tuple(Half))
"""
REPORT = """## Making the output

{bars}

| whole process | wall, median | CPU, median | memory, median of the peaks | wall, range |
|---|---|---|---|---|
{figures}

### Method

Every figure is a whole process, from start to end, with node and Python and whatever else it starts: wall time; CPU time
of all its processes; resident memory summed over them, looked at every 20 ms. Each case runs once unmeasured, so that
compiled files and page cache are warm, then {rounds} times in alternation with the others. Both sides of a comparison
run the same program, which makes both halves of the same environments; the stock side sets
`TWINSTACK_BINDINGS=stock`, which uses the installed wheels as they are. {cores} cores, Python {python}, node {node}.

### Where the time went

Importing the stock AWS bindings loads 2,212 Python modules and as many JavaScript files to use some fifty of them.
`imports/` holds just those, taken from the installed wheels, under the same names; what only checks types at run time
or describes itself is left out, and the jsii assembly lists only the types that are there. Node is started first and
loads while Python imports; it runs jsii's kernel in its own process instead of a second one, and keeps V8's compiled code
between runs. The output is the same, byte for byte, which a test holds.
"""
