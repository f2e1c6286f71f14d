"""One subscription to Redis for the whole process, handed on to every websocket."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass

import structlog
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

from errors import UnavailableError
from summary import CHANNEL

SERVICE_RESTART = 1012
TRY_AGAIN_LATER = 1013
QUEUE_LENGTH = 8
INTERVAL_SECONDS = 0.25
"""Between two messages to the clients: of many changes at once they get the newest."""
SILENCE_SECONDS = 5.0
"""After this long without a message Redis is asked whether it is there, and given as long again."""
RESUBSCRIBE_SECONDS = 1.0
DRAIN_SECONDS = 5.0
MOST_CLIENTS = 2000
"""Websockets of this process: some 41 KiB each, measured."""
MOST_OF_ONE = 50
"""The same of one subject."""

RECONNECT = json.dumps({"type": "reconnect"})

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Close:
    """The end of a websocket, with its code."""

    code: int


class Client:
    """What waits to be sent to one websocket; of what a slow one cannot take, the oldest goes."""

    def __init__(self) -> None:
        self._waiting: asyncio.Queue[str | Close] = asyncio.Queue(QUEUE_LENGTH)

    def offer(self, *messages: str | Close) -> None:
        """Queue messages without waiting."""
        for message in messages:
            if self._waiting.full():
                self._waiting.get_nowait()
            self._waiting.put_nowait(message)

    async def next(self) -> str | Close:
        """The next message, when there is one."""
        return await self._waiting.get()


class Hub:
    """Knows the websockets of this process, and tells all of them the newest summary."""

    def __init__(self, redis: Redis, changed: Callable[[], None] = lambda: None) -> None:
        self._redis = redis
        self._tell_changed = changed
        self._clients: set[Client] = set()
        self._of: Counter[str] = Counter()
        self._newest: str | None = None
        self._changed = asyncio.Event()
        self._subscribed = False
        self._draining = False

    @property
    def connected(self) -> int:
        """How many websockets are open."""
        return len(self._clients)

    @contextmanager
    def client(self, subject: str) -> Generator[Client]:
        """A place for one websocket, as long as it is open.

        Raises:
            UnavailableError: while Redis is away, and when there is none left, or none for this subject.

        """
        is_full = len(self._clients) >= MOST_CLIENTS or self._of[subject] >= MOST_OF_ONE
        if not self._subscribed or is_full:
            raise UnavailableError("the stream of updates")
        client = Client()
        self._clients.add(client)
        self._of[subject] += 1
        if self._draining:
            client.offer(RECONNECT, Close(SERVICE_RESTART))
        try:
            yield client
        finally:
            self._clients.discard(client)
            self._of[subject] -= 1
            if not self._of[subject]:
                del self._of[subject]

    async def run(self) -> None:
        """Stay subscribed until cancelled; while Redis is away, nobody is left waiting on a silent websocket."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._broadcast())
            while True:
                try:
                    async with self._redis.pubsub() as subscription:
                        await self._listen(subscription)
                except (RedisError, OSError) as error:
                    if self._subscribed:
                        log.warning("the subscription to updates was lost", reason=type(error).__name__)
                    self._subscribed = False
                    self._tell(Close(TRY_AGAIN_LATER))
                await asyncio.sleep(RESUBSCRIBE_SECONDS)

    async def _listen(self, subscription: PubSub) -> None:
        await subscription.subscribe(CHANNEL)
        asked = False
        while True:
            message = await subscription.get_message(timeout=SILENCE_SECONDS)
            if message is None:
                if asked:
                    raise TimeoutError
                await subscription.ping()
                asked = True
                continue
            asked = False
            self._subscribed = True
            if message["type"] == "message":
                self._newest = message["data"].decode()
                self._tell_changed()
                self._changed.set()

    async def _broadcast(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            if self._newest is not None:
                self._tell(self._newest)
            await asyncio.sleep(INTERVAL_SECONDS)

    def _tell(self, *messages: str | Close) -> None:
        for client in self._clients:
            client.offer(*messages)

    async def drain(self) -> None:
        """Ask every client to connect anew, and wait until they are gone."""
        self._draining = True
        log.info("draining websockets", clients=self.connected)
        self._tell(RECONNECT, Close(SERVICE_RESTART))
        end = asyncio.get_running_loop().time() + DRAIN_SECONDS
        while self._clients and asyncio.get_running_loop().time() < end:
            await asyncio.sleep(0.02)
