"""The API server that reads manifests: nothing else of a cluster is asked."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from twinstack.rehearsal.control_plane import ASSETS_VARIABLE, ControlPlane


@pytest.fixture(scope="session")
def api_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    if not os.environ.get(ASSETS_VARIABLE) and not os.environ.get("CI"):
        pytest.skip(f"{ASSETS_VARIABLE} is not set: no API server to ask")
    folder = tmp_path_factory.mktemp("assets")
    for name in ("etcd", "kube-apiserver"):
        (folder / name).symlink_to(Path(os.environ[ASSETS_VARIABLE]) / name)
    with ControlPlane.start(folder) as started:
        yield started
