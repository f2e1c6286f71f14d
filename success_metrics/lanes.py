"""The parts of the measurement that run side by side, each a process with a control plane of its own."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from success_metrics.api import at
from success_metrics.by_requirement import ByRequirement
from success_metrics.by_twinstack import ByTwinstack, Waits
from success_metrics.cluster import Cluster, wait
from success_metrics.consecutive import Consecutive
from success_metrics.deployers import Deployer
from success_metrics.draw import drawn
from success_metrics.kubelets import Pace
from success_metrics.sampler import Sampler
from success_metrics.scaling import SCALING
from success_metrics.scenarios import BACKEND, SCENARIOS, SERVICE, Scenario, Stage

Keep = Callable[[str, Any], None]


@dataclass(frozen=True)
class Size:
    """How much is played."""

    deployments: int = 100
    kills: int = 50
    seed: int = 13


@dataclass(frozen=True)
class Lane:
    """One part."""

    way: str
    """`requirement` or `twinstack`."""
    play: Callable[[str, Size, Keep], None]
    """Given the way, plays its part, and keeps each result as it is known."""


@contextmanager
def stage_of(
    way: str, pace: Pace, *, is_quick: bool = False, metrics: bool = False, watch_seconds: float = 0
) -> Iterator[tuple[Cluster, Deployer]]:
    """A cluster of its own, and who deploys to it."""
    with (
        tempfile.TemporaryDirectory(prefix="success-metrics-") as folder,
        Cluster.start(pace, metrics=metrics) as cluster,
    ):
        yield cluster, deployer_of(way, cluster, Path(folder), is_quick=is_quick, watch_seconds=watch_seconds)


def deployer_of(
    way: str, cluster: Cluster, folder: Path, *, is_quick: bool = False, watch_seconds: float = 0
) -> Deployer:
    """The one of this name; with `is_quick` its waits are shorter."""
    if way == ByRequirement.name:
        return ByRequirement(cluster, folder / way, pace=QUICKEST if is_quick else 1.0)
    quick = Waits(share=1 / QUICKER, migration_tries=0, deadline_seconds=QUICK_DEADLINE_SECONDS)
    return ByTwinstack(cluster, folder / way, quick if is_quick else Waits(watch_seconds=watch_seconds))


def deployments(way: str, size: Size, keep: Keep) -> None:
    """The consecutive deployments with their faults."""
    with stage_of(way, QUICK, is_quick=True) as (cluster, deployer):
        line = Consecutive(cluster, deployer, seed=size.seed)
        outcomes = []
        for outcome in line.run(drawn(size.deployments, size.seed), "1.0.{}".format):
            outcomes.append(outcome.as_json())
            keep("deployments", outcomes)


def kills(way: str, size: Size, keep: Keep) -> None:
    """Deployments that are killed, and the same command once more."""
    with stage_of(way, QUICK, is_quick=True) as (cluster, deployer):
        line = Consecutive(cluster, deployer, seed=size.seed)
        outcomes = []
        for outcome in line.kills(size.kills, "1.0.{}".format):
            outcomes.append(outcome.as_json())
            keep("kills", outcomes)


def measured(*keys: str, watch_seconds: float = 0) -> Callable[[str, Size, Keep], None]:
    """These scenarios, one after the other."""

    def play(way: str, _size: Size, keep: Keep) -> None:
        with stage_of(way, REAL, watch_seconds=watch_seconds) as (cluster, deployer):
            version = "1.0.0"
            deployer.install(version)
            for number, key in enumerate(keys, 1):
                scenario = SCENARIOS[key]
                if scenario.needs and scenario.needs not in deployer.has:
                    continue
                version = settled(cluster, deployer, version, number)
                keep(f"scenario {key}", played(cluster, deployer, scenario, version, f"1.{number}.1"))

    return play


def measured_at_once(*keys: str) -> Callable[[str, Size, Keep], None]:
    """These side by side, each in a namespace of its own: the requirement's rollouts take ten minutes to fail."""

    def play(way: str, _size: Size, keep: Keep) -> None:
        with stage_of(way, REAL) as (cluster, _), tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor() as pool:

            def one(number: int, key: str) -> None:
                deployer = ByRequirement(cluster, Path(folder) / key, namespace=key)
                deployer.install("1.0.0")
                keep(f"scenario {key}", played(cluster, deployer, SCENARIOS[key], "1.0.0", f"1.{number}.1"))

            for future in [pool.submit(one, number, key) for number, key in enumerate(keys, 1)]:
                future.result()

    return play


