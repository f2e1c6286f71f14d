"""A real API server that the tests of this folder share, and a namespace of each test's own."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from functools import partial

import pytest

from tests.planes import Planes, whole
from twinstack.api_server import ApiServer
from twinstack.rehearsal.control_plane import ControlPlane


@pytest.fixture(scope="module")
def plane(planes: Planes) -> Iterator[ControlPlane]:
    with planes.lent("api_server", partial(whole, pod_start_seconds=0, autoscaler_sync_seconds=1)) as started:
        yield started


@pytest.fixture
def api(plane: ControlPlane) -> Iterator[ApiServer]:
    """As a person's own kubeconfig leads there."""
    with ApiServer.from_kubeconfig(plane.kubeconfig) as api:
        yield api


@pytest.fixture
def namespace(api: ApiServer) -> str:
    name = f"api-{next(_NUMBERS)}"
    assert not api.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}).refusal
    return name


_NUMBERS = itertools.count(1)
