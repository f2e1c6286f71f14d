"""A real API server for what is remembered and what is locked, and a namespace for each test."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from twinstack.api_server import ApiServer
from twinstack.rehearsal.control_plane import ASSETS_VARIABLE, ControlPlane

NUMBERS = itertools.count(1)


@pytest.fixture(scope="session")
def plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    """No controllers and no nodes: nothing here waits for a pod."""
    if not os.environ.get(ASSETS_VARIABLE):
        pytest.skip(f"no control plane: {ASSETS_VARIABLE} names none")
    folder = tmp_path_factory.mktemp("assets")
    for name in ("etcd", "kube-apiserver"):
        (folder / name).symlink_to(Path(os.environ[ASSETS_VARIABLE]) / name)
    with ControlPlane.start(folder) as started:
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
