"""A websocket of the service, and what comes over it."""

from __future__ import annotations

import json

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.conftest import Web, token
from tests.servers import PATIENCE_SECONDS


def websocket(web: Web, *, bearer: str | None = None) -> ClientConnection:
    offered = ["analytics.v1", f"bearer.{token() if bearer is None else bearer}"]
    return connect(
        f"ws://{web.address}/ws",
        subprotocols=offered,
        open_timeout=PATIENCE_SECONDS,
        ping_timeout=PATIENCE_SECONDS,
        close_timeout=PATIENCE_SECONDS,
    )


def message(socket: ClientConnection) -> dict:
    """The next one."""
    return json.loads(socket.recv(timeout=PATIENCE_SECONDS))


def closing_code(socket: ClientConnection) -> tuple[list[dict], int]:
    """Everything that still comes, and the code it ends with."""
    messages = []
    try:
        while True:
            messages.append(message(socket))
    except ConnectionClosed as end:
        return messages, end.rcvd.code


def next_total(socket: ClientConnection, least: int) -> int:
    """The total of the first summary that has at least so many."""
    while True:
        received = message(socket)
        if received["type"] == "summary" and received["summary"]["total"] >= least:
            return received["summary"]["total"]
