"""Work that several wait for: done once, whoever leaves, and given up when all have left."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from server.work.single_flight import Shared


class Work:
    """Something that takes until the test lets it go."""

    def __init__(self) -> None:
        self.begun = 0
        self.cancelled = 0
        self.go = asyncio.Event()

    async def __call__(self) -> int:
        self.begun += 1
        try:
            await self.go.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        return self.begun


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


def run(test: Coroutine[Any, Any, None]) -> None:
    asyncio.run(test)


def test_work_is_done_once_and_goes_on_while_somebody_waits() -> None:
    async def scene() -> None:
        shared: Shared[str, int] = Shared()
        work = Work()
        first, second = (asyncio.create_task(shared.wait("a", work)) for _ in range(2))
        await settle()
        first.cancel()
        await settle()
        work.go.set()
        assert await second == 1
        assert (work.begun, work.cancelled, len(shared)) == (1, 0, 0)

    run(scene())


def test_work_that_nobody_waits_for_is_cancelled_and_begins_anew() -> None:
    async def scene() -> None:
        shared: Shared[str, int] = Shared()
        work = Work()
        waiters = [asyncio.create_task(shared.wait("a", work)) for _ in range(2)]
        await settle()
        for waiter in waiters:
            waiter.cancel()
        await settle()
        assert (work.begun, work.cancelled, len(shared)) == (1, 1, 0)
        work.go.set()
        assert await shared.wait("a", work) == 2

    run(scene())


def test_a_failure_reaches_everybody_and_is_not_kept() -> None:
    async def scene() -> None:
        shared: Shared[str, int] = Shared()

        async def fail() -> int:
            raise ValueError("no")

        found = await asyncio.gather(*(shared.wait("a", fail) for _ in range(2)), return_exceptions=True)
        assert [str(error) for error in found] == ["no", "no"]
        assert len(shared) == 0
        with pytest.raises(ValueError, match="no"):
            await shared.wait("a", fail)

    run(scene())
