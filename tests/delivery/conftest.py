"""What the tests of deliveries share: a server that keeps the state, and each Terraform that there is."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.delivery.cloud import Here, here
from tests.planes import Planes
from twinstack.rehearsal.control_plane import ControlPlane
from twinstack.rehearsal.kubernetes.definitions import all_built_in, install
from twinstack.terraform.program import PROGRAMS


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """moto's server: S3 and Secrets Manager."""
    moto_server = pytest.importorskip("moto.server")
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # a line for each request
    started = moto_server.ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    started.start()
    host, port = started.get_host_and_port()
    yield f"http://{host}:{port}"
    started.stop()


@pytest.fixture(params=[PROGRAMS[0], pytest.param(PROGRAMS[1], marks=pytest.mark.slow)])
def program(request: pytest.FixtureRequest) -> str:
    if shutil.which(request.param) is None:
        pytest.skip(f"{request.param} is not on the path")
    return request.param


@pytest.fixture
def prod(tmp_path: Path, server: str, program: str) -> Iterator[Here]:
    """analytics-prod's own infrastructure half, with nothing made yet."""
    with here(tmp_path, server, program) as found:
        yield found


@contextmanager
def _with_definitions() -> Generator[ControlPlane]:
    with ControlPlane.start(nodes=1, zones=1, kubelets=False) as started:
        install(started.api, all_built_in())
        yield started


@pytest.fixture(scope="module")
def bare_plane(planes: Planes) -> Iterator[ControlPlane]:
    """A real API server with the definitions that analytics needs, and nobody who starts its pods."""
    with planes.lent("delivery", _with_definitions) as started:
        yield started
