"""`make success-metrics`: plays every lane, keeps what was seen, and writes docs/success-metrics.md with its picture.

`python -m success_metrics play [LANE…]` plays some, each named or by the beginning of its name;
`python -m success_metrics write` makes the page from what is kept; `--quick` plays ten deployments and five kills alone.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from success_metrics.bars import missed
from success_metrics.lanes import Size, names, run
from success_metrics.page import kept, write


def main(arguments: Sequence[str]) -> int:
    """Returns 1 where a lane could not be played to its end, or this product does not hold what it must."""
    parser = argparse.ArgumentParser(prog="python -m success_metrics", description=__doc__)
    parser.add_argument("what", choices=("all", "play", "lane", "write"), nargs="?", default="all")
    parser.add_argument("lanes", nargs="*")
    parser.add_argument("--quick", action="store_true", help="10 deployments and 5 kills of each way")
    parser.add_argument("--seed", type=int, default=Size.seed)
    parser.add_argument("--at-once", type=int, default=5, help="lanes that are played side by side")
    parser.add_argument("--folder", type=Path, help="where what was seen is kept; with --quick a temporary one")
    given = parser.parse_args(arguments)
    given.folder = given.folder or (Path(tempfile.mkdtemp(prefix="success-metrics-")) if given.quick else FOLDER)
    size = Size(10, 5, given.seed) if given.quick else Size(seed=given.seed)
    if given.what == "lane":
        (name,) = given.lanes
        _activate()
        run(name, size, given.folder / f"{name}.json")
        return 0
    if given.what != "write":
        chosen = given.lanes or (("twinstack-deployments", "requirement-deployments") if given.quick else ())
        failed = _play(names(chosen), size, given)
        if failed:
            sys.stderr.write(f"not played to the end: {', '.join(failed)}; see {given.folder}\n")
            return 1
    if given.what != "play" and not given.quick:
        write(given.folder)
    found = list(missed(kept(given.folder)["twinstack"]))
    sys.stdout.write("".join(f"{line}\n" for line in [*found, f"{len(found)} bars missed"]))
    return 1 if found else 0


def _play(lanes: list[str], size: Size, given: argparse.Namespace) -> list[str]:
    """Plays lanes, a few at once; returns those that failed."""
    given.folder.mkdir(parents=True, exist_ok=True)
    waiting, running, failed = list(lanes), dict[str, subprocess.Popen[bytes]](), list[str]()
    quick = ["--quick"] if given.quick else []
    while waiting or running:
        while waiting and len(running) < given.at_once:
            name = waiting.pop(0)
            sys.stderr.write(f"{name} begins\n")
            command = [
                sys.executable, "-m", "success_metrics", "lane", name, "--seed", str(size.seed),
                "--folder", str(given.folder), *quick,
            ]  # fmt: skip
            running[name] = subprocess.Popen(command)
        for name, process in list(running.items()):
            try:
                status = process.wait(timeout=1)
            except subprocess.TimeoutExpired:
                continue
            del running[name]
            if status:
                failed.append(name)
    return failed


def _activate() -> None:
    from twinstack.bindings import activate

    activate(Path.cwd())


FOLDER: Final = Path(__file__).with_name("figures")

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
