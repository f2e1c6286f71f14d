"""Whether an image is in its registry, asked of a small one that wants a token."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from twinstack.delivery.registry import ImageReference, Presence, image_state

KNOWN = base64.b64encode(b"me:secret").decode()


@dataclass
class Registry:
    """Public images for whoever has a token, private ones for whoever had a password for it."""

    port: int = 0
    images: dict[str, str] = field(default_factory=dict)
    """By their path: `open`, or `closed`."""

    def image(self, rest: str) -> str:
        return f"localhost:{self.port}/{rest}"


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry]:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    state = Registry(images={"/v2/a/open/manifests/1.0": "open", "/v2/a/closed/manifests/1.0": "closed"})

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            token = self.headers.get("Authorization", "")
            found = state.images.get(self.path)
            if not token:
                realm = f"http://localhost:{state.port}/token"
                self.send_response(401)
                self.send_header("WWW-Authenticate", f'Bearer realm="{realm}",service="s",scope="repository:a:pull"')
            elif found == "closed" and token != "Bearer known":
                self.send_response(403)
            else:
                self.send_response(200 if found else 404)
            self.end_headers()

        def do_GET(self) -> None:
            assert self.path == "/token?service=s&scope=repository%3Aa%3Apull"
            who = "known" if self.headers.get("Authorization") == f"Basic {KNOWN}" else "nobody"
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps({"token": who}).encode())

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield state
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_image_is_there_or_missing_by_the_registrys_own_word(registry: Registry) -> None:
    assert image_state(registry.image("a/open:1.0")).presence is Presence.THERE
    assert image_state(registry.image("a/open:2.0")).presence is Presence.MISSING


def test_what_a_registry_shows_nobody_is_not_known_until_docker_knows_who_asks(
    registry: Registry, tmp_path: Path
) -> None:
    image = registry.image("a/closed:1.0")
    state = image_state(image)
    assert (state.presence, state.why) == (
        Presence.UNKNOWN, f"localhost:{registry.port} answers 403 to whoever asks here"
    )  # fmt: skip
    (tmp_path / "config.json").write_text(json.dumps({"auths": {f"localhost:{registry.port}": {"auth": KNOWN}}}))
    assert image_state(image).presence is Presence.THERE


def test_a_helper_of_docker_is_asked_for_the_password(
    registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    helper = tmp_path / "docker-credential-test"
    helper.write_text('#!/bin/sh\ncat > /dev/null\necho \'{"Username": "me", "Secret": "secret"}\'\n')
    helper.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    (tmp_path / "config.json").write_text(json.dumps({"credsStore": "test"}))
    assert image_state(registry.image("a/closed:1.0")).presence is Presence.THERE


def test_a_registry_that_does_not_answer_says_nothing_of_its_images(registry: Registry) -> None:
    registry.images.clear()
    state = image_state("127.0.0.1:1/a/b:1.0")
    assert state.presence is Presence.UNKNOWN
    assert state.why.startswith("127.0.0.1:1: ")


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("redis:7.4", "https://registry-1.docker.io/v2/library/redis/manifests/7.4"),
        ("shadower/x", "https://registry-1.docker.io/v2/shadower/x/manifests/latest"),
        ("ghcr.io/shadower/x:1.4.2", "https://ghcr.io/v2/shadower/x/manifests/1.4.2"),
        ("ghcr.io/shadower/x:1.4.2@sha256:ab", "https://ghcr.io/v2/shadower/x/manifests/sha256:ab"),
        ("localhost:5000/x:1", "http://localhost:5000/v2/x/manifests/1"),
    ],
)
def test_a_reference_is_read_as_docker_reads_it(text: str, url: str) -> None:
    assert ImageReference.read(text).url == url
