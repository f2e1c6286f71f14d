"""What a rotation leaves in a real Redis server, and whom the connections of each version find there."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from tests.aws.documents import analytics

TOKENS = {version: f"token-of-version-{version}" for version in range(1, 4)}


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    if shutil.which("redis-server") is None:
        pytest.skip("no Redis server is installed: apt-get install redis-server")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        chosen = free.getsockname()[1]
    command = [
        "redis-server",
        "--port",
        str(chosen),
        "--save",
        "",
        "--user",
        "default",
        "on",
        f">{TOKENS[1]}",
        "~*",
        "&*",
        "+@all",
    ]
    with subprocess.Popen(command, cwd=tmp_path_factory.mktemp("redis"), stdout=subprocess.DEVNULL) as running:
        deadline = time.monotonic() + 300
        while cli(chosen, TOKENS[1], "PING") != "PONG" and time.monotonic() < deadline:
            time.sleep(0.1)
        yield chosen
        running.terminate()


def cli(port: int, token: str, *command: str) -> str:
    done = subprocess.run(
        ["redis-cli", "-p", str(port), *command],
        env={"PATH": "/usr/bin:/bin", "REDISCLI_AUTH": token},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip()


def ping(url: str) -> str:
    """What a pod that read this connection is answered."""
    read = urlsplit(url)
    assert read.password
    assert read.port
    return cli(read.port, read.password, "PING")


def urls(version: int, port: int) -> dict[int, str]:
    """Each version of the connection that Terraform writes with this one, with what it reads put in."""
    written = analytics(cache__password_version=version).find("aws_secretsmanager_secret_version")
    found = {}
    for address, one in written.items():
        if name := re.fullmatch(r"cache_url_v(\d+)", address):
            text = one["secret_string_wo"].replace("rediss://", "redis://").partition("?")[0]
            text = re.sub(
                r"\$\{jsondecode\(\S*cache_password_v(\d+)\S*\)\[\"token\"\]\}", lambda read: TOKENS[int(read[1])], text
            )
            found[int(name[1])] = text.replace(
                "${aws_elasticache_replication_group.cache.primary_endpoint_address}:6379", f"127.0.0.1:{port}"
            )
    return found


def test_the_release_before_is_let_in_and_the_one_before_that_is_not(port: int) -> None:
    """ROTATE leaves two tokens: the new one and the one before. Source: ElastiCache, "Modifying an AUTH token"."""
    assert set(urls(3, port)) == {1, 2, 3}
    for version in (2, 3):
        cli(port, TOKENS[version - 1], "ACL", "SETUSER", "default", f">{TOKENS[version]}")
        for gone in range(1, version - 1):
            cli(port, TOKENS[version], "ACL", "SETUSER", "default", f"<{TOKENS[gone]}")
        connections = urls(version, port)
        assert ping(connections[version]) == "PONG"
        assert ping(connections[version - 1]) == "PONG", "pods of the release before, and the way back"
    refused = ping(urls(3, port)[1])
    assert refused != "PONG"
