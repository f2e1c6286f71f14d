"""Waiting ends when it should."""

from __future__ import annotations

import asyncio

import pytest

from deadline import within
from tests.servers import PATIENCE_SECONDS


async def test_a_result_in_time_is_returned() -> None:
    assert await within(PATIENCE_SECONDS, asyncio.sleep(0, "done")) == "done"


async def test_an_error_in_time_is_raised() -> None:
    async def fail() -> None:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        await within(PATIENCE_SECONDS, fail())


async def test_the_end_holds_for_work_that_refuses_to_be_cancelled() -> None:
    refusing, may_end, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def stubborn() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            refusing.set()
            await may_end.wait()
            ended.set()

    async with asyncio.timeout(PATIENCE_SECONDS):
        with pytest.raises(TimeoutError):
            await within(0.1, stubborn())
        await refusing.wait()
        assert not ended.is_set()
        may_end.set()
        await ended.wait()
