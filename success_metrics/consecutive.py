"""Deployments one after the other, each with its fault, each judged by the checker."""

from __future__ import annotations

import random
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any, Final

from success_metrics.api import RefusedError
from success_metrics.checker import Checker, Verdict
from success_metrics.cluster import Cluster
from success_metrics.deployers import Deployer, Ended
from success_metrics.faults import FAULTS, Fault, Scene


@dataclass(frozen=True)
class Outcome:
    """How one deployment ended."""

    number: int
    version: str
    fault: str
    told: str
    """What was drawn of the fault."""
    struck: bool
    """Whether the way of deploying has what the fault breaks."""
    ending: str
    """`new`, `returned`, `mended` (half-done, and whole after the same command), or `wrong`."""
    status: int
    seconds: float
    finding: str
    """What was found where it was not right at once."""
    last_line: str

    def as_json(self) -> dict[str, Any]:
        """What is kept."""
        return {**asdict(self), "seconds": round(self.seconds, 1)}


class Consecutive:
    """One line of deployments on one cluster."""

    def __init__(self, cluster: Cluster, deployer: Deployer, *, seed: int, settle_seconds: float = 8.0) -> None:
        """`settle_seconds` is how long controllers may take after the command's end, before the state is judged."""
        self._cluster, self._deployer, self._seed, self._settle = cluster, deployer, seed, settle_seconds
        self._checker = Checker(cluster.api, deployer.namespace, deployer.owner)
        self._good = ""
        self._usual: list[float] = []

    def run(self, faults: list[str], versions: Callable[[int], str]) -> Iterator[Outcome]:
        """Installs a first version, then deploys one for each fault. Yields each outcome as it is known."""
        self._good = versions(0)
        self._deployer.install(self._good)
        for number, fault in enumerate(faults, 1):
            yield self.one(number, versions(number), fault)

    def kills(self, count: int, versions: Callable[[int], str]) -> Iterator[Outcome]:
        """Kills as many deployments, each at its own moment, and runs each once more: the same command must mend it."""
        self._good = versions(0)
        self._deployer.install(self._good)
        for number in range(1, _CLEAN_RUNS + 1):
            self.one(-number, f"{versions(0)}-clean{number}", "")
        for number in range(1, count + 1):
            yield self._killed(number, versions(number))

    def _killed(self, number: int, version: str) -> Outcome:
        """`new` where the kill left a whole version behind, `mended` where it took the same command, `wrong` else."""
        generator = random.Random(f"{self._seed}-kill-{number}")  # noqa: S311  no secret
        scene = Scene(self._cluster, self._deployer, version, generator, statistics.median(self._usual))
        self._deployer.prepare(version)
        ended = self._play(scene, FAULTS["client-killed"])
        _verdict, left = self._judged([version, self._good], ended, scene, settle_seconds=0)
        again = self._deployer.begin(version).end(_PATIENCE_SECONDS)
        _verdict, still = self._judged([version], again, scene)
        ending = "wrong" if still or again.status else "mended" if left else "new"
        if ending == "wrong":
            self._put_right(version)
        else:
            self._good = version
        finding = f"{left} → {still or again.last_line()}" if ending == "wrong" else left
        sys.stderr.write(f"kill {number} {scene.told}: {ending}, {finding}\n")
        return Outcome(
            number, version, "client-killed", scene.told, True, ending, ended.status, ended.seconds, finding,
            again.last_line(),
        )  # fmt: skip

    def one(self, number: int, version: str, key: str) -> Outcome:
        """One deployment with its fault, its ending, and where it was half-done the same command once more."""
        fault = FAULTS.get(key, Fault("none"))
        struck = bool(key) and (not fault.needs or fault.needs in self._deployer.has)
        if not struck:
            fault = Fault(fault.title)
        generator = random.Random(f"{self._seed}-{number}")  # noqa: S311  no secret
        usual = statistics.median(self._usual) if self._usual else _USUAL_SECONDS
        scene = Scene(self._cluster, self._deployer, version, generator, usual)
        fault.prepare(scene)
        self._deployer.prepare(version, scene.values)
        if struck and key == "stale-plan":
            self._deploy_meanwhile(scene)
        ended = self._play(scene, fault)
        if fault.healed_first:
            fault.heal(scene)
        acceptable = list(dict.fromkeys([version, *scene.others, self._good]))
        verdict, wrong = self._judged(acceptable, ended, scene)
        ending, finding = self._ending(verdict, scene), wrong
        if wrong:
            again = self._deployer.begin(version).end(_PATIENCE_SECONDS)
            verdict, still = self._judged(acceptable, again, scene)
            ending = "wrong" if still else "mended"
            finding = f"{wrong} → {still}" if still else wrong
        if not fault.healed_first:
            fault.heal(scene)
        if not key and ended.status == 0:
            self._usual.append(ended.seconds)
        if verdict.version:
            self._good = verdict.version
        if ending == "wrong":
            self._put_right(version)
        outcome = Outcome(
            number, version, key, scene.told, struck, ending, ended.status, ended.seconds, finding, ended.last_line()
        )
        sys.stderr.write(f"{number} {key or '-'} {scene.told}: {ending}, {ended.seconds:.1f} s, {finding}\n")
        return outcome

    def _play(self, scene: Scene, fault: Fault) -> Ended:
        """Runs the command beside the fault. A second command that the fault started is waited for as well."""
        scene.command = self._deployer.begin(scene.version)
        striking = threading.Thread(target=_striking, args=(fault, scene), daemon=True)
        striking.start()
        ended = scene.command.end(_PATIENCE_SECONDS)
        scene.over.set()
        striking.join(_PATIENCE_SECONDS)
        for other in scene.others.values():
            second = other.end(_PATIENCE_SECONDS)
            scene.told += f"; the second ended with status {second.status}: {second.last_line()}"
        return ended

    def _deploy_meanwhile(self, scene: Scene) -> None:
        """Another version goes out between the plan and its deployment."""
        other = f"{scene.version}-meanwhile"
        self._deployer.prepare(other)
        ended = self._deployer.begin(other).end(_PATIENCE_SECONDS)
        scene.told = f"{other}, status {ended.status}"
        self._good = other if ended.status == 0 else self._good

    def _judged(
        self, acceptable: list[str], ended: Ended, scene: Scene, settle_seconds: float | None = None
    ) -> tuple[Verdict, str]:
        """The verdict, once the state had time to settle, and what is wrong with the ending; empty where it is right."""
        folders = {version: self._deployer.manifests(version) for version in acceptable}
        end = time.monotonic() + (self._settle if settle_seconds is None else settle_seconds)
        while True:
            verdict = self._checker.judge(folders)
            wrong = "" if verdict.is_right else verdict.said()
            if verdict.is_right:
                wrong = self._said_otherwise(verdict, ended, scene)
            if not wrong or time.monotonic() > end:
                return verdict, wrong
            time.sleep(_LOOK_SECONDS)

    def _said_otherwise(self, verdict: Verdict, ended: Ended, scene: Scene) -> str:
        """The command says it is done, and another version is there; or its record says what did not happen."""
        if ended.status == 0 and verdict.version != scene.version and verdict.version not in scene.others:
            return f"it ended with status 0, and {verdict.version} is there"
        return scene.harm() or self._deployer.said_wrong(verdict.version or "")

    def _ending(self, verdict: Verdict, scene: Scene) -> str:
        return "new" if verdict.version in {scene.version, *scene.others} else "returned"

    def _put_right(self, version: str) -> None:
        """What a person would do by now, so that one wrong ending is not counted with every later one."""
        repair = f"{version}-repair"
        self._deployer.restore(repair)
        self._good = repair


def _striking(fault: Fault, scene: Scene) -> None:
    try:
        fault.strike(scene)
    except (RefusedError, OSError, TimeoutError) as error:
        scene.told = f"{scene.told} (the fault itself failed: {error})"


_PATIENCE_SECONDS: Final = 300.0
_USUAL_SECONDS: Final = 6.0
_LOOK_SECONDS: Final = 1.0
"""A look asks the API server for every object: where what is wrong stays so, it is looked at for the whole settling."""
_CLEAN_RUNS: Final = 3
"""Deployments without a fault, from which it is known how long one takes."""
