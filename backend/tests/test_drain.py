"""The signal to stop reaches the server after the draining, not before."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator

import pytest

from drain import drain_before_exit
from tests.servers import until


@pytest.fixture
def happened() -> Iterator[list[str]]:
    """What happened, with a server's handler in place."""
    order: list[str] = []
    before = signal.signal(signal.SIGTERM, lambda *_: order.append("server"))
    yield order
    signal.signal(signal.SIGTERM, before)


async def test_the_server_stops_after_the_draining(happened: list[str]) -> None:
    async def drain() -> None:
        happened.append("begin")
        await asyncio.sleep(0.1)
        happened.append("drained")

    with drain_before_exit(drain):
        os.kill(os.getpid(), signal.SIGTERM)
        await until(lambda: "server" in happened)
    assert happened == ["begin", "drained", "server"]


async def test_a_second_signal_does_not_wait(happened: list[str]) -> None:
    begun, may_end = asyncio.Event(), asyncio.Event()

    async def drain() -> None:
        begun.set()
        await may_end.wait()
        happened.append("drained")

    with drain_before_exit(drain):
        os.kill(os.getpid(), signal.SIGTERM)
        await begun.wait()
        os.kill(os.getpid(), signal.SIGTERM)
        await until(lambda: happened)
        assert happened == ["server"]
        may_end.set()
        await until(lambda: len(happened) == 3)
    assert happened == ["server", "drained", "server"]


async def test_afterwards_the_server_has_its_handler_back(happened: list[str]) -> None:
    with drain_before_exit(lambda: asyncio.sleep(10)):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    await until(lambda: happened)
    assert happened == ["server"]
