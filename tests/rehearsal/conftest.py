"""The control planes that the tests share: each takes seconds to start, and no test minds what another has applied."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.planes import Planes, api_server_alone
from tests.rehearsal.small_shop import NUMBERS, Change, write
from twinstack.rehearsal.control_plane import ASSETS_VARIABLE, ControlPlane
from twinstack.rehearsal.kubernetes import KubernetesReport, rehearse_on


@pytest.fixture(scope="module")
def control_plane(planes: Planes) -> Iterator[ControlPlane]:
    """All that the folder of binaries has: at least an API server."""
    start = partial(ControlPlane.start, pod_start_seconds=0, autoscaler_sync_seconds=1, audit=True)
    with planes.lent("rehearsal", start) as started:
        yield started


@pytest.fixture(scope="module")
def plane(control_plane: ControlPlane) -> ControlPlane:
    """One that runs pods."""
    if not control_plane.runs_pods:
        pytest.skip(f"{ASSETS_VARIABLE} has only the API server: no pods to look at")
    return control_plane


@pytest.fixture(scope="module")
def api_server(planes: Planes) -> Iterator[ControlPlane]:
    """What envtest's own folder gives: no controllers and no nodes."""
    with planes.lent("rehearsal, the API server alone", api_server_alone) as started:
        yield started


@pytest.fixture
def rehearsed(tmp_path: Path, plane: ControlPlane) -> Callable[..., KubernetesReport]:
    """Rehearses the shop in a namespace of this test's own, after a change."""

    def run(change: Change = lambda _shop: None, on: ControlPlane = plane, seconds: float = 300) -> KubernetesReport:
        write(tmp_path, next(NUMBERS), change)
        return rehearse_on(on, tmp_path, timeout_seconds=seconds, progress=lambda _line: None)

    return run
