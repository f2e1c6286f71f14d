"""A real control plane that these tests share, and a namespace of each test's own."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.delivery.kubernetes.deployer import Deployer
from tests.planes import Planes, whole
from twinstack.api_server import ApiServer
from twinstack.rehearsal.control_plane import ControlPlane


@pytest.fixture(scope="module")
def plane(planes: Planes) -> Iterator[ControlPlane]:
    start = partial(whole, pod_start_seconds=0, autoscaler_sync_seconds=1)
    with planes.lent("delivery/kubernetes", start) as started:
        yield started


@pytest.fixture
def api(plane: ControlPlane) -> Iterator[ApiServer]:
    with ApiServer.from_kubeconfig(plane.kubeconfig) as api:
        yield api


@pytest.fixture
def deployer(api: ApiServer, tmp_path: Path) -> Deployer:
    """Deploys to a namespace of this test's own, which does not exist yet."""
    return Deployer(api, f"delivery-{next(_NUMBERS)}", tmp_path)


_NUMBERS = itertools.count(1)
