"""The whole comparison: starts the control plane, runs the rounds, tells whether the bars are held, writes the page."""

from __future__ import annotations

import os
import platform
import sys
import tempfile
from pathlib import Path
from random import Random
from typing import Final

import yaml

from benchmarks import page
from benchmarks.deployment import objects, programs, report
from benchmarks.deployment.distance import distant
from benchmarks.deployment.samples import Samples, Step
from benchmarks.deployment.session import Session
from benchmarks.deployment.steps import BULK, Releases, Round
from benchmarks.deployment.tools import Helm, Tool, Twinstack, release_model
from benchmarks.deployment.watching import Watcher
from twinstack.delivery.release import Release
from twinstack.rehearsal.control_plane import ControlPlane

ROOT: Final = Path(__file__).parents[2]
CACHE: Final = ROOT / ".cache"
ROUNDS: Final = int(os.environ.get("BENCH_ROUNDS", "7"))
ROUND_TRIP: Final = 0.03
SEED: Final = 13
KUBECONFIG: Final = "kubeconfig"


def measure() -> int:
    """Measures in turn with helm, writes the section of docs/performance.md, and returns 1 where a bar is missed."""
    found = programs.fetch(CACHE)
    source, model = objects.synthesized(ROOT), release_model(ROOT)
    with (
        tempfile.TemporaryDirectory(prefix="twinstack-benchmark-") as folder,
        ControlPlane.start(nodes=6, pod_start_seconds=1, autoscaler_sync_seconds=2, audit=True) as plane,
        Watcher(plane.api) as watcher,
        distant(_named(plane.kubeconfig, model, Path(folder)), ROUND_TRIP) as far,
    ):
        near = Path(folder) / KUBECONFIG
        tools: list[Tool] = [
            Twinstack(Path(folder) / "twinstack", near, model),
            Helm(Path(folder) / "helm", near, found.helm),
        ]
        session = Session.on(plane, watcher, found.kubectl)
        session.define(source)
        samples = compare(session, [Releases.of(tool, source) for tool in tools], far, ROUNDS)
    bars = report.bars(samples)
    text = report.page(samples, bars, rounds=ROUNDS, cores=os.cpu_count() or 0, python=platform.python_version())
    page.write("deployment", text)
    sys.stdout.write(f"{text}\nwritten to {page.PAGE.relative_to(ROOT)}\n")
    return 0 if all(bar.held for bar in bars) else 1


def _named(kubeconfig: Path, model: Release, folder: Path) -> Path:
    """The kubeconfig with the cluster's own name in it, as AWS writes it: by that it is told to be the right cluster."""
    assert model.cluster is not None
    content = yaml.safe_load(kubeconfig.read_text("utf-8"))
    content["clusters"][0]["name"] = content["contexts"][0]["context"]["cluster"] = model.cluster.arn
    named = folder / KUBECONFIG
    named.write_text(yaml.safe_dump(content), "utf-8")
    return named


def compare(session: Session, rows: list[Releases], far: Path, rounds: int) -> Samples:
    """All rounds. Each tool runs once unmeasured at first: compiled files and page cache are warm then."""
    samples = Samples()
    bulk: dict[tuple[Step, str], Path] = {}
    for row in rows:
        for step, count in BULK.items():
            bulk[step, row.tool.name] = row.bulk(count)
            row.tool.deploy(bulk[step, row.tool.name], wait=False)
    for number in range(rounds):
        # Seeded by the round: the order can be had again, and is another in each.
        Round(session, rows, samples, Random(SEED + number), far).run(bulk)  # noqa: S311  no secret
        told = ", ".join(f"{row.tool.name} {samples.all(Step.NOTHING, row.tool.name)[-1].wall:.2f} s" for row in rows)
        sys.stderr.write(f"round {number + 1} of {rounds}: nothing new {told}\n")
    return samples
