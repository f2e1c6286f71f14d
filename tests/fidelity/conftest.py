"""The API server that reads manifests: nothing else of a cluster is asked."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.planes import Planes, api_server_alone
from twinstack.rehearsal.control_plane import ControlPlane


@pytest.fixture(scope="module")
def api_server(planes: Planes) -> Iterator[ControlPlane]:
    with planes.lent("fidelity", api_server_alone) as started:
        yield started
