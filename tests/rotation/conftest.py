"""The control plane that these tests share; each test has a namespace of its own there."""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.planes import Planes
from tests.rotation.account import Account
from tests.rotation.cluster import Cluster
from tests.rotation.database import Database, folder_of_programs
from tests.rotation.run import control_plane
from twinstack.rehearsal.control_plane import ASSETS_VARIABLE, ControlPlane
from twinstack.rehearsal.control_plane.assets import SIMULATION, Assets
from twinstack.terraform.program import PROGRAMS

_NUMBERS = itertools.count()


@pytest.fixture(scope="module")
def rotation_plane(planes: Planes) -> Iterator[ControlPlane]:
    """A control plane whose pods nobody starts but the test."""
    if not os.environ.get(ASSETS_VARIABLE):
        pytest.skip(f"{ASSETS_VARIABLE} is not set: no control plane to start")
    if not Assets.find().has(*SIMULATION):
        pytest.skip(f"{ASSETS_VARIABLE} has only the API server: no pods to look at")
    with planes.lent("rotation", control_plane) as plane:
        yield plane


@pytest.fixture
def cluster(rotation_plane: ControlPlane) -> Iterator[Cluster]:
    with Cluster.of(rotation_plane.kubeconfig) as opened:
        yield opened


@pytest.fixture
def namespace(cluster: Cluster) -> str:
    name = f"rotation-{next(_NUMBERS)}"
    cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    return name


@pytest.fixture
def account() -> Account:
    """An account whose database nobody uses."""
    return Account(Database("127.0.0.1", Path("/dev/null")))


@pytest.fixture(scope="session")
def tools() -> Callable[[], None]:
    """Skips the test where a program is missing that runs need."""

    def check() -> None:
        missing = [name for name in ("kubectl", "psql", "bash") if not shutil.which(name)]
        if not any(shutil.which(name) for name in PROGRAMS):
            missing.append("terraform")
        if folder_of_programs() is None:
            missing.append("PostgreSQL's server")
        if missing:
            pytest.skip(f"not installed: {', '.join(missing)}")

    return check
