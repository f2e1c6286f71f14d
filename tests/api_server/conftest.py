"""A real API server that the tests of this folder share, and a namespace of each test's own."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from twinstack.api_server import ApiServer
from twinstack.rehearsal.control_plane import ControlPlane


@pytest.fixture(scope="session")
def plane() -> Iterator[ControlPlane]:
    with ControlPlane.start(pod_start_seconds=0, autoscaler_sync_seconds=1) as started:
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
