"""The control planes that the tests share: each takes seconds to start, and no test minds what another has applied."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.rehearsal.small_shop import NUMBERS, Change, write
from twinstack.rehearsal.control_plane import ASSETS_VARIABLE, ControlPlane
from twinstack.rehearsal.kubernetes import KubernetesReport, rehearse_on


@pytest.fixture(scope="session")
def control_plane() -> Iterator[ControlPlane]:
    """All that the folder of binaries has: at least an API server."""
    with ControlPlane.start(pod_start_seconds=0, autoscaler_sync_seconds=1, audit=True) as started:
        yield started


@pytest.fixture(scope="session")
def plane(control_plane: ControlPlane) -> ControlPlane:
    """One that runs pods."""
    if not control_plane.runs_pods:
        pytest.skip(f"{ASSETS_VARIABLE} has only the API server: no pods to look at")
    return control_plane


@pytest.fixture(scope="session")
def api_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    """What envtest's own folder gives: no controllers and no nodes."""
    folder = tmp_path_factory.mktemp("assets")
    for name in ("etcd", "kube-apiserver"):
        (folder / name).symlink_to(Path(os.environ[ASSETS_VARIABLE]) / name)
    with ControlPlane.start(folder) as started:
        yield started


@pytest.fixture
def rehearsed(tmp_path: Path, plane: ControlPlane) -> Callable[..., KubernetesReport]:
    """Rehearses the shop in a namespace of this test's own, after a change."""

    def run(change: Change = lambda _shop: None, on: ControlPlane = plane, seconds: float = 300) -> KubernetesReport:
        write(tmp_path, next(NUMBERS), change)
        return rehearse_on(on, tmp_path, timeout_seconds=seconds, progress=lambda _line: None)

    return run
