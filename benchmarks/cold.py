"""What the first synthesis on a machine costs: a clone and `make synth`, and an installed library, with nothing kept from before.

What is loaded from the registries takes as long as their network does, so that the parts are told apart.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from benchmarks import page
from benchmarks.former import ROOT
from benchmarks.measure import run

BEFORE: Final = "fd7319d"
BROUGHT_NODE: Final = "dfc3ce1"
"""The last commit whose installation brought node and the wheels of the engines."""
PYTHON: Final = f"python{sys.version_info.major}.{sys.version_info.minor}"
MIB: Final = 2**20


def measure() -> int:
    """Measures the commit before the native engine, the last that brought node, and the present one, once each, and writes the
    report.
    """
    cases = ((f"at {BEFORE}", BEFORE), (f"at {BROUGHT_NODE}", BROUGHT_NODE), ("now", "HEAD"))
    rows = [_row(words, commit) for words, commit in cases]
    page.write(
        "cold",
        REPORT.format(
            rows="\n".join(rows), python=PYTHON, cores=os.cpu_count(), before=BEFORE, brought_node=BROUGHT_NODE
        ),
    )
    sys.stdout.write("\n".join([*rows, "", f"written to {page.PAGE.relative_to(ROOT)}", ""]))
    return 0


def _row(words: str, commit: str) -> str:
    with tempfile.TemporaryDirectory(prefix="twinstack-cold-") as temporary:
        home = Path(temporary)
        clone = home / "clone"
        subprocess.run(["git", "clone", "--quiet", "--no-local", str(ROOT), str(clone)], check=True)
        subprocess.run(["git", "-C", str(clone), "checkout", "--quiet", commit], check=True)
        fresh = _nothing_kept(home)
        made = [_seconds(step, clone, fresh) for step in (["make", ".venv/.complete"], ["make", "synth"])]
        shutil.rmtree(clone / ".venv")
        other = home / "installed"
        fresh = _nothing_kept(home / "other")
        wanted = f"{clone / 'constructs'}[aws,kubernetes]"
        installed = _seconds(
            ["bash", "-c", f"{PYTHON} -m venv {other} && {other}/bin/pip install --quiet '{wanted}'"], clone, fresh
        )
        shutil.rmtree(clone / "imports", ignore_errors=True)
        synth = [str(other / "bin" / "twinstack"), "synth", "prod"]
        first, second = (run(synth, clone, fresh) for _ in range(2))
        size = sum(file.stat().st_size for file in other.rglob("*") if file.is_file() and not file.is_symlink())
        sys.stderr.write(f"{words}: {made}, {installed:.0f} s, {first.wall:.1f} s, {second.wall:.1f} s\n")
        return (
            f"| {words} | {made[0]:.0f} s | {made[1]:.1f} s | {installed:.0f} s, {size / MIB:.0f} MiB | {first.wall:.1f} s, "
            f"{first.memory / MIB:.0f} MiB | {second.wall:.1f} s, {second.memory / MIB:.0f} MiB |"
        )


def _nothing_kept(home: Path) -> dict[str, str]:
    """A user's folders with nothing in them."""
    home.mkdir(parents=True, exist_ok=True)
    return {
        "XDG_CACHE_HOME": str(home / "cache"),
        "PIP_CACHE_DIR": str(home / "pip"),
        "PIPENV_CACHE_DIR": str(home / "pipenv"),
        "TWINSTACK_TRUSTED_FOLDERS": "*",
    }


def _seconds(command: Sequence[str], folder: Path, fresh: dict[str, str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, cwd=folder, env={**os.environ, **fresh}, check=True, stdout=sys.stderr)
    return time.perf_counter() - start


REPORT: Final = """## The first time

| | `make synth` of a clone: packages | its synthesis of three environments | `pip install twinstack[aws,kubernetes]` | first `synth prod` | second |
|---|---|---|---|---|---|
{rows}

Each ran once, {python}, {cores} cores, with a fresh clone and empty caches of the user's: what the packages take is the
registries' and the network's. `{before}` began every synthesis with node, and its first built `imports/`; `{brought_node}` made both
halves in Python, of tables that its first built from the wheels; now the library brings those, neither node nor a wheel of the
engines is installed, and the first synthesis compiles what it imports.
"""
