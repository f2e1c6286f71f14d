"""Waiting ends when it should."""

from __future__ import annotations

import asyncio
import time

import pytest

from deadline import within


async def test_a_result_in_time_is_returned() -> None:
    assert await within(1, asyncio.sleep(0, "done")) == "done"


async def test_an_error_in_time_is_raised() -> None:
    async def fail() -> None:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        await within(1, fail())


async def test_the_end_holds_for_work_that_refuses_to_be_cancelled() -> None:
    async def stubborn() -> None:
        try:
            await asyncio.sleep(10)
        finally:
            await asyncio.sleep(0.5)

    begin = time.monotonic()
    with pytest.raises(TimeoutError):
        await within(0.1, stubborn())
    assert time.monotonic() - begin < 0.4
    await asyncio.sleep(0.6)
