"""What the stand-in of the edge does with the two limits, asked of a real nginx."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from stacks import product
from twinstack.edge.local import configuration

NGINX = shutil.which("nginx", path="/usr/sbin:" + os.environ.get("PATH", ""))
pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not installed")


class Upstream(BaseHTTPRequestHandler):
    """Every service: it answers everything."""

    def do_GET(self) -> None:
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class's word
        """Nothing: pytest's output is for pytest."""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An nginx with the edge's configuration before services that answer everything."""
    assert NGINX is not None
    folder = tmp_path_factory.mktemp("edge")
    upstream = ThreadingHTTPServer(("127.0.0.1", 0), Upstream)
    threading.Thread(target=upstream.serve_forever, daemon=True).start()
    port = free_port()
    limits = {"edge.rate_limit.requests": 10, "edge.total_rate_limit.requests": 60}
    text = configuration(product.load("dev", set=limits).edge)
    text = text.replace("listen 8080;", f"listen 127.0.0.1:{port};").replace(" /tmp/", f" {folder}/")
    for service in ("backend:8000", "frontend:3000"):
        text = text.replace(f"http://{service};", f"http://127.0.0.1:{upstream.server_port};")
    file = Path(folder, "nginx.conf")
    file.write_text(text, encoding="utf-8")
    process = subprocess.Popen([NGINX, "-c", file, "-e", "stderr", "-g", "daemon off;"], stderr=subprocess.DEVNULL)
    try:
        url = f"http://127.0.0.1:{port}"
        for _ in range(100):
            if process.poll() is None and _is_up(url):
                break
            time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait()
        upstream.shutdown()
        upstream.server_close()


def _is_up(url: str) -> bool:
    try:
        return ask(f"{url}/edge-health")[0] == 204
    except OSError:
        return False


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def ask(url: str) -> tuple[int, str | None, str]:
    """The status, when to come back, and what is said."""
    try:
        with urllib.request.urlopen(url, timeout=300) as answer:
            return answer.status, answer.headers.get("Retry-After"), answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers.get("Retry-After"), error.read().decode()


def test_what_is_dear_has_the_smaller_limit_and_the_pages_the_larger(address: str) -> None:
    dear = [ask(f"{address}/api/x") for _ in range(15)]
    # A whole window at once, and what the seconds between let pass.
    assert Counter(status for status, *_ in dear)[204] in {11, 12}
    status, seconds, body = dear[-1]
    assert (status, seconds) == (429, "60")
    assert json.loads(body)["error"]["code"] == "rate_limited"
    assert ask(f"{address}/ws")[0] == 429, "one limit for all of these paths"
    assert {ask(f"{address}/page")[0] for _ in range(30)} == {204}
    assert {ask(f"{address}/page")[0] for _ in range(40)} == {204, 429}, "and one for everything"
