"""The answer of maintenance on a developer's machine: a real nginx gives it as it is written, on every host."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest

from stacks import product
from tests.edge.test_local import NGINX, ask
from tests.ports import free_port
from twinstack.edge.local import ANSWERS
from twinstack.local import files_of

TEXT = '<p>It\'s $uri, "closed" {for now}: größer\\n</p>\n'


@pytest.mark.skipif(NGINX is None, reason="nginx is not installed")
def test_everybody_is_answered_with_the_text_and_told_when_to_come_back(tmp_path: Path) -> None:
    assert NGINX is not None
    said = {"active": True, "text": TEXT, "content_type": "text/html", "retry_after_seconds": 1800}
    other = {"www": {"host": "www.dev.analytics.shadower.ai", "redirect_to": "host"}}
    environment = product.load("dev", set={"edge.maintenance": said, "edge.other_hosts": other})
    files = {str(path): text for path, text in files_of(environment).items()}
    (tmp_path / "text").write_text(files["local/edge.answer"], encoding="utf-8")
    port = free_port()
    text = files["local/edge.conf"].replace("listen 8080;", f"listen 127.0.0.1:{port};")
    text = text.replace(" /tmp/", f" {tmp_path}/").replace(ANSWERS, str(tmp_path))
    if not os.geteuid():
        text = f"user root;\n{text}"  # pytest's folders are nobody else's
    (tmp_path / "nginx.conf").write_text(text, encoding="utf-8")
    process = subprocess.Popen(
        [NGINX, "-c", tmp_path / "nginx.conf", "-e", "stderr", "-g", "daemon off;"], stderr=subprocess.DEVNULL
    )
    try:
        url = f"http://127.0.0.1:{port}"
        for _ in range(100):
            try:
                assert ask(f"{url}/edge-health")[0] == 204
                break
            except OSError:
                time.sleep(0.1)
        assert ask(f"{url}/api/anything?x=1") == (503, "1800", TEXT)
        assert ask(url, "www.localhost") == (503, "1800", TEXT)
        assert ask(f"{url}/text") == (503, "1800", TEXT)
    finally:
        process.terminate()
        process.wait()


def test_the_stack_mounts_it_only_while_it_is_said() -> None:
    assert "local/edge.answer" not in {str(path) for path in files_of(product.load("dev"))}
