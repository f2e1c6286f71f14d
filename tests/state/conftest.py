"""An empty cloud for what makes the state bucket, and for what keeps a state in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.empty_cloud import emptied


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    moto_server = pytest.importorskip("moto.server")
    started = moto_server.ThreadedMotoServer(port=0)
    started.start()
    host, port = started.get_host_and_port()
    yield f"http://{host}:{port}"
    started.stop()


@pytest.fixture
def cloud(server: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """An empty cloud, and credentials for it."""
    return emptied(server, monkeypatch, tmp_path)
