"""What is measured one by one, with the product's own waits: endpoints through a change, and how long a return takes."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from success_metrics.api import at
from success_metrics.checker import Checker
from success_metrics.cluster import Cluster, wait
from success_metrics.deployers import Deployer, Ended
from success_metrics.images import Image, Migration
from success_metrics.sampler import Sampler


@dataclass
class Stage:
    """One case that is played: a product that runs whole at `version`, and a watch on its endpoints."""

    cluster: Cluster
    deployer: Deployer
    version: str
    sampler: Sampler
    next_version: str
    figures: dict[str, Any] = field(default_factory=dict)
    """What was measured beside the endpoints; seconds unless the name says otherwise."""

    @property
    def checker(self) -> Checker:
        """Who judges its state."""
        return Checker(self.cluster.api, self.deployer.namespace, self.deployer.owner)

    def deploy(self, values: Mapping[str, object] | None = None) -> Ended:
        """Brings the next version out, to the end of the command."""
        self.deployer.prepare(self.next_version, values)
        self.sampler.mark("deploy")
        ended = self.deployer.begin(self.next_version).end(_PATIENCE_SECONDS)
        self.sampler.mark(f"ended with {ended.status}")
        self.figures |= {"deploy": round(ended.seconds, 1), "status": ended.status, "said": ended.last_line()}
        return ended

    def until_whole(self, version: str, seconds: float) -> float | None:
        """After how many seconds this version was whole; None where it was not in this time."""
        folder = {version: self.deployer.manifests(version)}
        try:
            return wait(lambda: self.checker.judge(folder).version == version, f"{version} is whole", seconds)
        except TimeoutError:
            return None

    def pods(self) -> list[dict[str, Any]]:
        """The pods of the backend."""
        return self.cluster.pods(self.deployer.namespace, f"app={BACKEND}")


def rolling_update(stage: Stage) -> None:
    """The next version, which is a good one."""
    stage.deploy()
    stage.until_whole(stage.next_version, 120)


def drained(stage: Stage) -> None:
    """Every node in turn, as when a cluster is upgraded, by `kubectl drain`."""
    for node in stage.cluster.nodes():
        stage.sampler.mark(node)
        stage.cluster.kubectl(
            "drain", node, "--ignore-daemonsets", "--delete-emptydir-data", "--force", "--timeout=600s"
        )
        stage.cluster.kubectl("uncordon", node)
    wait(lambda: stage.sampler.ready(SERVICE) >= len(stage.pods()), "all pods serve again")


def node_lost(stage: Stage) -> None:
    """The node of one pod falls silent, and is gone for good."""
    node, before = stage.pods()[0]["spec"]["nodeName"], stage.sampler.ready(SERVICE)
    lost = stage.sampler.mark("node lost")
    stage.cluster.lose(node)
    wait(lambda: not stage.cluster.is_ready(node), "the node is known to be lost")
    stage.figures["until it is known"] = round(stage.sampler.now() - lost, 1)
    wait(lambda: stage.sampler.ready(SERVICE) >= before, "its pods are replaced", 600)
    stage.figures["until its pods are replaced"] = round(stage.sampler.now() - lost, 1)
    stage.sampler.mark("replaced")
    stage.cluster.give_back(node)


def bad_version(image: Image) -> Callable[[Stage], None]:
    """A version that is never whole: how long until the last good one is."""

    def play(stage: Stage) -> None:
        stage.cluster.registry.push(stage.next_version, image)
        began = time.monotonic()
        stage.deploy()
        after = stage.until_whole(stage.version, _RETURN_SECONDS)
        stage.figures["until the last good version is whole"] = (
            None if after is None else round(time.monotonic() - began, 1)
        )

    return play


def crashing(stage: Stage) -> None:
    """A version that is ready, and crashes a minute after its start, all its pods again and again."""
    stage.cluster.registry.push(stage.next_version, Image(crashes_after_seconds=60))
    began = time.monotonic()
    ended = stage.deploy()
    if ended.status == 0:  # the command was done before it could be seen: a person goes back once it is
        wait(lambda: stage.sampler.ready(SERVICE) < len(stage.pods()), "the first pod has crashed", 120)
        stage.sampler.mark("back, by hand")
        back = stage.deployer.go_back(stage.version).end(_PATIENCE_SECONDS)
        stage.figures["back, by hand"] = round(back.seconds, 1)
    after = stage.until_whole(stage.version, _RETURN_SECONDS)
    stage.figures["until the last good version is whole"] = (
        None if after is None else round(time.monotonic() - began, 1)
    )


def secret_rotated(stage: Stage) -> None:
    """The database's password. Where the application has one role, the old value is refused at once; with two by turns
    it is taken until the rotation after (tests/rotation plays both on a real PostgreSQL).
    """
    if stage.deployer.name == "twinstack":
        stage.deploy({"database.password_version": 2})
        stage.until_whole(stage.next_version, 120)
        return
    path = at("v1", "secrets", stage.deployer.namespace, "analytics-secrets")
    old = (stage.cluster.api.get(path) or {})["data"]["database-url"]
    stage.sampler.mark("rotate")
    stage.cluster.api.merge(path, {"stringData": {"database-url": "database@v2"}})
    stage.cluster.vault.refuse(old)
    stage.cluster.kubectl("rollout", "restart", f"deployment/{BACKEND}", "-n", stage.deployer.namespace)
    stage.cluster.kubectl("rollout", "status", f"deployment/{BACKEND}", "-n", stage.deployer.namespace)
    stage.sampler.mark("restarted")


@dataclass(frozen=True)
class Scenario:
    """One thing that is measured."""

    title: str
    play: Callable[[Stage], None]
    needs: str = ""
    """What the way of deploying must have: `migration`."""


SCENARIOS: Final[Mapping[str, Scenario]] = {
    "rolling-update": Scenario("rolling update", rolling_update),
    "drain": Scenario("every node drained in turn", drained),
    "rotation": Scenario("the database's password rotated", secret_rotated),
    "broken-image": Scenario("a version whose image does not exist", bad_version(Image(exists=False))),
    "crash": Scenario("a version that crashes after a minute", crashing),
    "never-ready": Scenario("a version that never becomes ready", bad_version(Image(becomes_ready=False))),
    "migration-fails": Scenario(
        "a version whose migration fails", bad_version(Image(migration=Migration.FAILS)), needs="migration"
    ),
    "node-lost": Scenario("a node lost", node_lost),
}
BACKEND: Final = "analytics-backend"
SERVICE: Final = "analytics-backend-service"
_PATIENCE_SECONDS: Final = 1200.0
_RETURN_SECONDS: Final = 60.0