def scaled(way: str, _size: Size, keep: Keep) -> None:
    """The steps of load, each on a cluster of its own: an autoscaler remembers five minutes."""
    for key, scenario in SCALING.items():
        with stage_of(way, REAL, metrics=True) as (cluster, deployer):
            deployer.install("1.0.0")
            keep(f"scenario {key}", played(cluster, deployer, scenario, "1.0.0", "1.0.1"))


def settled(cluster: Cluster, deployer: Deployer, version: str, number: int) -> str:
    """The version that is whole before the next scenario begins; where none is, one that a person brings out."""
    from success_metrics.checker import Checker

    checker = Checker(cluster.api, deployer.namespace, deployer.owner)
    latest = f"1.{number - 1}.1"
    candidates = {one: deployer.manifests(one) for one in (latest, version) if deployer.manifests(one).is_dir()}
    end = time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < end:
        if found := checker.judge(candidates).version:
            return found
        time.sleep(1)
    fresh = f"1.{number}.0"
    deployer.restore(fresh)
    return fresh


def played(cluster: Cluster, deployer: Deployer, scenario: Scenario, version: str, following: str) -> dict[str, Any]:
    """One scenario, and what was seen."""
    sys.stderr.write(f"{deployer.name}: {scenario.title}\n")
    with Sampler(cluster.api, deployer.namespace, cluster.kubelets.lost_nodes.__contains__) as sampler:
        wait(lambda: sampler.ready(SERVICE) > 0, "the service answers")
        budget = _budget(cluster, deployer)
        stage = Stage(cluster, deployer, version, sampler, following)
        begun = sampler.now()
        time.sleep(_BEFORE_SECONDS)
        scenario.play(stage)
        time.sleep(_AFTER_SECONDS)
    watched = sampler.watched
    return {
        "figures": stage.figures,
        "budget": budget,
        "least": watched.least(SERVICE, begun),
        "seconds without": round(watched.seconds_below(SERVICE, 1), 1),
        "seconds below budget": None if budget is None else round(watched.seconds_below(SERVICE, budget), 1),
        **watched.as_json(),
    }


def _budget(cluster: Cluster, deployer: Deployer) -> int | None:
    """How many pods must be healthy by the disruption budget; None where there is none."""
    path = at("policy/v1", "poddisruptionbudgets", deployer.namespace, BACKEND)
    found = cluster.api.get(path)
    return None if found is None else int(found["status"]["desiredHealthy"])


def run(name: str, size: Size, file: Path) -> None:
    """Plays one lane, and writes what it finds into the file as soon as it is known."""
    found: dict[str, Any] = {}

    def keep(key: str, value: Any) -> None:
        found[key] = value
        file.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n", encoding="utf-8")

    lane = LANES[name]
    lane.play(lane.way, size, keep)


REAL: Final = Pace(start=8.0)
"""The product's own waits; a pod answers 8 s after its start."""
QUICK: Final = Pace(start=1.0, migration=0.5, pause_share=0.05)
QUICKER: Final = 20.0
"""How many times shorter the waits of the consecutive deployments are."""
QUICKEST: Final = 40.0
"""The same for the requirement's script, whose only wait is a deadline of ten minutes."""
QUICK_DEADLINE_SECONDS: Final = 30.0
PRODUCTION_WATCHES_SECONDS: Final = 90.0
"""`delivery.watch_seconds` of environments/prod.yaml."""
LANES: Final[Mapping[str, Lane]] = {
    "twinstack-deployments": Lane("twinstack", deployments),
    "requirement-deployments": Lane("requirement", deployments),
    "twinstack-returns": Lane(
        "twinstack",
        measured("broken-image", "crash", "never-ready", "migration-fails", watch_seconds=PRODUCTION_WATCHES_SECONDS),
    ),
    "requirement-returns": Lane("requirement", measured_at_once("broken-image", "crash", "never-ready")),
    "twinstack-endpoints": Lane("twinstack", measured("rolling-update", "drain", "rotation", "node-lost")),
    "requirement-endpoints": Lane("requirement", measured("rolling-update", "drain", "rotation", "node-lost")),
    "twinstack-kills": Lane("twinstack", kills),
    "requirement-kills": Lane("requirement", kills),
    "twinstack-scaling": Lane("twinstack", scaled),
    "requirement-scaling": Lane("requirement", scaled),
}
"""The longest first: they are begun in this order, a few at a time."""
SETTLE_SECONDS: Final = 30.0
_BEFORE_SECONDS: Final = 3.0
_AFTER_SECONDS: Final = 3.0


def names(chosen: Sequence[str]) -> list[str]:
    """The lanes to play: all, unless some are chosen by name or by the beginning of it."""
    return [name for name in LANES if not chosen or any(name.startswith(one) for one in chosen)]
