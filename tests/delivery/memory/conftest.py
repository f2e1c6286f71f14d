"""A real API server for what is remembered and what is locked, and a namespace for each test."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator

import pytest

from tests.planes import Planes, api_server_alone
from twinstack.api_server import ApiServer
from twinstack.rehearsal.control_plane import ControlPlane

NUMBERS = itertools.count(1)


@pytest.fixture(scope="module")
def plane(planes: Planes) -> Iterator[ControlPlane]:
    """No controllers and no nodes: nothing here waits for a pod."""
    with planes.lent("delivery/memory", api_server_alone) as started:
        yield started


@pytest.fixture
def api(plane: ControlPlane) -> ApiServer:
    return plane.api


@pytest.fixture
def namespace(api: ApiServer) -> str:
    """A namespace of this test's own."""
    name = f"memory-{os.getpid()}-{next(NUMBERS)}"
    answer = api.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    assert not answer.refusal
    return name
