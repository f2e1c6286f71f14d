"""One cluster for all tests of a worker: each uses a namespace of its own, and heals what it has hurt."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from success_metrics.by_requirement import ByRequirement
from success_metrics.checker import Checker
from success_metrics.cluster import Cluster, wait
from success_metrics.lanes import QUICK, QUICKER
from tests.planes import Planes
from twinstack.rehearsal.control_plane import ASSETS_VARIABLE

NUMBERS = itertools.count()


@pytest.fixture(scope="module")
def cluster(planes: Planes) -> Iterator[Cluster]:
    if not os.environ.get(ASSETS_VARIABLE):
        pytest.skip(f"{ASSETS_VARIABLE} is not set: no control plane to start")
    with planes.lent("success_metrics", partial(Cluster.start, QUICK)) as started:
        yield started


@pytest.fixture
def installed(cluster: Cluster, tmp_path: Path) -> Callable[[], ByRequirement]:
    """The requirement's product at version 1.0.0, whole, in a namespace of this test's own."""

    def install() -> ByRequirement:
        deployer = ByRequirement(cluster, tmp_path / "way", namespace=f"try-{next(NUMBERS)}", pace=QUICKER)
        deployer.install("1.0.0")
        checker = Checker(cluster.api, deployer.namespace, deployer.owner)
        # Pods are ready a moment before they are endpoints.
        wait(lambda: checker.judge({"1.0.0": deployer.manifests("1.0.0")}).is_right, "what was installed is whole")
        return deployer

    return install
