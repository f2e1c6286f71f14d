"""A few deployments with faults of each way, from start to end, judged as the hundred are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from success_metrics.api import at
from success_metrics.by_requirement import ByRequirement
from success_metrics.by_twinstack import ByTwinstack
from success_metrics.checker import Checker
from success_metrics.cluster import Cluster, wait
from success_metrics.consecutive import Consecutive
from success_metrics.draw import drawn
from success_metrics.lanes import Size, deployer_of

pytestmark = pytest.mark.slow


def test_of_the_requirements_script_what_is_wrong_is_called_wrong(
    cluster: Cluster, installed: Callable[[], ByRequirement]
) -> None:
    deployer = installed()
    line = Consecutive(cluster, deployer, seed=1, settle_seconds=30)
    deployer.install = lambda version: None  # type: ignore[method-assign]
    versions = ["1.0.0", "1.0.1", "1.0.2", f"{deployer.namespace}-broken", "1.0.4"]
    plain, edited, broken, last = line.run(["", "conflict", "broken-image", ""], versions.__getitem__)
    assert (plain.ending, plain.status) == ("new", 0)
    assert (edited.ending, edited.status) == ("wrong", 0), "it says that it is done, and leaves what was edited"
    assert "limits.memory is '640Mi', not '512Mi'" in edited.finding
    assert broken.ending == "wrong"
    assert broken.status != 0
    assert (last.ending, last.status) == ("new", 0)


def test_the_products_own_manifests_are_whole_once_they_are_applied(cluster: Cluster, tmp_path: Path) -> None:
    """By kubectl, so that the checker and the simulation are tried on them without the engine that they are to judge."""
    deployer = deployer_of(ByTwinstack.name, cluster, tmp_path, is_quick=True)
    deployer.prepare("1.0.0")
    checker = Checker(cluster.api, deployer.namespace, deployer.owner)
    wanted = {"1.0.0": deployer.manifests("1.0.0")}
    try:
        assert "Deployment analytics-backend is not there" in str(checker.judge(wanted).findings)
        cluster.kubectl("apply", "--server-side", "-f", str(deployer.manifests("1.0.0")))
        wait(lambda: checker.judge(wanted).is_right, "all of it is whole")
        deployer.prepare("1.0.1", deployer.lose_secret())
        cluster.kubectl("apply", "--server-side", "-f", str(deployer.manifests("1.0.1")), check=False)
        events = at("v1", "events", deployer.namespace)
        wait(lambda: any(one["reason"] == "FailedMount" for one in cluster.api.items(events)), "the mount fails")
        assert not checker.judge({"1.0.1": deployer.manifests("1.0.1"), **wanted}).is_right
        deployer.give_secret()
        wait(lambda: checker.judge({"1.0.1": deployer.manifests("1.0.1")}).is_right, "the new version is whole")
    finally:
        cluster.kubectl("delete", "namespace", deployer.namespace, "--ignore-not-found")


def test_ten_deployments_with_faults_end_right(cluster: Cluster, tmp_path: Path) -> None:
    deployer = deployer_of(ByTwinstack.name, cluster, tmp_path, is_quick=True)
    line = Consecutive(cluster, deployer, seed=Size.seed, settle_seconds=30)
    outcomes = list(line.run(drawn(10, Size.seed), "1.0.{}".format))
    assert [one for one in outcomes if one.ending == "wrong"] == []
    assert len(outcomes) == 10


def test_what_a_kill_leaves_is_mended_by_the_same_command(cluster: Cluster, tmp_path: Path) -> None:
    deployer = deployer_of(ByTwinstack.name, cluster, tmp_path, is_quick=True)
    line = Consecutive(cluster, deployer, seed=Size.seed, settle_seconds=30)
    outcomes = list(line.kills(3, "2.0.{}".format))
    assert [one for one in outcomes if one.ending == "wrong"] == []
    assert len(outcomes) == 3
