"""The real page before the real backend: a browser shows its data, and a change that came by the websocket."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.ports import free_port
from tests.service import configuration
from tests.service.client import Client
from tests.service.processes import PATIENCE_SECONDS, Process, run, wait_until
from tests.service.servers import Edge
from tests.service.service import Web

pytestmark = pytest.mark.service

FRONTEND = configuration.ROOT / "frontend"
NODE = shutil.which("node", path=f"{configuration.ROOT / '.venv/bin'}{os.pathsep}{os.environ['PATH']}")
SCREENSHOT = "SERVICE_TEST_SCREENSHOT"
"""Where the screenshot goes, when somebody wants it."""


@pytest.fixture
def pages(tmp_path: Path) -> Iterator[int]:
    """The page's server, as its image runs it, on a port of its own."""
    assert NODE, "node is missing: `make service-test` brings it"
    assert (FRONTEND / "out/index.html").is_file(), "the page is not built: make frontend"
    port = free_port()
    server = Process("frontend", [NODE, "server/main.mjs"], environment={"PORT": str(port)}, folder=FRONTEND, log=tmp_path / "frontend.log")  # fmt: skip
    server.start()
    wait_until(lambda: _answers(f"http://127.0.0.1:{port}/"), "the page's server")
    yield port
    server.stop()


@pytest.mark.usefixtures("worker")
def test_a_browser_shows_live_data_and_a_websocket_update(
    web: Web, pages: int, tmp_path: Path, shown: Callable[[str, str], None]
) -> None:
    edge_port = free_port()
    text = (configuration.ROOT / "local/edge.conf").read_text(encoding="utf-8")
    edge = Edge(tmp_path / "edge", edge_port, text, [("backend:8000", web.port), ("frontend:3000", pages)])
    edge.start()
    client = Client(edge.url, web.variables)
    for name in ("page_view", "page_view", "page_view", "sign_up", "report_opened"):
        assert client.send_event(name).status_code == 202
    wait_until(lambda: client.count("page_view") >= 3, "the events in the summary")
    assert NODE
    status, output = run(
        [NODE, "--test", "tests/running.test.ts"],
        environment={
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "PAGE_URL": edge.url,
            "PAGE_TOKEN": client.token,
            "PAGE_SCREENSHOT": os.environ.get(SCREENSHOT, ""),
        },
        folder=FRONTEND,
    )
    client.close()
    edge.stop()
    assert status == 0, output
    assert "skipped 0" in output, output
    shown("a browser behind the edge shows live data, and an update by the websocket", "seen")


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=PATIENCE_SECONDS).status_code == 200
    except httpx.TransportError:
        return False
