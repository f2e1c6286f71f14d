"""What the stand-in of the edge does with the two limits, asked of a real nginx."""

from __future__ import annotations

import http.client
import json
import os
import shutil
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
from tests.ports import free_port
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
    changes = {
        "edge.rate_limit.requests": 10,
        "edge.total_rate_limit.requests": 60,
        "edge.other_hosts": {
            "www": {"host": "www.dev.analytics.shadower.ai", "redirect_to": "api"},
            "api": {
                "host": "api.dev.analytics.shadower.ai",
                "routes": [{"path": "/v1", "to": "backend"}],
                "rate_limited": False,
            },
            "any": {
                "host": "*.dev.analytics.shadower.ai",
                "routes": [{"path": "/", "to": "frontend"}],
                "rate_limited": False,
            },
        },
    }
    text = configuration(product.load("dev", set=changes).edge)
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


def ask(url: str, host: str = "localhost") -> tuple[int, str | None, str]:
    """The status, when to come back, and what is said."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers={"Host": host}), timeout=300) as answer:
            return answer.status, answer.headers.get("Retry-After"), answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers.get("Retry-After"), error.read().decode()


def test_each_host_has_its_routes_and_a_redirect_keeps_the_path(address: str) -> None:
    connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=300)
    connection.request("GET", "/v1/x?page=2", headers={"Host": "www.localhost:8080"})
    answer = connection.getresponse()
    assert (answer.status, answer.getheader("Location")) == (302, "http://api.localhost:8080/v1/x?page=2")
    connection.close()
    statuses = {
        host: (ask(f"{address}/v1/x", host)[0], ask(f"{address}/else", host)[0])
        for host in ("api.localhost", "api.dev.analytics.shadower.ai", "acme.any.localhost")
    }
    assert statuses == {
        "api.localhost": (204, 404),
        "api.dev.analytics.shadower.ai": (204, 404),
        "acme.any.localhost": (204, 204),
    }


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
