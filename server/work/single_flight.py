"""Work that several wait for: begun for the first, given up when nobody waits any more."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


@dataclass(eq=False)
class _Coming(Generic[V]):
    task: asyncio.Task[V]
    waiters: int = 0


class Shared(Generic[K, V]):
    """Tasks of one event loop by what they are for."""

    def __init__(self) -> None:
        self._coming: dict[K, _Coming[V]] = {}

    def __len__(self) -> int:
        """For how many things somebody waits."""
        return len(self._coming)

    async def wait(self, key: K, begin: Callable[[], Coroutine[Any, Any, V]]) -> V:
        """What the work gives or raises; `begin` is called only if nobody waits for it yet.

        One who is cancelled takes nothing from the others; with the last one the work is cancelled.
        """
        coming = self._coming.get(key)
        if coming is None:
            coming = self._coming[key] = _Coming(asyncio.create_task(begin()))
        coming.waiters += 1
        try:
            return await asyncio.shield(coming.task)
        finally:
            coming.waiters -= 1
            if not coming.waiters:
                del self._coming[key]  # whoever comes now begins anew
                coming.task.cancel()
