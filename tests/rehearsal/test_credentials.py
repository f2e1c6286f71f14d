"""What the rehearsal starts answers only whoever started it: on the loopback, and with a certificate."""

from __future__ import annotations

import json
import os
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import httpx2 as httpx
import pytest

from twinstack.rehearsal.control_plane import ControlPlane
from twinstack.rehearsal.control_plane.assets import ASSETS_VARIABLE
from twinstack.rehearsal.schema_provider.server import serving

PATHS = ["/", "/health", "/version", "/api", "/v2/keys", "/metrics", "/debug/pprof/", "/apis/apps/v1", "/openapi/v2"]
LISTENING = "0A"


needs_assets = pytest.mark.skipif(
    ASSETS_VARIABLE not in os.environ, reason=f"{ASSETS_VARIABLE} is not set: no control plane"
)


def listening(pid: int) -> Iterator[tuple[str, int]]:
    """The addresses and ports on which a process waits for connections, as Linux knows them."""
    sockets = set()
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        if entry.is_symlink():
            sockets.add(str(entry.readlink()).removeprefix("socket:[").removesuffix("]"))
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            _, local, _, state, *rest = line.split()
            if state == LISTENING and rest[5] in sockets:
                address, port = local.split(":")
                yield address, int(port, 16)


@needs_assets
def test_every_server_listens_on_the_loopback_and_asks_for_a_credential(plane: ControlPlane) -> None:
    found = {name: [*listening(pid)] for name, pid in plane.processes.identifiers().items()}
    assert len(found["etcd"]) == 2  # its clients' and its peers'
    assert found["kwok"] == []  # it asks nobody who he is, and without metrics nobody has to ask it
    assert len(found["kube-apiserver"]) == 1
    for name, places in found.items():
        for address, port in places:
            assert address == "0100007F", f"{name} listens on more than 127.0.0.1"
            for path in PATHS:
                for scheme in ("http", "https"):
                    assert refuses(f"{scheme}://127.0.0.1:{port}{path}"), f"{name} answers anybody at {scheme} {path}"


def refuses(url: str) -> bool:
    """Whether a client that shows nothing gets nothing."""
    try:
        with httpx.Client(verify=False, trust_env=False, timeout=300) as client:
            status = client.get(url).status_code
    except httpx.HTTPError:
        return True  # it ended the connection for want of a certificate, or since it speaks no plain HTTP
    return status in {400, 401} if url.startswith("http:") else status == 401


@needs_assets
@pytest.mark.parametrize(
    ("holder", "opens"), [("etcd-reader", True), ("administrator", False), ("front-proxy", False), ("server", False)]
)
def test_a_certificate_for_something_else_opens_no_etcd(plane: ControlPlane, holder: str, opens: bool) -> None:
    """Whoever reads etcd reads and writes everything, so its authority signs for the API server alone."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    folder = plane.kubeconfig.parent
    context.load_cert_chain(folder / f"{holder}.crt", folder / f"{holder}.key")
    answers = []
    for _, port in listening(plane.processes.identifiers()["etcd"]):
        try:
            with httpx.Client(verify=context, trust_env=False, timeout=300) as client:
                answers.append(client.get(f"https://127.0.0.1:{port}/health").status_code)
        except httpx.HTTPError:
            answers.append(0)
    assert (200 in answers) == opens
    assert opens or answers == [0, 0]


@needs_assets
def test_its_folder_is_ours_alone(plane: ControlPlane) -> None:
    assert plane.kubeconfig.parent.stat().st_mode & 0o077 == 0


class Named:
    """A provider that notes who asks."""

    def __init__(self) -> None:
        self.callers: list[str] = []

    def call(self, method: str, request: object, connection: str) -> None:
        self.callers.append(connection)


def test_the_provider_is_reached_by_a_socket_in_a_folder_that_nobody_else_enters() -> None:
    before = {*listening(os.getpid())}
    asked: Any = Named()
    with serving(asked) as variables:
        assert {*listening(os.getpid())} <= before
        for attachment in json.loads(variables["TF_REATTACH_PROVIDERS"]).values():
            assert attachment["Addr"]["Network"] == "unix"
            front = Path(attachment["Addr"]["String"])
            assert front.parent.stat().st_mode & 0o077 == 0
        for _ in range(2):  # Terraform opens a connection for each provider block, and they are told apart
            options = (("grpc.use_local_subchannel_pool", 1),)
            with grpc.insecure_channel(f"unix:{front}", options) as channel:
                channel.unary_unary("/tfplugin6.Provider/StopProvider")(b"", timeout=300)
                channel.unary_unary("/tfplugin6.Provider/StopProvider")(b"", timeout=300)
    first, again, second, _ = asked.callers
    assert first == again != second
    assert not front.parent.exists()
