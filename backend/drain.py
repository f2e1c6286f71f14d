"""Doing something between the signal to stop and the server's own shutdown.

Uvicorn closes its websockets before it ends the application's lifespan, so a message sent there comes too late. Its
signal handlers are in place before the lifespan begins: here they are replaced by one that drains first and then hands
the signal on to them.
"""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from types import FrameType
from typing import Any

SIGNALS = (signal.SIGTERM, signal.SIGINT)

Handler = Callable[[int, FrameType | None], Any]


@contextmanager
def drain_before_exit(drain: Callable[[], Awaitable[None]]) -> Generator[None]:
    """Run `drain` once when the process is told to stop; a second signal goes to the server directly."""
    if threading.current_thread() is not threading.main_thread():
        yield  # signals are the main thread's
        return
    loop = asyncio.get_running_loop()
    servers: dict[int, Handler] = {}
    for number in SIGNALS:
        handler = signal.getsignal(number)
        if callable(handler) and handler is not signal.default_int_handler:
            servers[number] = handler
    running: list[asyncio.Task[None]] = []

    def restore() -> None:
        for number, handler in servers.items():
            signal.signal(number, handler)

    async def drain_then_stop(number: int, frame: FrameType | None) -> None:
        try:
            await drain()
        finally:
            servers[number](number, frame)

    def receive(number: int, frame: FrameType | None) -> None:
        restore()
        loop.call_soon_threadsafe(lambda: running.append(loop.create_task(drain_then_stop(number, frame))))

    for number in servers:
        signal.signal(number, receive)
    try:
        yield
    finally:
        restore()
