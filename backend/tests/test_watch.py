"""What an outage means for readiness, at a clock that the test turns."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from types import SimpleNamespace

import psycopg
import pytest

import watch
from tests.servers import until
from watch import ILL_SECONDS, WELL_SECONDS, Watch


@dataclass
class World:
    """A database and Redis that are there or not, and the time."""

    now: float = 1000.0
    away: set[str] = field(default_factory=set)
    logins: int = 0

    async def database(self) -> None:
        self.logins += 1
        if "database" in self.away:
            raise psycopg.OperationalError("connection failed")
        if "password" in self.away:
            raise psycopg.OperationalError("password authentication failed for user")

    async def redis(self) -> None:
        if "redis" in self.away:
            raise ConnectionRefusedError

    def watch(self, outage_seconds: float = 150) -> Watch:
        checks = {"database": self.database, "redis": self.redis}
        return Watch(checks, outage_seconds, clock=lambda: self.now)


@pytest.mark.parametrize("what", ["database", "password"])
async def test_until_the_database_let_it_in_once_it_is_not_ready_however_long(what: str) -> None:
    world = World(away={what})
    it = world.watch()
    for _ in range(3):
        await it.look()
        world.now += 1000
        assert not it.is_ready
    world.away.clear()
    await it.look()
    assert it.is_ready


@pytest.mark.parametrize("what", ["database", "password"])
async def test_an_outage_counts_once_it_has_lasted_longer_than_the_limit(what: str) -> None:
    world = World()
    it = world.watch(150)
    await it.look()
    world.away = {what}
    world.now += 150
    await it.look()
    assert it.states["database"].startswith("down: ")
    assert it.is_ready
    world.now += 0.1
    assert not it.is_ready
    world.away = set()
    await it.look()
    assert it.is_ready


async def test_redis_is_told_and_never_counts() -> None:
    world = World(away={"redis"})
    it = world.watch(0)
    await it.look()
    assert it.is_ready
    assert it.states == {"database": "ok", "redis": "down: no connection"}


async def test_it_logs_in_by_its_own_clock_and_not_for_each_question(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    passed = asyncio.Event()

    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        passed.clear()
        await passed.wait()

    monkeypatch.setattr(watch, "asyncio", SimpleNamespace(**{**vars(asyncio), "sleep": sleep}))
    world = World()
    it = world.watch()
    running = asyncio.create_task(it.run())
    await until(lambda: len(waits) == 1)
    assert [it.is_ready for _ in range(100)] == [True] * 100
    assert world.logins == 1
    world.away = {"redis"}
    for looks in (2, 3, 4):
        passed.set()
        await until(lambda looks=looks: len(waits) == looks)
        assert world.logins == looks
    assert waits == [WELL_SECONDS] + [ILL_SECONDS] * 3, "while something is away it looks more often"
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
