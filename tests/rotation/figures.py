"""`python -m tests.rotation.figures play NAME`: plays all scenarios and keeps what was seen, in figures/NAME.json.
`python -m tests.rotation.figures write`: makes the table and the picture of docs/rotation-figures.md from what is kept.

A run for the page is slower than one of the tests: its waits are shortened less, so that the time that this machine
needs for itself counts for less. Times are in seconds of the product.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

from tests.rotation.documented import ROOT
from tests.rotation.picture import picture
from tests.rotation.release import Releases
from tests.rotation.run import control_plane, running
from tests.rotation.sampler import Record
from tests.rotation.scenarios import SCENARIOS, Scenario
from twinstack.bindings import activate

FOLDER: Final = Path(__file__).with_name("figures")
PAGE: Final = ROOT / "docs/rotation-figures.md"
PICTURE: Final = ROOT / "docs/images/rotation.svg"
WATCHED: Final = ("analytics-backend", "analytics-worker")


def play(
    scenarios: Sequence[tuple[Scenario, str]],
    *,
    pace: float,
    patience_seconds: float,
    at_once: int,
    keep: Callable[[str, str, dict[str, Any]], None],
) -> None:
    """Plays scenarios, each `calm` or `hostile`, with pods that are drained and restarted; `keep` takes what was seen."""
    with tempfile.TemporaryDirectory() as folder, control_plane() as plane:
        releases = Releases(Path(folder), pace=pace)

        def one(scenario: Scenario, kind: str) -> None:
            with running(
                plane, f"{scenario.key}-{kind}", releases, scenario.first(),
                patience_seconds=patience_seconds, is_calm=kind == "calm",
            ) as run:  # fmt: skip
                try:
                    scenario.play(run)
                finally:
                    run.sampler.stop()
                keep(
                    scenario.key, kind, {**summary(run.record), "problems": [shortened(each) for each in run.problems]}
                )

        with ThreadPoolExecutor(at_once) as pool:
            for future in [pool.submit(one, *each) for each in scenarios]:
                future.result()


def summary(record: Record) -> dict[str, Any]:
    """What is kept of a record."""
    return {
        "least_ready": {name: record.least_ready(name) for name in WATCHED},
        "seconds_without": {name: round(record.seconds_without(name)) for name in WATCHED},
        "broken_promises": record.broken_promises(),
        "logins": record.logins,
        "refused": len(record.refusals),
        "tokens_refused": record.tokens_refused,
        "seconds": round(record.samples[-1].at),
        "ready": {name: changes(record, name) for name in WATCHED},
        "marks": [[round(at), step] for at, step in record.marks if step in STEPS],
    }


def changes(record: Record, workload: str) -> list[list[int]]:
    """The moments at which the number of ready pods changed, each with the number from then on."""
    found: list[list[int]] = []
    for sample in record.samples:
        ready = sample.ready.get(workload, 0)
        if not found or found[-1][1] != ready:
            found.append([round(sample.at), ready])
    return found


def shortened(problem: str) -> str:
    """A problem without what differs from run to run."""
    text = re.sub(r"-[0-9a-f]{6,10}(-[a-z0-9]{5})?\b", "", problem)
    return text if len(text) < _LONGEST else f"{text[:_LONGEST]}…"


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.rotation.figures")
    commands = parser.add_subparsers(dest="command", required=True)
    player = commands.add_parser("play")
    player.add_argument("name")
    player.add_argument("--pace", type=float, default=3)
    player.add_argument("--patience", type=float, default=30)
    player.add_argument("--at-once", type=int, default=3)
    player.add_argument("--only", nargs="*", default=())
    player.add_argument("--kind", choices=KINDS, nargs="*", default=KINDS)
    commands.add_parser("write")
    given = parser.parse_args(arguments)
    activate(ROOT)
    if given.command == "play":
        chosen = [one for one in SCENARIOS if not given.only or one.key in given.only]
        play(
            [(one, kind) for kind in given.kind for one in chosen],
            pace=given.pace, patience_seconds=given.patience, at_once=given.at_once, keep=_Keeper(given.name).keep,
        )  # fmt: skip
    else:
        text, drawn = written(PAGE.read_text(encoding="utf-8"))
        PAGE.write_text(text, encoding="utf-8")
        PICTURE.write_text(drawn, encoding="utf-8")
    return 0


def written(page: str) -> tuple[str, str]:
    """The page with the table of what is kept, and the picture."""
    before, after = (json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8")) for name in ("before", "after"))
    start, _, rest = page.partition(_BEGIN)
    _, _, end = rest.partition(_END)
    drawn = {name: kept[_DRAWN]["calm"] for name, kept in (("before", before), ("after", after))}
    title = "Ready pods while the database's password is rotated, and taken back"
    table = "\n".join(_table(before, after))
    return f"{start}{_BEGIN}\n{table}\n{_END}{end}", picture(drawn, WATCHED[0], title)


def _table(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    yield "| what is done | least pods ready | seconds with none | logins refused | tokens refused | pods that stayed away |"
    yield "|---|---|---|---|---|---|"
    for scenario in SCENARIOS:
        cells = zip(*(_cells(kept.get(scenario.key)) for kept in (before, after)), strict=True)
        yield f"| {scenario.title} | {' | '.join(' → '.join(pair) for pair in cells)} |"


def _cells(kinds: Mapping[str, Mapping[str, Any]] | None) -> Sequence[str]:
    if kinds is None:
        return ("–",) * 5
    calm, runs = kinds["calm"], kinds.values()
    stayed = sum(any(word in problem for word in _STAYED) for run in runs for problem in run["problems"])
    return (
        str(min(calm["least_ready"].values())),
        str(max(calm["seconds_without"].values())),
        str(sum(run["refused"] for run in runs)),
        str(sum(run["tokens_refused"] for run in runs)),
        str(stayed),
    )


class _Keeper:
    """Writes down each run as soon as it is over."""

    def __init__(self, name: str) -> None:
        FOLDER.mkdir(exist_ok=True)
        self._file = FOLDER / f"{name}.json"
        self._lock = threading.Lock()

    def keep(self, key: str, kind: str, found: Mapping[str, Any]) -> None:
        with self._lock:
            kept = json.loads(self._file.read_text(encoding="utf-8")) if self._file.exists() else {}
            kept.setdefault(key, {})[kind] = found
            self._file.write_text(f"{json.dumps(kept, indent=1, sort_keys=True)}\n", encoding="utf-8")
            sys.stderr.write(f"{key}, {kind}: {len(found['problems'])} problems\n")


_BEGIN: Final = "<!-- figures: python -m tests.rotation.figures write -->"
_END: Final = "<!-- end of figures -->"
_DRAWN: Final = "database-password"
_STAYED: Final = ("did not come back", "could not be drained", "in vain")
KINDS: Final = ("calm", "hostile")
STEPS: Final = ("terraform", "migration", "rollout", "return", "the value arrives", "another try")
_LONGEST: Final = 300

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
